import { Buffer } from "node:buffer";
import { constants, createHmac, type KeyObject, sign, verify } from "node:crypto";
import { derFromJose, joseFromDer } from "../../core/access-tokens/ecdsa-signature.ts";
import { decodeAnyBase64url } from "../../util/base64url.ts";
import { equalBytes } from "../../util/bytes.ts";
import { derFromWide, widened } from "./wide-ecdsa.ts";

/** One way of signing (RFC 7518, section 3), as far as it can be told apart from its name. */
interface Signing {
  readonly family: "HS" | "RS" | "PS" | "ES" | "none";
  readonly digest: string;
  readonly digestBytes: number;
  /** How long each of the two integers of an ECDSA signature is: P-521 has the odd one. */
  readonly integerBytes: number;
}

const signings: ReadonlyMap<string, Signing> = new Map(
  (["HS", "RS", "PS", "ES"] as const).flatMap((family) =>
    [256, 384, 512].map((bits) => {
      const integerBytes = bits === 512 ? 66 : bits / 8;
      const signing = { family, digest: `sha${bits}`, digestBytes: bits / 8, integerBytes };
      return [`${family}${bits}`, signing] as const;
    }),
  ),
);
const unsigned: Signing = { family: "none", digest: "", digestBytes: 0, integerBytes: 0 };

/** The row of an algorithm. @throws TypeError, in the words of the package `jwa`, when there is none */
export function signingOf(algorithm: string): Signing {
  const signing = algorithm === "none" ? unsigned : signings.get(algorithm);
  if (signing === undefined) {
    throw new TypeError(
      `"${algorithm}" is not a valid algorithm.\n  Supported algorithms are:\n  "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512" and "none".`,
    );
  }
  return signing;
}

/** The signature of an input in base64url. The key has been found fit before, or was allowed without. */
export function signatureOf(signing: Signing, input: string, key: KeyObject | null): string {
  if (signing.family === "none" || key === null) return "";
  if (signing.family === "HS") {
    return createHmac(signing.digest, key).update(input).digest("base64url");
  }
  const bytes = Buffer.from(input);
  return Buffer.from(signBytes(signing, bytes, key)).toString("base64url");
}

function signBytes(signing: Signing, input: Buffer, key: KeyObject): Uint8Array {
  if (signing.family === "PS") return sign(signing.digest, input, withPss(key));
  if (signing.family === "RS") return sign(signing.digest, input, key);
  if (isP256(signing, key)) return joseFromDer(sign(signing.digest, input, key));
  // Allowed although it is of another kind, an RSA key makes something that is no pair of integers.
  if (!["ec", "dsa"].includes(key.asymmetricKeyType ?? "")) {
    throw new TypeError(`an ${key.asymmetricKeyType} key makes no ECDSA signature`);
  }
  const narrow = sign(signing.digest, input, { key, dsaEncoding: "ieee-p1363" });
  const signature = widened(narrow, signing.integerBytes);
  if (signature === null) throw wrongLength(signing, narrow.length);
  return signature;
}

/**
 * Whether a signature is that of the key. `isRespelled` tells that other spellings of the same bytes are to be right, too:
 * HMACs are compared as text, so they never had any.
 * @throws TypeError when an ECDSA signature is not as long as its algorithm's, as jsonwebtoken does
 */
export function isSignature(
  signing: Signing,
  input: string,
  text: string,
  key: KeyObject | null,
  isRespelled: boolean,
): boolean {
  if (signing.family === "none" || key === null) return text === "";
  if (signing.family === "HS") {
    const expected = createHmac(signing.digest, key).update(input).digest("base64url");
    return equalBytes(Buffer.from(expected), Buffer.from(text));
  }
  const canonical = decodeAnyBase64url(text);
  const signature = canonical ?? Buffer.from(text, "base64url");
  if (signing.family === "ES" && signature.length !== 2 * signing.integerBytes) {
    throw wrongLength(signing, signature.length);
  }
  return (canonical !== null || isRespelled) && verifyBytes(signing, input, signature, key);
}

function verifyBytes(signing: Signing, text: string, signature: Buffer, key: KeyObject): boolean {
  const input = Buffer.from(text);
  if (signing.family === "PS") return verify(signing.digest, input, withPss(key), signature);
  if (signing.family === "RS") return verify(signing.digest, input, key, signature);
  const der = isP256(signing, key) ? derFromJose(signature) : derFromWide(signature);
  return der !== null && verify(signing.digest, input, key, der);
}

/** Of P-256 the signature is converted here, in a fraction of the time that OpenSSL takes for it. */
function isP256({ integerBytes }: Signing, key: KeyObject): boolean {
  return integerBytes === 32 && key.asymmetricKeyDetails?.namedCurve === "prime256v1";
}

function withPss(key: KeyObject): { key: KeyObject; padding: number; saltLength: number } {
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return { key, padding, saltLength };
}

function wrongLength({ digestBytes, integerBytes }: Signing, length: number): TypeError {
  const algorithm = `ES${digestBytes * 8}`;
  return new TypeError(
    `"${algorithm}" signatures must be "${2 * integerBytes}" bytes, saw "${length}"`,
  );
}
