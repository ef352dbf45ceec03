import { createSecretKey, generateKeyPairSync, type KeyObject } from "node:crypto";

/** Keys of every kind that a program may hand in, made once for a process. Each signs and verifies in its own forms. */
export interface KeySample {
  readonly name: string;
  readonly signing: unknown;
  readonly verifying: unknown;
}

/** Pairs of `KeyObject`s by name. */
export const keyPairs: Readonly<Record<PairName, KeyPair>> = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "small rsa": generateKeyPairSync("rsa", { modulusLength: 1024 }),
  "rsa-pss of sha256": pssPair("sha256", 32),
  "rsa-pss of sha512, short salt": pssPair("sha512", 16),
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
  secp256k1: generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
  ed25519: generateKeyPairSync("ed25519"),
};

type PairName =
  | "rsa"
  | "small rsa"
  | `rsa-pss of ${"sha256" | "sha512, short salt"}`
  | `P-${256 | 384 | 521}`
  | "secp256k1"
  | "ed25519";

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Node's types have no number for the salt's length, though Node takes nothing else. */
function pssPair(digest: string, saltLength: number): KeyPair {
  const options = {
    modulusLength: 2048,
    hashAlgorithm: digest,
    mgf1HashAlgorithm: digest,
    saltLength: saltLength as unknown as string,
  };
  return generateKeyPairSync("rsa-pss", options);
}

export function privatePem(name: PairName): string {
  return keyPairs[name].privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

export function publicPem(name: PairName): string {
  return keyPairs[name].publicKey.export({ type: "spki", format: "pem" }).toString();
}

const text = "a secret of more than thirty-two characters";
const names = Object.keys(keyPairs) as PairName[];

export const keySamples: readonly KeySample[] = [
  { name: "a text", signing: text, verifying: text },
  { name: "a short text", signing: "secret", verifying: "secret" },
  { name: "the text's bytes", signing: Buffer.from(text), verifying: Buffer.from(text) },
  {
    name: "a secret KeyObject",
    signing: createSecretKey(Buffer.from(text)),
    verifying: createSecretKey(Buffer.from(text)),
  },
  { name: "another text", signing: `${text}.`, verifying: `${text}.` },
  ...names.map((name) => ({
    name: `${name}, KeyObject`,
    signing: keyPairs[name].privateKey,
    verifying: keyPairs[name].publicKey,
  })),
  ...names.map((name) => ({
    name: `${name}, PEM`,
    signing: privatePem(name),
    verifying: publicPem(name),
  })),
  {
    name: "PEM as bytes",
    signing: Buffer.from(privatePem("rsa")),
    verifying: Buffer.from(publicPem("rsa")),
  },
  {
    name: "an object with a passphrase",
    signing: {
      key: keyPairs.rsa.privateKey.export({
        type: "pkcs8",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "open",
      }),
      passphrase: "open",
    },
    verifying: { key: publicPem("rsa") },
  },
  {
    name: "a JWK",
    signing: { key: keyPairs["P-256"].privateKey.export({ format: "jwk" }), format: "jwk" },
    verifying: { key: keyPairs["P-256"].publicKey.export({ format: "jwk" }), format: "jwk" },
  },
  { name: "halves changed", signing: keyPairs.rsa.publicKey, verifying: keyPairs.rsa.privateKey },
  { name: "PEMs changed", signing: publicPem("rsa"), verifying: privatePem("rsa") },
  { name: "nothing", signing: undefined, verifying: undefined },
  { name: "null", signing: null, verifying: null },
  { name: "an empty text", signing: "", verifying: "" },
  { name: "a number", signing: 5, verifying: 5 },
  { name: "an empty object", signing: {}, verifying: {} },
];
