import { Buffer } from "node:buffer";

/** Encodes bytes as base64url without padding (RFC 4648, section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/**
 * Decodes base64url strictly: exactly `byteLength` bytes in their one canonical spelling, else null.
 * Node's own decoder also takes padding, `+/`, blanks and stray bits, so that one value would have many
 * spellings (RFC 4648, section 3.5).
 */
export function decodeBase64url(text: string, byteLength: number): Buffer | null {
  if (text.length !== Math.ceil((byteLength * 4) / 3)) return null;
  const bytes = Buffer.from(text, "base64url");
  return bytes.length === byteLength && bytes.toString("base64url") === text ? bytes : null;
}

/** Decodes base64url of any length in its one canonical spelling, else null. */
export function decodeAnyBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : null;
}
