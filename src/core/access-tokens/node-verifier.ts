import { constants, createHmac, type KeyObject, verify } from "node:crypto";
import { Buffer } from "node:buffer";
import { decodeAnyBase64url } from "../../util/base64url.ts";
import { equalBytes } from "../../util/bytes.ts";
import { decodeUtf8 } from "../../util/strict-base64url.ts";
import { type AlgorithmName, algorithms, sha256Bytes } from "./algorithms.ts";
import { type CompactJws, isOfType, parseClaims, parseCompactJws } from "./compact-jws.ts";
import { derFromJose } from "./ecdsa-signature.ts";
import { requireFit, type VerificationKey } from "./node-keys.ts";
import { type ClaimRules, judgeClaims } from "./registered-claims.ts";
import { type RefusalReason, refused, type TokenVerdict, verified } from "./verdict.ts";

/** What a token is held against. */
export interface TokenRules extends ClaimRules {
  /** The kind of token, such as `at+jwt`; any other kind is refused, however authentic (RFC 8725, section 3.11). */
  readonly typ: string;
  /** Longer tokens are refused unseen. */
  readonly maxBytes: number;
}

/** The key of a `kid`; null when there is none. The `kid` is a stranger's text: look it up in a `Map`. */
export type KeyOf = (kid: string) => VerificationKey | null;

/**
 * Judges a token in one go, without I/O. It never throws, whatever the token is, and never answers claims of one that is not
 * authentic. First comes what costs nothing, then the signature, then the claims: a forger learns nothing of the rules,
 * and the most that a token can cost is one signature.
 * @throws TypeError only for misuse: when `keyOf` answers a key that does not fit its algorithm
 */
export function verifyCompact(token: string, keyOf: KeyOf, rules: TokenRules): TokenVerdict {
  const jws = parseCompactJws(token, rules.maxBytes, decodeText);
  if (typeof jws === "string") return refused(jws);
  const { kid } = jws.header;
  const reason = judgeSignature(jws, kid === undefined ? null : keyOf(kid));
  if (reason !== null) return refused(reason);
  if (!isOfType(jws.header, rules.typ)) return refused("token_type");
  const claims = parseClaims(jws.payload);
  if (claims === null) return refused("token_malformed");
  const fault = judgeClaims(claims, rules);
  return fault === null ? verified(jws.header, claims) : refused(fault);
}

/** Why a signature does not count, or null: there must be a key, the header name its algorithm, and the key agree. */
export function judgeSignature(jws: CompactJws, key: VerificationKey | null): RefusalReason | null {
  if (key === null) return "token_key_unknown";
  if (jws.header.alg !== key.algorithm) return "token_algorithm";
  requireFit(key.algorithm, key.key);
  const isRight =
    key.algorithm === "HS256" ? isMac(key.key, jws) : isSignature(key.algorithm, key.key, jws);
  if (isRight) return null;
  return decodeAnyBase64url(jws.signature) === null ? "token_malformed" : "token_signature";
}

/** Takes a token apart, with the decoder of Node. */
export function parseOnNode(token: string, maxBytes: number): CompactJws | RefusalReason {
  return parseCompactJws(token, maxBytes, decodeText);
}

/**
 * Whether a MAC is that of the secret. The texts are compared, in constant time: so only the canonical spelling is right,
 * and nothing has to be decoded.
 */
function isMac(secret: KeyObject, { signingInput, signature }: CompactJws): boolean {
  const expected = createHmac("sha256", secret).update(signingInput).digest("base64url");
  return equalBytes(Buffer.from(expected), Buffer.from(signature));
}

/**
 * Whether a signature is that of the key. A high `s` of ES256 is accepted, as RFC 7518 has it: so a token has a twin with
 * another signature, and whoever must know a token again goes by its `jti`.
 */
function isSignature(
  algorithm: Exclude<AlgorithmName, "HS256">,
  key: KeyObject,
  { signingInput, signature: text }: CompactJws,
): boolean {
  const signature = decodeAnyBase64url(text);
  const { signatureBytes } = algorithms[algorithm];
  if (signature === null || (signatureBytes !== null && signature.length !== signatureBytes)) {
    return false;
  }
  const input = Buffer.from(signingInput);
  switch (algorithm) {
    case "EdDSA":
      return verify(null, input, key, signature);
    case "ES256": {
      const der = derFromJose(signature);
      return der !== null && verify("sha256", input, key, der);
    }
    case "RS256":
      return verify("sha256", input, key, signature);
    case "PS256": {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return verify("sha256", input, { key, padding, saltLength: sha256Bytes }, signature);
    }
  }
}

/** Buffers put U+FFFD in the place of what is no UTF-8, in half the time in which a decoder says so. */
function decodeText(part: string): string | null {
  const bytes = decodeAnyBase64url(part);
  if (bytes === null) return null;
  const text = bytes.toString();
  return text.includes("\ufffd") ? decodeUtf8(bytes) : text;
}
