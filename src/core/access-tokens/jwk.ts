import type { JsonObject, JsonValue } from "../../util/json.ts";
import { decodeStrictBase64url } from "../../util/strict-base64url.ts";
import { isJsonObject } from "../../util/strict-json.ts";
import {
  type Algorithm,
  algorithms,
  findAlgorithm,
  isSoundRsaExponent,
  rsaModulusBits,
} from "./algorithms.ts";
import { hmacSecretFault } from "./hmac-secret.ts";

/** A key that verifies, as JSON (RFC 7517). Of an HS256 key it is the secret itself. */
export interface VerificationJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: "sig";
  readonly [member: string]: string;
}

/** A JWK that was looked through: its algorithm, and only those members that verifying needs. */
export interface ParsedJwk {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly jwk: VerificationJwk;
}

/**
 * Looks a JWK through, or says what is wrong with it, in words for a developer. A key serves one algorithm only: that which
 * `alg` names, and without `alg` the one that its curve has; an RSA key must name it. `use` and `key_ops` must not
 * speak against verifying (RFC 7517, sections 4.2 to 4.4). Members of a private key are left behind.
 */
export function parseVerificationJwk(value: JsonValue | undefined): ParsedJwk | string {
  if (!isJsonObject(value)) return "a JWK is a JSON object";
  const { kid, use, key_ops: operations } = value;
  if (typeof kid !== "string" || kid === "") return "a JWK needs a kid";
  if (use !== undefined && use !== "sig") return "the use of the JWK is not sig";
  if (operations !== undefined && !allowsVerifying(operations)) {
    return "the key_ops of the JWK do not include verify";
  }
  const algorithm = algorithmOf(value);
  if (typeof algorithm === "string") return algorithm;
  const fault = materialFault(value, algorithm);
  if (fault !== null) return fault;
  const material = Object.fromEntries(
    algorithm.members.map((name) => [name, value[name] as string]),
  );
  return {
    kid,
    algorithm,
    jwk: { ...material, kty: algorithm.keyType, kid, alg: algorithm.name, use: "sig" },
  };
}

/**
 * The keys of a JWK set (RFC 7517, section 5) by their `kid`, and what is wrong with those that cannot be used. One bad
 * key does not spoil the others; a `kid` that two keys claim is neither's.
 */
export function parseJwkSet(
  value: JsonValue | undefined,
): { readonly keys: ReadonlyMap<string, ParsedJwk>; readonly faults: readonly string[] } | null {
  const listed = isJsonObject(value) ? value["keys"] : undefined;
  if (!Array.isArray(listed)) return null;
  const keys = new Map<string, ParsedJwk>();
  const claimed = new Set<string>();
  const faults: string[] = [];
  for (const one of listed as readonly JsonValue[]) {
    const parsed = parseVerificationJwk(one);
    const kid = isJsonObject(one) && typeof one["kid"] === "string" ? one["kid"] : "";
    if (claimed.has(kid)) {
      keys.delete(kid);
      faults.push("two keys have the same kid");
    } else if (typeof parsed === "string") {
      faults.push(parsed);
    } else {
      keys.set(kid, parsed);
    }
    if (kid !== "") claimed.add(kid);
  }
  return { keys, faults };
}

function algorithmOf(jwk: JsonObject): Algorithm | string {
  const { alg, kty, crv } = jwk;
  const named = alg === undefined ? onlyAlgorithmOf(kty, crv) : findAlgorithm(alg);
  if (named === null) {
    return alg === undefined
      ? "the JWK does not say its alg"
      : "the alg of the JWK is none of ours";
  }
  return kty === named.keyType && (named.curve === null || crv === named.curve)
    ? named
    : `the JWK is not a key for ${named.name}`;
}

/** Keys on a curve can do one thing only; an RSA key or a secret would let the token choose. */
function onlyAlgorithmOf(kty: JsonValue | undefined, crv: JsonValue | undefined): Algorithm | null {
  const found = Object.values(algorithms).find(
    ({ keyType, curve }) => curve !== null && keyType === kty && curve === crv,
  );
  return found ?? null;
}

function materialFault(jwk: JsonObject, { name, keyType }: Algorithm): string | null {
  const bytes = (member: string): Uint8Array => {
    const text = jwk[member];
    return (typeof text === "string" ? decodeStrictBase64url(text) : null) ?? new Uint8Array();
  };
  switch (keyType) {
    case "OKP":
      return bytes("x").length === 32 ? null : `the x of an ${name} key has 32 bytes`;
    case "EC":
      return bytes("x").length === 32 && bytes("y").length === 32
        ? null
        : `x and y of an ${name} key have 32 bytes each`;
    case "RSA":
      return rsaFault(bytes("n"), bytes("e"));
    case "oct":
      return hmacSecretFault(bytes("k"));
  }
}

function rsaFault(modulus: Uint8Array, exponent: Uint8Array): string | null {
  const [first = 0] = modulus;
  // Integers have no leading zeros (RFC 7518, section 2), so the first byte tells how long the number is.
  const bits = first === 0 ? 0 : modulus.length * 8 - Math.clz32(first) + 24;
  const { least, most } = rsaModulusBits;
  if (bits < least || bits > most) return `an RSA key has ${least} to ${most} bits`;
  const isShort = exponent.length > 0 && exponent.length <= 8 && exponent[0] !== 0;
  const value = exponent.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return isShort && isSoundRsaExponent(value)
    ? null
    : "the exponent of an RSA key is odd and at least 65537";
}

function allowsVerifying(operations: JsonValue): boolean {
  return Array.isArray(operations) && operations.includes("verify");
}
