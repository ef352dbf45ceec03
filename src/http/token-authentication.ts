import { defaultMaxTokenBytes, parseClaims } from "../core/access-tokens/compact-jws.ts";
import { parseOnNode } from "../core/access-tokens/node-verifier.ts";
import type { TokenResumeVerdict } from "../core/access-tokens/token-resumer.ts";
import { AuthError } from "../core/errors.ts";
import type { Carrier } from "../core/sessions/principal.ts";
import { sessionTokenPrefix } from "../core/sessions/session-token.ts";
import type { TokenCapability } from "../core/token-strategy.ts";
import { refused, sessionIdIn, type Authentication } from "./authentication.ts";
import { cookieValues } from "./cookies.ts";
import { bearerTokenOf } from "./credential.ts";
import { headerOf } from "./headers.ts";
import type { JsonValue } from "../util/json.ts";
import type { RequestContext } from "./request-context.ts";
import { authenticateBySession } from "./session-authentication.ts";

const anonymous: Authentication = { status: "anonymous" };

/** Access tokens under one name: no browser of an honest user has more, and each may cost a signature. */
const mostCookies = 4;

/**
 * Judges the access token of a request: at once when nothing must be asked. An `Authorization` header with a token of
 * ours decides alone, good or bad; another issuer's is not ours to judge and leaves it to the cookies. Where there is no
 * access token, a guest may have a session token, with the strategy `hybrid`.
 */
export function authenticateByToken(
  context: RequestContext,
  tokens: TokenCapability,
): Authentication | Promise<Authentication> {
  const bearer = bearerTokenOf(headerOf(context.head.headers, "authorization"));
  if (bearer === null) return authenticateByCookie(context, tokens);
  if (bearer.startsWith(sessionTokenPrefix)) {
    return tokens.strategy === "hybrid"
      ? authenticateBySession(context)
      : refused("header", "invalid_token");
  }
  const answer = ask(tokens, "header", bearer);
  return answer instanceof Promise
    ? answer.then((later) => unlessForeign(context, tokens, bearer, later))
    : unlessForeign(context, tokens, bearer, answer);
}

function unlessForeign(
  context: RequestContext,
  tokens: TokenCapability,
  bearer: string,
  authentication: Authentication,
): Authentication | Promise<Authentication> {
  const isForeign =
    authentication.status === "refused" &&
    authentication.error.code === "invalid_token" &&
    !namesIssuer(bearer, tokens.config.issuer);
  return isForeign ? authenticateByCookie(context, tokens) : authentication;
}

/** Whether a text is a token that says of itself that it is ours. */
function namesIssuer(token: string, issuer: string): boolean {
  return claimOf(token, "iss") === issuer;
}

/** What a token says of itself, authentic or not. */
function claimOf(token: string, name: "iss" | "sid"): JsonValue | undefined {
  const jws = parseOnNode(token, defaultMaxTokenBytes);
  return typeof jws === "string" ? undefined : parseClaims(jws.payload)?.[name];
}

function authenticateByCookie(
  context: RequestContext,
  tokens: TokenCapability,
): Authentication | Promise<Authentication> {
  const { access } = context.cookies.places;
  const values = cookieValues(headerOf(context.head.headers, "cookie"), access.name);
  const [only] = values;
  if (only === undefined) {
    return tokens.strategy === "hybrid" ? authenticateBySession(context) : anonymous;
  }
  if (values.length > mostCookies) return ambiguous(context);
  if (values.length > 1) return authenticateByCookies(context, tokens, values);
  const answer = ask(tokens, "cookie", only);
  return answer instanceof Promise
    ? answer.then((later) => unlessCrossSite(context, later))
    : unlessCrossSite(context, answer);
}

/**
 * Several access tokens under one name: of one login the newest counts; of different ones, one was planted. Also where one
 * has expired: it may be the victim's.
 */
async function authenticateByCookies(
  context: RequestContext,
  tokens: TokenCapability,
  values: readonly string[],
): Promise<Authentication> {
  const answers = await Promise.all(values.map(async (value) => ask(tokens, "cookie", value)));
  const unavailable = answers.find(({ status }) => status === "unavailable");
  if (unavailable !== undefined) return unavailable;
  const good = answers.filter((answer) => answer.status === "resumed");
  // Also of those that have expired: the planted one must not win by waiting.
  const sessions = new Set(
    values.map((value, nth) => sessionNamedBy(value, answers[nth])).filter((id) => id !== null),
  );
  if (sessions.size > 1) {
    return ambiguous(context);
  }
  good.sort((one, other) => other.session.lastSeenAt - one.session.lastSeenAt);
  const [answer = answers[0]] = good;
  return answer === undefined ? anonymous : unlessCrossSite(context, answer);
}

function ambiguous(context: RequestContext): Authentication {
  return { status: "refused", carrier: "cookie", error: context.refuse("duplicate_cookie") };
}

/** The session of an authentic token, good or not any more. */
function sessionNamedBy(token: string, answer: Authentication | undefined): JsonValue | null {
  const hasExpired = answer?.status === "refused" && answer.error.code !== "invalid_token";
  if (hasExpired) return claimOf(token, "sid") ?? null;
  return answer === undefined ? null : sessionIdIn(answer);
}

/** A request that comes with a cookie and may change something must not come from another site's page. */
export function unlessCrossSite(
  context: RequestContext,
  authentication: Authentication,
): Authentication {
  const sessionId = sessionIdIn(authentication);
  // An outage is told first: nothing is done for it, whoever asks.
  const isTold = authentication.status === "unavailable" && sessionId === null;
  if (isTold || !context.mayChange || !context.isCrossSite(sessionId)) return authentication;
  return { status: "refused", carrier: "cookie", error: context.refuse("cross_site_request") };
}

/** At once when nothing must be asked. */
function ask(
  { resumer }: TokenCapability,
  carrier: Carrier,
  token: string,
): Authentication | Promise<Authentication> {
  const verdict = resumer.resume(token);
  if (!(verdict instanceof Promise)) return judged(carrier, verdict);
  return verdict.then(
    (later) => judged(carrier, later),
    (error: unknown) => {
      if (!(error instanceof AuthError) || error.code !== "store_unavailable") throw error;
      return { status: "unavailable", carrier, error, lastKnown: resumer.lastKnown(token) };
    },
  );
}

function judged(carrier: Carrier, verdict: TokenResumeVerdict): Authentication {
  if (verdict.outcome === "resumed") return verdict.by(carrier);
  const { code, reason, sessionId } = verdict;
  const cause = reason === undefined ? undefined : new Error(reason);
  return { ...refused(carrier, code, cause), sessionId };
}
