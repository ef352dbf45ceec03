import type { ErrorCode } from "../core/errors.ts";
import type { RequestAuth } from "./request-auth.ts";

/** What a browser is told whose credential was good once. */
const endedCodes: ReadonlySet<ErrorCode> = new Set([
  "session_expired",
  "session_revoked",
  "token_expired",
  "token_outdated",
  "refresh_token_reused",
]);

/**
 * Ends the session of a request, and answers the headers by which the browser forgets what pages of this origin kept
 * about the user. Not "cookies": that would also wipe those of other applications on this domain; and "cache" is not
 * needed, because no answer of ours may be cached.
 * @throws AuthError `store_unavailable`
 */
export async function signOutAndForget(
  auth: RequestAuth,
): Promise<Readonly<Record<string, string>>> {
  const { session, error } = auth;
  // Not for strangers: then a form on any other site could wipe what this origin's pages keep.
  const isOurs = session !== null || (error !== null && endedCodes.has(error.code));
  await auth.signOut();
  return isOurs ? { "clear-site-data": '"storage"' } : {};
}
