import type { DataShape } from "../core/sessions/session-data.ts";
import type { RequestPosition } from "../core/sessions/sessions.ts";
import { authenticate } from "./authenticate.ts";
import type { Authentication } from "./authentication.ts";
import { deliverLegacy } from "./legacy-authentication.ts";
import { renewInline } from "./refresh.ts";
import { RequestAuth } from "./request-auth.ts";
import type { RequestContext, ResponseHead } from "./request-context.ts";

/** Judges the credential of a request, once: at once where there is none, and where the session is known here. */
export function createRequestAuth<Shape extends DataShape>(
  context: RequestContext,
  response: ResponseHead,
): RequestAuth<Shape> | Promise<RequestAuth<Shape>> {
  const position = context.engine.sessions.position();
  const authentication = authenticate(context);
  const isInline = context.http.refresh === "inline" && !asksForRefresh(context);
  const refresher = isInline ? (context.engine.tokens?.refresher ?? null) : null;
  const renewed =
    refresher === null ? authentication : renewInline(context, response, refresher, authentication);
  return renewed instanceof Promise
    ? renewed.then((late) => requestAuthOf<Shape>(context, response, position, late))
    : requestAuthOf(context, response, position, renewed);
}

function requestAuthOf<Shape extends DataShape>(
  context: RequestContext,
  response: ResponseHead,
  position: RequestPosition,
  authentication: Authentication,
): RequestAuth<Shape> {
  if (authentication.status === "refused" && authentication.error.code === "duplicate_cookie") {
    context.expireAllCookieVariants(response);
  }
  if (context.legacy !== null) deliverLegacy(context, response);
  return new RequestAuth<Shape>(context, response, position, authentication);
}

/** Where a refresh is what is asked for, one is enough. */
function asksForRefresh({ head, http }: RequestContext): boolean {
  return head.path === `${http.basePath}/refresh`;
}
