import type { AccessTokenClaims } from "../core/access-tokens/registered-claims.ts";

/**
 * Whether a token has been revoked: `"outdated"` when its claims have changed since it was issued, `"unknown"` when what is
 * known is too old to say.
 */
export type RevocationVerdict = boolean | "outdated" | "unknown";

/** What a service knows of the issuer's revocations. */
export interface RevocationFeed {
  /**
   * Judges a token whose signature and times are right, and the key (`kid`) that signed it. Asked on every use, also of a token
   * seen before, so it answers from memory, and at once; it may take a moment where it has to catch up first.
   */
  isRevoked(claims: AccessTokenClaims, kid: string): RevocationVerdict | Promise<RevocationVerdict>;
  /** Called once, before the first question. When it fails, tokens are refused with 503, and it is called again. */
  start(): Promise<void>;
  /** Lets go of whatever it holds. */
  close(): Promise<void>;
  /** What went wrong last, for the `cause` of the error where the answer is `"unknown"`. */
  readonly problem?: unknown;
}
