import { AuthError } from "../core/errors.ts";
import { ResumedSession } from "../core/sessions/resumed-session.ts";
import type { PresentedTokens } from "../core/sessions/resume.ts";
import { equalBytes } from "../util/bytes.ts";
import type { Authentication } from "./authentication.ts";
import { cookieValues, serializeCookie } from "./cookies.ts";
import type { LegacyLogins, PresentedLegacy } from "./legacy-logins.ts";
import type { LegacyCookie, LegacySource } from "./legacy-source.ts";
import type { RequestContext, ResponseHead } from "./request-context.ts";

/** What the answer to a request with an old cookie does to the browser's cookies. */
export interface LegacyOutcome {
  readonly source: LegacySource;
  /** The session that the old one has become; null where it opens nothing any more. */
  readonly session: { readonly token: string; readonly persistent: boolean } | null;
}

const anonymous: Authentication = { status: "anonymous" };

/**
 * Judges the old cookies of a request that has no credential of ours; null when it has none, which costs nothing. An old cookie is
 * judged as ours are: an unsafe method must not come from another site's page, which is decided before any store is asked.
 */
export function authenticateByLegacy(
  context: RequestContext,
  logins: LegacyLogins,
): Promise<Authentication> | null {
  const presented = logins.presentedIn(context.head.headers);
  return presented === null ? null : judgeFirst(context, logins, presented);
}

/** Puts the new cookie in the place of the old one. Where the answer cannot take it any more, the next request asks again and gets it. */
export function deliverLegacy(context: RequestContext, response: ResponseHead): void {
  const { legacy } = context;
  if (legacy === null || !isOpen(response)) return;
  const { session, source } = legacy;
  if (session !== null) context.setCookie(response, "session", session.token, session.persistent);
  for (const cookie of source.cookies) clearCookie(context, response, cookie);
}

async function judgeFirst(
  context: RequestContext,
  logins: LegacyLogins,
  presented: readonly PresentedLegacy[],
): Promise<Authentication> {
  const asker = {
    userAgent: context.userAgent,
    address: context.client.address,
    position: context.engine.sessions.position(),
  };
  try {
    for (const { source, sessionId } of presented) {
      const id = await sessionId;
      if (id === null) continue;
      if (context.mayChange && context.isCrossSite(null)) {
        const error = context.refuse("cross_site_request");
        return { status: "refused", carrier: "cookie", error };
      }
      const { headers } = context.head;
      const request = { sessionId: id, headers, now: context.engine.time.now() };
      const verdict = await logins.judge(source, request, asker);
      if (verdict.outcome === "none") continue;
      const session =
        verdict.outcome === "adopted" ? await resume(context, source, verdict.tokens) : null;
      // Also where it opens nothing any more: ending it may have failed before.
      await logins.end(source, request);
      if (session !== null) return session.by("cookie");
      context.legacy ??= { source, session: null };
    }
    return anonymous;
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    // The cookie stays, and nobody is signed out by an outage.
    const told =
      error.code === "store_unavailable"
        ? error
        : new AuthError("store_unavailable", { cause: error, retryAfterSeconds: 1 });
    return { status: "unavailable", carrier: "cookie", error: told, lastKnown: null };
  }
}

async function resume(
  context: RequestContext,
  source: LegacySource,
  tokens: PresentedTokens,
): Promise<ResumedSession | null> {
  const resumed = await context.engine.resumer.resume(tokens);
  if (!(resumed instanceof ResumedSession)) return null;
  const { secretHash, persistent } = resumed.session;
  const own = tokens.find((each) => equalBytes(each.secretHash, secretHash));
  if (own === undefined) return null;
  context.legacy = { source, session: { token: own.token, persistent } };
  return resumed;
}

function isOpen(response: ResponseHead): boolean {
  try {
    response.assertOpen();
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}

function clearCookie(
  context: RequestContext,
  response: ResponseHead,
  { name, path = "/", domain }: LegacyCookie,
): void {
  if (cookieValues(context.header("cookie"), name).length === 0) return;
  const field = serializeCookie(name, "", {
    path,
    domain: domain ?? null,
    // Also by its prefix: a browser drops a field of such a name that has no Secure.
    secure: context.cookies.secure || /^__(?:Host|Secure)-/i.test(name),
    sameSite: "Lax",
    partitioned: false,
    maxAge: 0,
  });
  response.setCookie(`${name} ${domain ?? ""} ${path}`, field);
}
