import { asAuthError, AuthError } from "../core/errors.ts";
import { accountRoutes } from "./account-routes.ts";
import { CookieJar } from "./cookie-jar.ts";
import type { RequestHead } from "./headers.ts";
import { answerJwks, jwksRoute } from "./jwks.ts";
import { problemResponse } from "./problem.ts";
import { createRequestAuth } from "./open-request.ts";
import type { RequestAuth } from "./request-auth.ts";
import { RequestContext, type HttpEngine } from "./request-context.ts";
import { authenticateResourceServer } from "./resource-servers.ts";
import { revocationRoutes } from "./revocation-routes.ts";
import {
  matchRoute,
  type Route,
  type RouteAnswer,
  type RouteCall,
  type RouteMatch,
} from "./route.ts";
import { sessionRoutes } from "./session-routes.ts";
import { introspectionRoutes, tokenRevocationRoutes } from "./token-routes.ts";

/** What a fetch `Request` does not say about its connection. */
export type Peer = Pick<RequestHead, "remoteAddress" | "encrypted" | "mountedAt">;

/** Answers the account routes, and publishes the keys that verify access tokens. */
export interface Handler {
  /** Whether the path is one of the routes', so that another handler may have it otherwise. */
  handles(path: string): boolean;
  /** The paths of the routes, with `:name` for a segment that is open. */
  readonly paths: readonly string[];
  /** Answers every request; what is not a route's with a 404 problem. It never throws. */
  handle(request: Request, peer?: Peer): Promise<Response>;
}

export function createHandler(httpEngine: HttpEngine): Handler {
  const { engine, http } = httpEngine;
  const routes = [
    ...sessionRoutes,
    ...(engine.accounts === null ? [] : accountRoutes),
    ...tokenRevocationRoutes,
    ...(http.resourceServers.length === 0 ? [] : [...revocationRoutes, ...introspectionRoutes]),
  ];

  /** Whether the path is that of the public keys: only where there may be any. */
  const isJwks = (path: string): boolean =>
    path === jwksRoute.path && engine.config.accessTokens !== null;

  /** The part of the path below `basePath`; null when it is not ours. This is asked of every request. */
  function below(path: string): string | null {
    return path.startsWith(http.basePath) && path[http.basePath.length] === "/"
      ? path.slice(http.basePath.length)
      : null;
  }

  function match(method: string, path: string): RouteMatch {
    return matchRoute(routes, method, below(path) ?? "");
  }

  async function answer(request: Request, peer: Peer): Promise<Response> {
    const path = new URL(request.url).pathname;
    if (isJwks(path)) return answerJwks(engine, request);
    const { route, methods, params } = match(request.method, path);
    if (methods.length === 0) return problemResponse(new AuthError("not_found"));
    if (route === null) return answerOtherMethod(request.method, methods);
    if (route.access === "resource_server") return answerService(route, { request, params });
    const context = new RequestContext(httpEngine, {
      method: request.method,
      path,
      headers: request.headers,
      encrypted: request.url.startsWith("https:"),
      ...peer,
    });
    const cookies = new CookieJar();
    try {
      const auth: RequestAuth = await createRequestAuth(context, cookies);
      return cookies.applyTo(toResponse(await call(route, { engine, auth, request, params })));
    } catch (error) {
      return cookies.applyTo(toProblem(error));
    }
  }

  async function answerService(
    route: Route & { readonly access: "resource_server" },
    { request, params }: Pick<RouteCall, "request" | "params">,
  ): Promise<Response> {
    try {
      const authorization = request.headers.get("authorization");
      const resourceServer = authenticateResourceServer(http.resourceServers, authorization);
      return toResponse(await route.answer({ engine, resourceServer, request, params }));
    } catch (error) {
      return toProblem(error);
    }
  }

  function toProblem(error: unknown): Response {
    if (!(error instanceof AuthError)) engine.events.emit("error", { error });
    return problemResponse(asAuthError(error));
  }

  const paths = new Set(routes.map(({ path }) => http.basePath + path));
  if (engine.config.accessTokens !== null) paths.add(jwksRoute.path);

  return {
    paths: [...paths],
    handles: (path) => isJwks(path) || (below(path) !== null && match("", path).methods.length > 0),
    handle: (request, peer = {}) => answer(request, peer),
  };
}

async function call(
  route: Exclude<Route, { readonly access: "resource_server" }>,
  routeCall: RouteCall,
): Promise<RouteAnswer> {
  const { auth } = routeCall;
  // A duplicate cookie must not stand in the way of signing in again, which mends it.
  if (auth.error?.code === "cross_site_request") throw auth.error;
  if (route.access === "anyone") return route.answer(routeCall);
  if (auth.error !== null) throw auth.error;
  if (auth.principal === null) throw new AuthError("unauthenticated");
  return route.answer({ ...routeCall, principal: auth.principal });
}

function answerOtherMethod(method: string, methods: readonly string[]): Response {
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  return problemResponse(new AuthError("method_not_allowed", { headers: { allow } }));
}

/** Everything we answer is about one person, so no cache may keep it. */
function toResponse({ status, body, headers = {} }: RouteAnswer): Response {
  const common = { "cache-control": "no-store", ...headers };
  if (body === undefined) return new Response(null, { status, headers: common });
  return Response.json(body, { status, headers: common });
}
