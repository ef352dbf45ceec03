import type { JsonObject } from "../../util/json.ts";
import type { JoseHeader } from "./compact-jws.ts";
import type { AccessTokenClaims } from "./registered-claims.ts";

/**
 * Why an access token is refused. It is for the developer; a client only hears `invalid_token` (RFC 6750), since whoever
 * tries tokens out must not learn how near he is.
 */
export type RefusalReason =
  /** Longer than allowed; nothing of it was looked at. */
  | "token_too_large"
  /** Not three parts of canonical base64url that hold a JSON object, a payload and a signature. */
  | "token_malformed"
  /** The header asks for what is never done: extensions (`crit`), a key that the token brings along, a nested token. */
  | "token_header"
  /** No `kid`, or none of a key that is known. */
  | "token_key_unknown"
  /** `alg` is not the one algorithm of the key. */
  | "token_algorithm"
  /** The signature is not that of the key over this header and these claims. */
  | "token_signature"
  /** An authentic token of another kind, such as an ID token. */
  | "token_type"
  /** Authentic, but a registered claim is missing or is not of its type. */
  | "token_claims"
  /** Of another issuer. */
  | "token_issuer"
  /** For somebody else. */
  | "token_audience"
  | "token_expired"
  /** `nbf` or `iat` lie in the future. */
  | "token_not_yet_valid";

/** What became of a token that was presented. Claims are there only if everything about it was found right. */
export type TokenVerdict =
  | {
      readonly outcome: "verified";
      readonly header: JoseHeader;
      readonly claims: AccessTokenClaims;
    }
  | { readonly outcome: "refused"; readonly reason: RefusalReason };

/** The verdict against a token. */
export function refused(reason: RefusalReason): TokenVerdict {
  return { outcome: "refused", reason };
}

/** The verdict for a token whose signature and claims were found right. */
export function verified(header: JoseHeader, claims: JsonObject): TokenVerdict {
  return { outcome: "verified", header, claims: claims as AccessTokenClaims };
}
