import { decodeStrictBase64url, decodeUtf8 } from "../../util/strict-base64url.ts";
import { isJsonObject, parseStrictJson } from "../../util/strict-json.ts";
import { sha256Bytes } from "./algorithms.ts";

/**
 * What is wrong with the secret of an HS256 key, or null. It is as long as the digest (RFC 7518, section 3.2), and nothing
 * that looks like a key of another kind: whoever configures a public key as a secret lets everybody sign (RFC 8725, 2.1).
 */
export function hmacSecretFault(secret: Uint8Array): string | null {
  if (secret.length < sha256Bytes) return `an HS256 secret has at least ${sha256Bytes} bytes`;
  return isKeyOfAnotherKind(secret)
    ? "an HS256 secret is random bytes; this is a key of another kind, which others may know"
    : null;
}

function isKeyOfAnotherKind(secret: Uint8Array): boolean {
  const text = decodeUtf8(secret)?.trim();
  // Printable text is no DER: "0" is the tag of a sequence, and what follows it may seem to be its length.
  const isPrintable = text !== undefined && /^[ -~\s]*$/.test(text);
  if ((!isPrintable && isDerKey(secret)) || isUncompressedPoint(secret)) return true;
  if (text === undefined) return false;
  // Base64 of a key, with or without the lines of PEM around it, in either alphabet.
  const packed = text.replaceAll(/-----[^-]*-----|\s|=/g, "");
  const bytes = decodeStrictBase64url(packed.replaceAll("+", "-").replaceAll("/", "_"));
  return (
    /-----\s*BEGIN\b|^(?:ssh|ecdsa)-/.test(text) ||
    isJwk(text) ||
    (bytes !== null && isDerKey(bytes))
  );
}

function isJwk(text: string): boolean {
  const value = parseStrictJson(text);
  return isJsonObject(value) && (Object.hasOwn(value, "kty") || Object.hasOwn(value, "keys"));
}

/**
 * Whether bytes are one DER sequence to their end that begins as keys and certificates do: with an integer or another
 * sequence. Of random secrets one in some millions does.
 */
function isDerKey(bytes: Uint8Array): boolean {
  const [tag, length = 0] = bytes;
  if (tag !== 0x30) return false;
  const lengthBytes = length < 0x80 ? 0 : length - 0x80;
  const content = 2 + lengthBytes;
  if (lengthBytes > 3 || content >= bytes.length) return false;
  const declared =
    lengthBytes === 0
      ? length
      : bytes.subarray(2, content).reduce((sum, byte) => sum * 256 + byte, 0);
  const first = bytes[content];
  return content + declared === bytes.length && (first === 0x02 || first === 0x30);
}

const prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Whether bytes are a point of P-256 as ECDSA keys are often passed around (SEC 1, section 2.3.3). */
function isUncompressedPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 65 || bytes[0] !== 0x04) return false;
  const x = toInteger(bytes.subarray(1, 33));
  const y = toInteger(bytes.subarray(33));
  return (y * y - (x * x * x - 3n * x + b)) % prime === 0n;
}

function toInteger(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}
