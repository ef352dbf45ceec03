import type { AccessTokenClaims } from "../core/access-tokens/registered-claims.ts";
import { refuseUnknownKeys } from "../util/known-keys.ts";
import { TokenError } from "./token-error.ts";

/** An access token that was found right in every respect. It is frozen, since requests share it. */
export interface VerifiedToken {
  readonly claims: AccessTokenClaims;
  /** The words of the `scope` claim. */
  readonly scopes: readonly string[];
}

/** What a route demands of a token. */
export interface TokenGuardOptions {
  /** The token must grant all of these scopes. */
  readonly requireScopes?: readonly string[];
  /** The application's own rule, such as `({ claims }) => claims.role === "admin"`. */
  readonly allow?: (token: VerifiedToken) => boolean;
}

/**
 * Lets a token pass that grants what is demanded.
 * @throws TokenError `insufficient_scope` or `forbidden`; TypeError for a guard with an unknown member
 */
export function requireGrant(token: VerifiedToken, guard: TokenGuardOptions): void {
  // A misspelt demand would be none.
  refuseUnknownKeys(guard, ["requireScopes", "allow"], "guard");
  const { requireScopes: scopes = [], allow } = guard;
  if (!scopes.every((scope) => token.scopes.includes(scope))) {
    throw new TokenError("insufficient_scope", { scopes });
  }
  // Only true lets pass: a promise of no is truthy, too.
  const answer: unknown = allow === undefined || allow(token);
  if (answer !== true) throw new TokenError("forbidden");
}
