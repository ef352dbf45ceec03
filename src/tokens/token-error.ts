import type { RefusalReason } from "../core/access-tokens/verdict.ts";

/** Why a request is refused. It is for the developer: the client hears only what RFC 6750 has a word for. */
export type TokenErrorCode =
  | RefusalReason
  /** The request brought no token. */
  | "token_missing"
  /** Authentic and in time, but its session, user, tenant or key has been revoked. */
  | "token_revoked"
  /** Its claims have changed since it was issued; the client gets a new one by refreshing. */
  | "token_outdated"
  /** The token is good, but does not grant a scope that is needed here. */
  | "insufficient_scope"
  /** The token is good, but the application's own rule says no. */
  | "forbidden"
  /** The issuer's keys could not be had, so nobody can say whether the token is good. */
  | "keys_unavailable"
  /** Nobody can say whether the token has been revoked. */
  | "revocations_unavailable";

/** What a stranger may know of each kind of refusal. */
const sentences = {
  401: "Sign in to continue.",
  403: "This is not allowed.",
  503: "The service cannot answer right now. Try again shortly.",
} as const;

export interface TokenErrorDetails {
  /** The scopes that are needed, for the challenge of `insufficient_scope`. */
  readonly scopes?: readonly string[];
  /** The inside story, for logs; it never reaches the wire. */
  readonly cause?: unknown;
}

/**
 * A request that is refused because of its access token. `status` and `headers` are those of the answer, as Express and others
 * take them from an error; `message` may be shown to anybody, `code` and `cause` are for logs.
 */
export class TokenError extends Error {
  override readonly name = "TokenError";
  readonly code: TokenErrorCode;
  readonly status: keyof typeof sentences;
  /** `www-authenticate` (RFC 6750, section 3) with 401 and 403, `retry-after` with 503. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: TokenErrorCode, details: TokenErrorDetails = {}) {
    const status = statusOf(code);
    super(sentences[status], details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = status;
    this.headers = Object.freeze(headersOf(code, status, details.scopes ?? []));
  }
}

function statusOf(code: TokenErrorCode): keyof typeof sentences {
  if (code === "insufficient_scope" || code === "forbidden") return 403;
  return code.endsWith("_unavailable") ? 503 : 401;
}

function headersOf(
  code: TokenErrorCode,
  status: keyof typeof sentences,
  scopes: readonly string[],
): Record<string, string> {
  if (status === 503) return { "retry-after": "5" };
  if (code === "token_missing") return { "www-authenticate": "Bearer" };
  if (status === 401) return { "www-authenticate": 'Bearer error="invalid_token"' };
  if (code === "forbidden") return {};
  const scope = scopes.length === 0 ? "" : `, scope="${scopes.join(" ")}"`;
  return { "www-authenticate": `Bearer error="insufficient_scope"${scope}` };
}
