/*
 * An ECDSA signature is two integers, r and s. JOSE writes them beside each other in 32 bytes each (RFC 7518, section 3.4),
 * OpenSSL as a DER sequence. It converts by itself if asked, but that takes as long as half of a signature.
 */

const integerBytes = 32;
const sequenceTag = 0x30;
const integerTag = 0x02;

/** The order of P-256: r and s lie between 1 and one less. */
const order = Uint8Array.from(
  "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".match(/../g) ?? [],
  (byte) => Number.parseInt(byte, 16),
);

/**
 * The DER form of a JOSE signature; null when it is not 64 bytes, or r or s are not between 1 and the order less one.
 * A signature of zeros has been taken for valid by verifiers that did not look (CVE-2022-21449).
 */
export function derFromJose(signature: Uint8Array): Uint8Array | null {
  if (signature.length !== 2 * integerBytes) return null;
  const rStart = integerStart(signature, 0);
  const sStart = integerStart(signature, integerBytes);
  if (rStart === null || sStart === null) return null;
  const rPad = paddingOf(signature, rStart);
  const sPad = paddingOf(signature, sStart);
  const rLength = integerBytes - rStart + rPad;
  const sLength = 2 * integerBytes - sStart + sPad;
  const der = new Uint8Array(6 + rLength + sLength);
  der[0] = sequenceTag;
  der[1] = 4 + rLength + sLength;
  der[2] = integerTag;
  der[3] = rLength;
  der.set(signature.subarray(rStart, integerBytes), 4 + rPad);
  der[4 + rLength] = integerTag;
  der[5 + rLength] = sLength;
  der.set(signature.subarray(sStart), 6 + rLength + sPad);
  return der;
}

/**
 * The JOSE form of a DER signature, as OpenSSL and key management services make it.
 * @throws TypeError when it is no DER signature with two integers of P-256
 */
export function joseFromDer(der: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * integerBytes);
  const rEnd = copyInteger(der, 2, signature, integerBytes);
  const sEnd = copyInteger(der, rEnd, signature, 2 * integerBytes);
  if (der[0] !== sequenceTag || der[1] !== der.length - 2 || sEnd !== der.length) throw notDer();
  return signature;
}

/** Where the digits of an integer begin that is between 1 and the order less one; null for any other. */
function integerStart(signature: Uint8Array, start: number): number | null {
  if (!isBelowOrder(signature, start)) return null;
  for (let at = start; at < start + integerBytes; at += 1) if (signature[at] !== 0) return at;
  return null;
}

function isBelowOrder(signature: Uint8Array, start: number): boolean {
  for (let at = 0; at < integerBytes; at += 1) {
    const difference = (signature[start + at] ?? 0) - (order[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** DER integers have a sign: a first byte with its highest bit set needs a zero before it. */
function paddingOf(signature: Uint8Array, start: number): 0 | 1 {
  return (signature[start] ?? 0) >= 0x80 ? 1 : 0;
}

/** Copies the DER integer at `at` so that it ends at `end`; answers where it ended in the DER. */
function copyInteger(der: Uint8Array, at: number, target: Uint8Array, end: number): number {
  const length = der[at + 1] ?? 0;
  const first = at + 2;
  const pad = der[first] === 0 ? 1 : 0;
  const digits = der.subarray(first + pad, first + length);
  if (der[at] !== integerTag || length === 0 || digits.length !== length - pad) throw notDer();
  if (digits.length > integerBytes) throw notDer();
  target.set(digits, end - digits.length);
  return first + length;
}

function notDer(): TypeError {
  return new TypeError("a DER signature of P-256 was expected");
}
