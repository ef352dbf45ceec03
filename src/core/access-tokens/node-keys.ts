import {
  createHash,
  createPublicKey,
  createSecretKey,
  generateKey,
  generateKeyPair as generateNodeKeyPair,
  type KeyObject,
} from "node:crypto";
import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import type { JsonValue } from "../../util/json.ts";
import {
  type AlgorithmName,
  algorithms,
  isSoundRsaExponent,
  rsaModulusBits,
  sha256Bytes,
} from "./algorithms.ts";
import { hmacSecretFault } from "./hmac-secret.ts";
import { parseVerificationJwk, type VerificationJwk } from "./jwk.ts";

/** A key by which tokens are verified, and the one algorithm that it is for. */
export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: AlgorithmName;
  /** A public key, or the secret of HS256. */
  readonly key: KeyObject;
}

/** Both halves of a new key; of HS256 they are the same secret. */
export interface KeyPair {
  readonly algorithm: AlgorithmName;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const makePair = promisify(generateNodeKeyPair);
const makeSecret = promisify(generateKey);

/** Makes a new key: of 2048 bits for RSA, of 256 for HS256. It is made on another thread, since RSA takes a while. */
export async function generateKeyPair(algorithm: AlgorithmName): Promise<KeyPair> {
  if (algorithm === "HS256") {
    const secret = await makeSecret("hmac", { length: sha256Bytes * 8 });
    return { algorithm, publicKey: secret, privateKey: secret };
  }
  const { publicKey, privateKey } = await makeHalves(algorithm);
  return { algorithm, publicKey, privateKey };
}

/**
 * The secret of an HS256 key.
 * @throws TypeError when it is shorter than the digest, or looks like a key of another kind
 */
export function importSecret(secret: Uint8Array | string): KeyObject {
  const bytes = Buffer.from(secret);
  const fault = hmacSecretFault(bytes);
  if (fault !== null) throw new TypeError(fault);
  return createSecretKey(bytes);
}

/**
 * A key that verifies, from its JWK, which names its `kid` and, if its curve does not, its `alg`.
 * @throws TypeError that says what is wrong with it
 */
export function importJwk(jwk: unknown): VerificationKey {
  const parsed = parseVerificationJwk(jwk as JsonValue);
  if (typeof parsed === "string") throw new TypeError(parsed);
  const { kid, algorithm } = parsed;
  const key =
    algorithm.name === "HS256"
      ? importSecret(Buffer.from(String(parsed.jwk["k"]), "base64url"))
      : importPublic(parsed.jwk);
  return verificationKey(kid, algorithm.name, key);
}

/**
 * The JWK under which others find a public key; it never holds anything private.
 * @throws TypeError for HS256, whose key verifies and signs
 */
export function publicJwk({ kid, algorithm, key }: VerificationKey): VerificationJwk {
  if (algorithm === "HS256") throw new TypeError("the secret of an HS256 key is never published");
  requireFit(algorithm, key);
  return {
    ...publicMembers(algorithm, key),
    kty: algorithms[algorithm].keyType,
    kid,
    alg: algorithm,
    use: "sig",
  };
}

/**
 * The thumbprint of a public key (RFC 7638, SHA-256, base64url): a `kid` that the key itself determines.
 * @throws TypeError for HS256: a digest of a secret is for nobody to see
 */
export function thumbprint(algorithm: AlgorithmName, key: KeyObject): string {
  if (algorithm === "HS256") throw new TypeError("a secret has no thumbprint");
  return createHash("sha256")
    .update(JSON.stringify(publicMembers(algorithm, key)))
    .digest("base64url");
}

/**
 * A key that verifies, looked at once and frozen.
 * @throws TypeError when the key is not one for this algorithm, is too weak, or is a private one
 */
export function verificationKey(
  kid: string,
  algorithm: AlgorithmName,
  key: KeyObject,
): VerificationKey {
  if (algorithm !== "HS256" && key.type !== "public") {
    throw new TypeError(`${algorithm} is verified with a public key, not with a ${key.type} one`);
  }
  requireFit(algorithm, key);
  return Object.freeze({ kid, algorithm, key });
}

const fits = new WeakMap<KeyObject, AlgorithmName>();

/**
 * Sees to it that a key can only ever be used with the kind of algorithm that it is for. What fitted once is remembered,
 * so asking before every use costs next to nothing.
 * @throws TypeError when it does not fit, or is too weak
 */
export function requireFit(algorithm: AlgorithmName, key: KeyObject): void {
  if (fits.get(key) === algorithm) return;
  const fault = keyFault(algorithm, key);
  if (fault !== null) throw new TypeError(fault);
  fits.set(key, algorithm);
}

function keyFault(algorithm: AlgorithmName, key: KeyObject): string | null {
  const { node } = algorithms[algorithm];
  if (node.keyType === "secret") {
    return key.type === "secret" ? hmacSecretFault(key.export()) : "HS256 needs a secret key";
  }
  if (key.asymmetricKeyType !== node.keyType) {
    return `${algorithm} needs a key of type ${node.keyType}, not ${key.asymmetricKeyType ?? key.type}`;
  }
  const details = key.asymmetricKeyDetails;
  if (node.keyType === "ec") {
    return details?.namedCurve === "prime256v1" ? null : "ES256 needs a key on P-256";
  }
  if (node.keyType !== "rsa") return null;
  const bits = details?.modulusLength ?? 0;
  const { least, most } = rsaModulusBits;
  if (bits < least || bits > most) return `an RSA key has ${least} to ${most} bits, not ${bits}`;
  return isSoundRsaExponent(details?.publicExponent ?? 0n)
    ? null
    : "the exponent of an RSA key is odd and at least 65537";
}

function publicMembers(algorithm: AlgorithmName, key: KeyObject): Record<string, string> {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const jwk = publicKey.export({ format: "jwk" }) as Record<string, string>;
  return Object.fromEntries(algorithms[algorithm].members.map((name) => [name, jwk[name] ?? ""]));
}

function importPublic(jwk: VerificationJwk): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch (cause) {
    throw new TypeError("the JWK is not a public key", { cause });
  }
}

function makeHalves(
  algorithm: Exclude<AlgorithmName, "HS256">,
): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case "EdDSA":
      return makePair("ed25519");
    case "ES256":
      return makePair("ec", { namedCurve: "P-256" });
    case "RS256":
    case "PS256":
      return makePair("rsa", { modulusLength: rsaModulusBits.least });
  }
}
