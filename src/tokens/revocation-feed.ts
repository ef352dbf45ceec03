import type { AccessTokenClaims } from "../core/access-tokens/registered-claims.ts";

/** What a service knows of the issuer's revocations. */
export interface RevocationFeed {
  /**
   * Whether a token whose signature and times are right has been revoked all the same. Asked on every use, also of a token seen
   * before, so it answers from memory: `"outdated"` when its claims have changed since, `"unknown"` when what is known is
   * too old to say.
   */
  isRevoked(claims: AccessTokenClaims): boolean | "outdated" | "unknown";
  /** Called once, before the first question. When it fails, tokens are refused with 503, and it is called again. */
  start(): Promise<void>;
  /** Lets go of whatever it holds. */
  close(): Promise<void>;
}
