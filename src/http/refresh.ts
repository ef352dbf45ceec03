import { AuthError } from "../core/errors.ts";
import type { RefreshResult, Refresher } from "../core/refresh-tokens/refresher.ts";
import { sessionIdOfRefreshToken } from "../core/refresh-tokens/refresh-token.ts";
import { refused, sessionIdIn, type Authentication } from "./authentication.ts";
import { cookieValues } from "./cookies.ts";
import { Delivery } from "./delivery.ts";
import { headerOf } from "./headers.ts";
import type { RequestContext, ResponseHead } from "./request-context.ts";

/** What a refresh is asked with. */
export interface RefreshInput {
  /** The token of a client without cookies; left out, the cookie's. */
  readonly refreshToken?: string;
  /** False where the client cannot keep another refresh token: it gets an access token only. Default true. */
  readonly canStore?: boolean;
}

type Refreshed = RefreshResult & { readonly outcome: "refreshed" };

/**
 * Trades the refresh token of a request.
 * @throws AuthError `unauthenticated`, `invalid_token`, `session_expired`, `session_revoked`, `refresh_token_reused`, `cross_site_request`,
 *   `duplicate_cookie`, `store_unavailable`
 */
export async function refreshWith(
  context: RequestContext,
  response: ResponseHead,
  refresher: Refresher,
  authentication: Authentication,
  { refreshToken, canStore = true }: RefreshInput,
): Promise<Refreshed> {
  const { address } = context.client;
  const sent: SentToken =
    refreshToken === undefined
      ? await refreshCookieOf(context, refresher, authentication)
      : { kind: "token", token: refreshToken };
  if (sent.kind === "ambiguous") {
    context.expireAllCookieVariants(response);
    throw context.refuse("duplicate_cookie");
  }
  if (sent.kind === "none") throw new AuthError("unauthenticated");
  const { token } = sent;
  if (refreshToken === undefined && context.isCrossSite(sessionIdOfRefreshToken(token))) {
    throw context.refuse("cross_site_request");
  }
  const result = await refresher.refresh(token, { address, canStore });
  if (result.outcome === "refused") throw new AuthError(result.code);
  return result;
}

/** Under one name: no browser of an honest user has more. */
const mostCookies = 4;

type SentToken =
  | { readonly kind: "none" }
  | { readonly kind: "ambiguous" }
  | { readonly kind: "token"; readonly token: string };

/**
 * The refresh token that the browser sent. `ambiguous` where it sent those of different sessions, or one of another
 * session than its access token's: a neighbouring host has planted one, and nobody can say which.
 */
async function refreshCookieOf(
  context: RequestContext,
  refresher: Refresher,
  authentication: Authentication,
): Promise<SentToken> {
  const { refresh } = context.cookies.places;
  const values = cookieValues(headerOf(context.head.headers, "cookie"), refresh.name);
  const [first, second, ...others] = values;
  if (first === undefined) return { kind: "none" };
  const isTooMany = values.length > mostCookies;
  const token =
    second === undefined || isTooMany ? first : await refresher.choose([first, second, ...others]);
  const sessionId = token === null ? null : sessionIdOfRefreshToken(token);
  const own = sessionIdIn(authentication);
  const isForeign = own !== null && sessionId !== null && own !== sessionId;
  return token === null || isTooMany || isForeign
    ? { kind: "ambiguous" }
    : { kind: "token", token };
}

/** Why a request with cookies may be renewed: its access token is not there any more, or has had its time. */
function isRenewable(authentication: Authentication): boolean {
  if (authentication.status === "anonymous") return true;
  if (authentication.status !== "refused" || authentication.carrier !== "cookie") return false;
  return ["token_expired", "token_outdated", "invalid_token"].includes(authentication.error.code);
}

/**
 * Renews the access token of a request while it is answered, where a refresh token came with it: the new cookies go with the
 * answer, whatever it is. A refresh that fails leaves the request as it was, but for an outage: that is no "signed out".
 */
export async function renewInline(
  context: RequestContext,
  response: ResponseHead,
  refresher: Refresher,
  authentication: Authentication | Promise<Authentication>,
): Promise<Authentication> {
  const judged = await authentication;
  if (!isRenewable(judged)) return judged;
  try {
    const sent = await refreshCookieOf(context, refresher, judged);
    if (sent.kind === "none") return judged;
    if (sent.kind === "ambiguous") throw context.refuse("duplicate_cookie");
    const { token } = sent;
    if (context.mayChange && context.isCrossSite(sessionIdOfRefreshToken(token))) {
      throw context.refuse("cross_site_request");
    }
    const { address } = context.client;
    // A child that nobody keeps would look like a lost one; without any, the browser's own token stays the good one.
    const canStore = response.takesNoCookies !== true;
    const result = await refresher.refresh(token, { address, canStore });
    if (result.outcome === "refused") return refused("cookie", result.code);
    const { resumed } = await new Delivery(context, response).refreshed(result, "cookie");
    return resumed.by("cookie");
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return error.code === "store_unavailable"
      ? { status: "unavailable", carrier: "cookie", error, lastKnown: null }
      : { status: "refused", carrier: "cookie", error };
  }
}
