import { Buffer } from "node:buffer";

/*
 * ECDSA signatures of any curve, between the form of OpenSSL and that of JOSE. `core/access-tokens/ecdsa-signature.ts` has
 * the faster way for P-256; here are the others, and those of keys that are allowed although they are of another curve.
 */

const sequenceTag = 0x30;
const integerTag = 0x02;

/** The DER form of a signature whose two integers lie beside each other. */
export function derFromWide(signature: Uint8Array): Buffer {
  const half = signature.length / 2;
  const content = Buffer.concat([
    derInteger(signature.subarray(0, half)),
    derInteger(signature.subarray(half)),
  ]);
  const { length } = content;
  const head = length < 0x80 ? [sequenceTag, length] : [sequenceTag, 0x81, length];
  return Buffer.concat([Buffer.from(head), content]);
}

/** Integers of so many bytes out of shorter ones; null when they are longer. */
export function widened(signature: Uint8Array, integerBytes: number): Uint8Array | null {
  const half = signature.length / 2;
  if (half === integerBytes) return signature;
  if (half > integerBytes) return null;
  const wide = new Uint8Array(2 * integerBytes);
  wide.set(signature.subarray(0, half), integerBytes - half);
  wide.set(signature.subarray(half), 2 * integerBytes - half);
  return wide;
}

function derInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  // DER integers have a sign.
  const pad = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([integerTag, digits.length + pad.length, ...pad]), digits]);
}
