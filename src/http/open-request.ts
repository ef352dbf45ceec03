import type { DataShape } from "../core/sessions/session-data.ts";
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
  const made = (authentication: Authentication): RequestAuth<Shape> => {
    if (authentication.status === "refused" && authentication.error.code === "duplicate_cookie") {
      context.expireAllCookieVariants(response);
    }
    deliverLegacy(context, response);
    return new RequestAuth<Shape>(context, response, position, authentication);
  };
  const authentication = authenticate(context);
  const { refresher = null } = context.engine.tokens ?? {};
  if (refresher !== null && context.http.refresh === "inline" && !asksForRefresh(context)) {
    return renewInline(context, response, refresher, authentication).then(made);
  }
  return authentication instanceof Promise ? authentication.then(made) : made(authentication);
}

/** Where a refresh is what is asked for, one is enough. */
function asksForRefresh({ head, http }: RequestContext): boolean {
  return head.path === `${http.basePath}/refresh`;
}
