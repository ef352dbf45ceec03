/*
 * Base64url where there is no Buffer: in browsers and workers. `base64url.ts` is its faster sibling on Node.
 */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** By character code: the six bits that a character stands for, or `foreign`. */
const foreign = 0x80;
const sextets = new Uint8Array(128).fill(foreign);
for (let value = 0; value < alphabet.length; value += 1) {
  sextets[alphabet.charCodeAt(value)] = value;
}

/**
 * Decodes base64url (RFC 4648, section 5) in its one canonical spelling, else null: no padding, no blanks, no characters
 * of the other alphabet, and the bits that are left over at the end are zero.
 */
export function decodeStrictBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const rest = text.length % 4;
  if (rest === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let seen = 0;
  let bits = 0;
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sextet = sextets[text.charCodeAt(at)] ?? foreign;
    seen |= sextet;
    bits = (bits << 6) | sextet;
    // Of each four characters all but the first complete a byte: with 4, 2 and 0 bits left over.
    const place = at % 4;
    if (place !== 0) bytes[length++] = bits >> (6 - 2 * place);
  }
  const leftOver = rest === 2 ? bits & 0x0f : rest === 3 ? bits & 0x03 : 0;
  return seen < foreign && leftOver === 0 ? bytes : null;
}

/** Encodes a few bytes as base64url without padding (RFC 4648, section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  const spelt = btoa(String.fromCharCode(...bytes));
  return spelt.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Fails on what is not UTF-8, and keeps a byte order mark, so that a text has one spelling in bytes. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that bytes spell in UTF-8, else null; nothing is replaced, nothing left out. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
