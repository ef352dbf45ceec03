import type { Engine } from "../core/engine.ts";
import type { Principal } from "../core/sessions/principal.ts";
import type { RequestAuth } from "./request-auth.ts";
import type { ResourceServer } from "./resource-servers.ts";

/** What a route is called with. */
export interface RouteCall {
  readonly engine: Engine;
  readonly auth: RequestAuth;
  readonly request: Request;
  /** The parts of the path that the route leaves open. */
  readonly params: Readonly<Record<string, string>>;
}

/** A call by a service. Sessions and cookies play no part in it. */
export interface ResourceServerRouteCall extends Omit<RouteCall, "auth"> {
  readonly resourceServer: ResourceServer;
}

/** A call by somebody who is signed in. */
export interface UserRouteCall extends RouteCall {
  readonly principal: Principal;
}

/** What a route answers; cookies are added by the handler. A `body` is sent as JSON. */
export interface RouteAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RoutePattern {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `basePath`; `:name` stands for one segment. */
  readonly path: string;
}

/** One row of the table of routes: who may call it decides what it is called with. */
export type Route = RoutePattern &
  (
    | { readonly access: "anyone"; readonly answer: (call: RouteCall) => Promise<RouteAnswer> }
    /** Anybody who is not signed in is answered 401. */
    | { readonly access: "user"; readonly answer: (call: UserRouteCall) => Promise<RouteAnswer> }
    /** Whoever is not one of `resourceServers` is answered 401. */
    | {
        readonly access: "resource_server";
        readonly answer: (call: ResourceServerRouteCall) => Promise<RouteAnswer>;
      }
  );

/** Where a path leads. */
export interface RouteMatch {
  /** Null when the path does not know the method, or nothing is there. */
  readonly route: Route | null;
  /** The methods that the path knows; empty when nothing is there. */
  readonly methods: readonly string[];
  readonly params: Readonly<Record<string, string>>;
}

/** Matches a path below `basePath` (with or without one trailing slash). HEAD is answered like GET. */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const wanted = method === "HEAD" ? "GET" : method;
  const methods: string[] = [];
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params === null) continue;
    if (route.method === wanted) return { route, methods: [wanted], params };
    methods.push(route.method);
  }
  return { route: null, methods, params: {} };
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const expected = pattern.split("/");
  const actual = path.replace(/(?<=.)\/$/, "").split("/");
  if (expected.length !== actual.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const value = actual[index] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== value) return null;
    } else if (/^[\w-]+$/.test(value)) {
      params[segment.slice(1)] = value;
    } else {
      return null;
    }
  }
  return params;
}
