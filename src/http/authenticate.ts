import { AuthError } from "../core/errors.ts";
import type { Authentication } from "./authentication.ts";
import { authenticateByLegacy } from "./legacy-authentication.ts";
import type { RequestContext } from "./request-context.ts";
import { authenticateBySession } from "./session-authentication.ts";
import { authenticateByToken } from "./token-authentication.ts";

/**
 * Judges the credential of a request: at once when nothing has to be read, which is so without an authentic one, and
 * with one that this process has seen and of which its view of the log is fresh. Otherwise the session is read once.
 * A request that comes with a cookie and may change something must not come from another site's page: that is
 * decided before the store is asked. An old cookie of another library counts only where there is no credential of ours.
 */
export function authenticate(context: RequestContext): Authentication | Promise<Authentication> {
  const { keys, tokens } = context.engine;
  if (context.needsKeys && !keys.areCurrent) return withCurrentKeys(context);
  if (tokens !== null) return authenticateByToken(context, tokens);
  const own = authenticateBySession(context);
  const { legacyLogins } = context;
  if (legacyLogins === null || own instanceof Promise || own.status !== "anonymous") return own;
  return authenticateByLegacy(context, legacyLogins) ?? own;
}

/** For requests that a CSRF token may have to vouch for, which takes the keys before anything can be said. */
async function withCurrentKeys(context: RequestContext): Promise<Authentication> {
  try {
    await context.engine.keys.makeCurrent();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return { status: "unavailable", carrier: "cookie", error, lastKnown: null };
  }
  return authenticate(context);
}
