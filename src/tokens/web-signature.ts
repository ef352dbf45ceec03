import type { Algorithm } from "../core/access-tokens/algorithms.ts";
import type { CompactJws } from "../core/access-tokens/compact-jws.ts";
import { derFromJose } from "../core/access-tokens/ecdsa-signature.ts";
import type { ParsedJwk } from "../core/access-tokens/jwk.ts";
import { decodeStrictBase64url } from "../util/strict-base64url.ts";

/** A key that verifies, imported into WebCrypto. */
export interface WebKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly key: CryptoKey;
  /** What it was imported from, to know it again in a newer set. */
  readonly material: string;
}

/** Imports a JWK that was looked through. Rejects when this runtime's WebCrypto cannot do the algorithm. */
export async function importWebKey({ kid, algorithm, jwk }: ParsedJwk): Promise<WebKey> {
  // `alg`, `use` and `kid` stay behind: runtimes differ in what they make of them, and they were looked at already.
  const material = Object.fromEntries(algorithm.members.map((name) => [name, jwk[name] ?? ""]));
  const key = await crypto.subtle.importKey("jwk", material, algorithm.web.key, false, ["verify"]);
  return { kid, algorithm, key, material: materialOf({ algorithm, jwk }) };
}

/** A text that is the same for the same key and algorithm, and for no other. */
export function materialOf({ algorithm, jwk }: Pick<ParsedJwk, "algorithm" | "jwk">): string {
  return JSON.stringify([algorithm.name, ...algorithm.members.map((name) => jwk[name])]);
}

const utf8 = new TextEncoder();

/** Whether the signature of a token is that of the key; `"malformed"` when it is not in canonical base64url. */
export async function isSignature(
  { algorithm, key }: WebKey,
  { signingInput, signature: text }: CompactJws,
): Promise<boolean | "malformed"> {
  const signature = decodeStrictBase64url(text);
  if (signature === null) return "malformed";
  const { name, signatureBytes, web } = algorithm;
  if (signatureBytes !== null && signature.length !== signatureBytes) return false;
  // A runtime's own check for zeros has been missing before (CVE-2022-21449).
  if (name === "ES256" && derFromJose(signature) === null) return false;
  return crypto.subtle.verify(web.signature, key, signature, utf8.encode(signingInput));
}
