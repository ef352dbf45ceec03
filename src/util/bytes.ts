import { createHash, timingSafeEqual } from "node:crypto";
import type { Buffer } from "node:buffer";

/** Compares two byte strings in a time that depends on their length only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

/** The SHA-256 digest (32 bytes). */
export function sha256(input: Uint8Array | string): Buffer {
  return createHash("sha256").update(input).digest();
}
