import { constants, createHmac, type KeyObject, sign } from "node:crypto";
import { Buffer } from "node:buffer";
import type { JsonObject } from "../../util/json.ts";
import { type AlgorithmName, algorithms, sha256Bytes } from "./algorithms.ts";
import { joseFromDer } from "./ecdsa-signature.ts";
import { requireFit } from "./node-keys.ts";

/** A key that signs: in this process, or elsewhere (a key management service), and then it answers later. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: AlgorithmName;
  /** The signature in the form of JOSE: an ECDSA signature is 64 bytes, r and s. */
  sign(input: Uint8Array | string): Uint8Array | Promise<Uint8Array>;
}

/** A key that signs at once. */
export interface LocalSigningKey extends SigningKey {
  sign(input: Uint8Array | string): Uint8Array;
}

/**
 * A key of this process that signs.
 * @throws TypeError when the key is not a private one for this algorithm (or the secret of HS256), or is too weak
 */
export function localSigningKey(
  kid: string,
  algorithm: AlgorithmName,
  key: KeyObject,
): LocalSigningKey {
  if (algorithm !== "HS256" && key.type !== "private") {
    throw new TypeError(`${algorithm} signs with a private key, not with a ${key.type} one`);
  }
  requireFit(algorithm, key);
  const signBytes = signerOf(algorithm, key);
  return Object.freeze({
    kid,
    algorithm,
    sign: (input: Uint8Array | string) =>
      signBytes(typeof input === "string" ? Buffer.from(input) : input),
  });
}

/**
 * Signs claims as a token in compact serialisation: at once with a local key, else when the key has answered. `alg` and
 * `kid` are the key's; `typ` says what kind of token it is.
 * @throws TypeError when a key from elsewhere answers a signature that is not as long as its algorithm's
 */
export function signCompact(
  header: { readonly typ: string },
  claims: JsonObject,
  key: LocalSigningKey,
): string;
export function signCompact(
  header: { readonly typ: string },
  claims: JsonObject,
  key: SigningKey,
): string | Promise<string>;
export function signCompact(
  { typ }: { readonly typ: string },
  claims: JsonObject,
  key: SigningKey,
): string | Promise<string> {
  const input = `${encodedHeader(key, typ)}.${encodeJson(claims)}`;
  const signature = key.sign(input);
  return signature instanceof Uint8Array
    ? withSignature(input, signature, key)
    : signature.then((bytes) => withSignature(input, bytes, key));
}

/** Headers by their key: all its tokens begin alike. */
const headers = new WeakMap<SigningKey, { readonly typ: string; readonly encoded: string }>();

function encodedHeader(key: SigningKey, typ: string): string {
  const known = headers.get(key);
  if (known?.typ === typ) return known.encoded;
  const encoded = encodeJson({ alg: key.algorithm, typ, kid: key.kid });
  headers.set(key, { typ, encoded });
  return encoded;
}

function withSignature(input: string, signature: Uint8Array, key: SigningKey): string {
  const { signatureBytes } = algorithms[key.algorithm];
  if (signatureBytes !== null && signature.length !== signatureBytes) {
    throw new TypeError(
      `the key ${key.kid} answered ${signature.length} bytes; an ${key.algorithm} signature has ${signatureBytes}`,
    );
  }
  const { buffer, byteOffset, byteLength } = signature;
  return `${input}.${Buffer.from(buffer, byteOffset, byteLength).toString("base64url")}`;
}

function encodeJson(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function signerOf(algorithm: AlgorithmName, key: KeyObject): (input: Uint8Array) => Uint8Array {
  switch (algorithm) {
    case "HS256":
      return (input) => createHmac("sha256", key).update(input).digest();
    case "EdDSA":
      return (input) => sign(null, input, key);
    case "ES256":
      return (input) => joseFromDer(sign("sha256", input, key));
    case "RS256":
      return (input) => sign("sha256", input, key);
    case "PS256": {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return (input) => sign("sha256", input, { key, padding, saltLength: sha256Bytes });
    }
  }
}
