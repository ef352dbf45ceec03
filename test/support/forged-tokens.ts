import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { JsonObject, JsonValue } from "../../src/util/json.ts";
import { joseFromDer } from "../../src/core/access-tokens/ecdsa-signature.ts";
import { claims, craft, encode, type Issuer, must } from "./tokens.ts";

/** Forged tokens by the trick that they try. Whoever makes them has seen honest tokens and public keys, no private one. */
export type ForgedTokens = Readonly<Record<string, readonly string[]>>;

const admin: JsonObject = { ...claims, sub: "admin" };
const asymmetric = ["EdDSA", "ES256", "RS256", "PS256"] as const;
const order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/** All public tricks, tried on the keys of an issuer. */
export function forgedTokens(issuer: Issuer): ForgedTokens {
  return {
    "alg none, in every capitalisation": capitalisations("none").flatMap((alg) => unsecured(alg)),
    "alg none with blanks, or nearly none": [
      "none ",
      " none",
      "\tnone",
      "n one",
      "none\0",
      "",
      "null",
    ]
      .concat("undefined", "nonе", "ｎone", "none,RS256")
      .flatMap((alg) => unsecured(alg)),
    "alg that is no text": [null, 0, true, ["none"], { alg: "none" }].flatMap((alg) =>
      unsecured(alg),
    ),
    "a MAC under a public key": asymmetric.flatMap((kid) => confused(issuer, kid)),
    "a key within the token": embedded(),
    "a kid that is a path, a query, or a trick of the language": kids.map((kid) =>
      macOf({ alg: "HS256", typ: "at+jwt", kid }, admin, ""),
    ),
    "a blank or usual secret": ["", "\0", " ", "secret", "your-256-bit-secret", "null"].map(
      (secret) => macOf({ alg: "HS256", typ: "at+jwt", kid: "HS256" }, admin, secret),
    ),
    "an ECDSA signature of zeros, ones and orders": psychic(),
    "a signature cut, extended, or written in another form": rewritten(issuer),
    "the claims of another token": spliced(issuer),
    "other serialisations, and tokens that are encrypted": otherShapes(issuer),
  };
}

function capitalisations(word: string): string[] {
  return Array.from({ length: 2 ** word.length }, (_, bits) =>
    word.replace(/./g, (letter, at: number) => ((bits >> at) & 1 ? letter.toUpperCase() : letter)),
  );
}

function unsecured(alg: JsonValue): string[] {
  return [{}, { kid: "EdDSA" }, { kid: "HS256" }].flatMap((more) => {
    const input = `${encode({ alg, typ: "at+jwt", ...more })}.${encode(admin)}`;
    return [`${input}.`, input, `${input}.AA`, `${input}.${"A".repeat(86)}`];
  });
}

/** The public key as the secret of a MAC, in every form in which a verifier could have it at hand. */
function confused({ keys }: Issuer, kid: string): string[] {
  const { key } = must(keys.get(kid));
  const pem = String(key.export({ format: "pem", type: "spki" }));
  const der = key.export({ format: "der", type: "spki" });
  const jwk = key.export({ format: "jwk" });
  const secrets = [
    pem,
    pem.trim(),
    `${pem}\n`,
    pem.replaceAll("\n", "\r\n"),
    der,
    JSON.stringify(jwk),
    JSON.stringify({ ...jwk, kid, alg: kid, use: "sig" }),
    der.toString("base64"),
    Buffer.from(String(jwk["n"] ?? jwk["x"]), "base64url"),
    String(jwk["n"] ?? jwk["x"]),
  ];
  return [kid, "HS256"].flatMap((named) =>
    secrets.flatMap((secret) =>
      ["HS256", kid].map((alg) => macOf({ alg, typ: "at+jwt", kid: named }, admin, secret)),
    ),
  );
}

function embedded(): string[] {
  const own = { algorithm: "EdDSA", ...generateKeyPairSync("ed25519") } as const;
  const jwk = { ...own.publicKey.export({ format: "jwk" }) } as JsonObject;
  const url = "https://evil.example/keys.json";
  const bringing = [
    { jwk },
    { jku: url },
    { x5u: url },
    { x5c: [own.publicKey.export({ format: "der", type: "spki" }).toString("base64")] },
    { jku: "https://issuer.example@evil.example/.well-known/jwks.json" },
    { jwk: { ...jwk, kid: "EdDSA" } },
  ];
  return bringing.flatMap((more) =>
    [{}, { kid: "EdDSA" }, { kid: "evil" }, { kid: url }].map((kid) =>
      craft({ alg: "EdDSA", typ: "at+jwt", ...kid, ...more }, admin, own),
    ),
  );
}

const kids: readonly JsonValue[] = [
  "../../../../../../dev/null",
  "/dev/null",
  "file:///dev/null",
  "key.pem",
  "EdDSA\0",
  "eddsa",
  "x' UNION SELECT 'secret' --",
  "' OR 1=1 --",
  "EdDSA' --",
  "${7*7}",
  "| sleep 5",
  "EdDSA ",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "prototype",
  "undefined",
  "",
  "a".repeat(5_000),
  null,
  0,
  1,
  true,
  false,
  [],
  ["EdDSA"],
  ["HS256"],
  {},
  { $ne: null },
  { toString: "EdDSA" },
];

function psychic(): string[] {
  const zero = "00".repeat(32);
  const one = `${"00".repeat(31)}01`;
  const less = `${order.slice(0, -2)}50`;
  const most = "ff".repeat(32);
  const numbers = [zero, one, order, less, most];
  const input = `${encode({ alg: "ES256", typ: "at+jwt", kid: "ES256" })}.${encode(admin)}`;
  const signatures = numbers.flatMap((r) => numbers.map((s) => r + s));
  return [...signatures, "00", "", "3006020100020100", "3006020101020101"].map(
    (hex) => `${input}.${Buffer.from(hex, "hex").toString("base64url")}`,
  );
}

function rewritten(issuer: Issuer): string[] {
  return [...issuer.pairs.values()].flatMap(({ algorithm }) => {
    const token = issuer.issue(algorithm);
    const end = token.lastIndexOf(".") + 1;
    const [input, text] = [token.slice(0, end), token.slice(end)];
    const bytes = Buffer.from(text, "base64url");
    const cut = [1, 8, 16, bytes.length - 1].map((left) => bytes.subarray(0, left));
    const longer = [Buffer.concat([bytes, Buffer.of(0)]), Buffer.concat([Buffer.of(0), bytes])];
    const standard = bytes.toString("base64");
    return [
      ...[...cut, ...longer, bytes.toReversed()].map((changed) =>
        Buffer.from(changed).toString("base64url"),
      ),
      `${text}=`,
      `${text}==`,
      `${text}\n`,
      ` ${text}`,
      `${text}A`,
      `${text}.`,
      `${text}%00`,
      ...(standard === text ? [] : [standard]),
      bytes.toString("hex"),
      ...spareBits(text),
      ...(algorithm === "ES256" ? [derOf(bytes).toString("base64url")] : []),
    ].map((signature) => input + signature);
  });
}

/** The other spellings of the same bytes, by the bits that are left over in the last character. */
function spareBits(text: string): string[] {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const bytes = Buffer.from(text, "base64url");
  return alphabet
    .split("")
    .map((last) => text.slice(0, -1) + last)
    .filter((spelt) => spelt !== text && Buffer.from(spelt, "base64url").equals(bytes));
}

/** A JOSE signature in DER, as careless verifiers also take it. */
function derOf(signature: Buffer): Buffer {
  const integer = (bytes: Buffer): Buffer => {
    const digits = Buffer.concat([Buffer.of(0), bytes]);
    return Buffer.concat([Buffer.of(0x02, digits.length), digits]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  const der = Buffer.concat([Buffer.of(0x30, body.length), body]);
  if (!Buffer.from(joseFromDer(der)).equals(signature)) throw new Error("this is not its DER");
  return der;
}

function spliced(issuer: Issuer): string[] {
  const names = [...issuer.pairs.keys()];
  return asymmetric.flatMap((name) => {
    const [header, , signature] = issuer.issue(name).split(".");
    const others = names.filter((other) => other !== name);
    return [
      `${header}.${encode(admin)}.${signature}`,
      ...others.map(
        (kid) => `${encode({ alg: name, typ: "at+jwt", kid })}.${encode(admin)}.${signature}`,
      ),
      ...others.map(
        (alg) => `${encode({ alg, typ: "at+jwt", kid: name })}.${encode(admin)}.${signature}`,
      ),
    ];
  });
}

function otherShapes(issuer: Issuer): string[] {
  const token = issuer.issue("EdDSA");
  const [header, payload, signature] = token.split(".");
  const jwe = encode({ alg: "RSA-OAEP", enc: "A256GCM", kid: "RS256" });
  return [
    "",
    ".",
    "..",
    "...",
    "....",
    "a",
    "a.b",
    "a.b.c",
    "null",
    "[object Object]",
    "\0.\0.\0",
    `Bearer ${token}`,
    `"${token}"`,
    ` ${token}`,
    `${token}\r\n`,
    `${token},${token}`,
    `${token}.`,
    `.${token}`,
    `${header}..${signature}`,
    `${header}.${payload}`,
    `..${signature}`,
    `${jwe}.AAAA.AAAA.AAAA.AAAA`,
    `${jwe}.${payload}.${signature}`,
    JSON.stringify({ payload, protected: header, signature }),
    JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    token.replaceAll(".", "%2E"),
    token.replaceAll(".", "．"),
  ];
}

function macOf(
  header: JsonObject,
  payload: JsonObject,
  secret: string | Buffer | KeyObject,
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
