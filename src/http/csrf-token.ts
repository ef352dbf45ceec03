import { createHmac, type KeyObject } from "node:crypto";
import { decodeBase64url, encodeBase64url } from "../util/base64url.ts";
import { equalBytes } from "../util/bytes.ts";

const macLength = 32;

/**
 * A token that only pages of this session can have: an HMAC over the session id, masked afresh on every call so that
 * compressed pages do not leak it (BREACH).
 */
export function issueCsrfToken(
  sessionId: string,
  key: KeyObject,
  randomBytes: (length: number) => Uint8Array,
): string {
  const mask = randomBytes(macLength);
  const token = new Uint8Array(2 * macLength);
  token.set(mask);
  token.set(xor(macOf(sessionId, key), mask), macLength);
  return encodeBase64url(token);
}

/** Whether the token belongs to this session. */
export function verifyCsrfToken(
  token: string,
  sessionId: string,
  keys: readonly KeyObject[],
): boolean {
  const bytes = decodeBase64url(token, 2 * macLength);
  if (bytes === null) return false;
  const mac = xor(bytes.subarray(macLength), bytes.subarray(0, macLength));
  return keys.some((key) => equalBytes(mac, macOf(sessionId, key)));
}

function macOf(sessionId: string, key: KeyObject): Uint8Array {
  return createHmac("sha256", key).update(sessionId).digest();
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte ^ (b[index] ?? 0));
}
