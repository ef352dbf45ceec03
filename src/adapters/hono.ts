import type { IncomingMessage } from "node:http";
import type { Context, ErrorHandler, MiddlewareHandler } from "hono";
import type { RouterRoute } from "hono/types";
import type { Auth } from "../auth.ts";
import { AuthError } from "../core/errors.ts";
import type { DataShape } from "../core/sessions/session-data.ts";
import { CookieJar } from "../http/cookie-jar.ts";
import { createGuard, signInPageFor, type PageGuardOptions } from "../http/guard.ts";
import type { HeaderSource, RequestHead } from "../http/headers.ts";
import { problemResponse } from "../http/problem.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import { MountPoint } from "./node/mount-point.ts";

/** The variables that `honoAuth` sets: `new Hono<{ Variables: AuthVariables<typeof auth> }>()`. */
export interface AuthVariables<Engine = Auth> {
  /** Who the request acts as, and what can be done about it. */
  auth: Engine extends Auth<infer Shape> ? RequestAuth<Shape> : never;
}

/** What a fetch `Request` does not say. On Node it is known. */
export interface HonoAuthOptions {
  /** The address of whoever opened the connection, such as `(c) => getConnInfo(c).remote.address`. */
  readonly remoteAddress?: (c: Context) => string | undefined;
}

/**
 * Symbolon for Hono 4, on Node and elsewhere: `c.get("auth")` on every request, the account routes, and the refusal of
 * unsafe requests that come with a cookie from another site's page. It works before and after whatever reads the body,
 * and under `app.route`. Requests without a credential cost no I/O, and an outage of the store fails none by itself.
 */
export function honoAuth<Shape extends DataShape>(
  auth: Auth<Shape>,
  options: HonoAuthOptions = {},
): MiddlewareHandler<{ Variables: { auth: RequestAuth<Shape> } }> {
  const mounts = new MountPoints();
  return async (c, next) => {
    const mount = mounts.of(c);
    const head = new HonoRequestHead(c, mount, options);
    const below = mount.below(c.req.path);
    if (below !== null && auth.handles(below)) return answerAccountRoute(auth, c, head, below);
    const jar = new CookieJar();
    const opened = auth.open(head, jar);
    const requestAuth = opened instanceof Promise ? await opened : opened;
    if (requestAuth.error?.code === "cross_site_request") {
      return jar.applyTo(problemResponse(requestAuth.error));
    }
    c.set("auth", requestAuth);
    await next();
    // Asking for the answer makes one.
    if (jar.isEmpty) return jar.close();
    const answer = c.res;
    const withCookies = jar.applyTo(answer);
    if (withCookies === answer) return;
    // Given one response in place of another, Hono puts the old one's headers over the new one's.
    c.res = undefined;
    c.res = withCookies;
  };
}

/**
 * Lets only those through who are signed in (and fulfil `options`); the others are answered with a problem document,
 * or sent to `redirectTo` when they asked for a page.
 * @throws TypeError for bad options, and for a route that `honoAuth` does not come before
 */
export function requireAuth(options: PageGuardOptions = {}): MiddlewareHandler {
  const guard = createGuard(options);
  return (c, next) => {
    const requestAuth = c.get("auth") as RequestAuth | undefined;
    if (requestAuth === undefined) {
      throw new TypeError("requireAuth() needs app.use(honoAuth(auth)) before it");
    }
    const error = guard(requestAuth);
    return error === null ? next() : Promise.resolve(refusal(c, options, error));
  };
}

function refusal(c: Context, options: PageGuardOptions, error: AuthError): Response {
  const { method, headers, url } = c.req.raw;
  const { pathname, search } = new URL(url);
  const page = signInPageFor(options, error, { method, headers, url: pathname + search });
  return page === null ? problemResponse(error) : c.redirect(page, 303);
}

/**
 * Answers an `AuthError` that a route threw with a problem document: `app.onError(authErrors())`. Other errors go to
 * `otherwise`, or are treated as Hono does without any handler.
 */
export function authErrors(otherwise: ErrorHandler = likeHono): ErrorHandler {
  return (error, c) => (error instanceof AuthError ? problemResponse(error) : otherwise(error, c));
}

const likeHono: ErrorHandler = (error, c) => {
  if ("getResponse" in error) return error.getResponse();
  // oxlint-disable-next-line eslint/no-console -- whoever gives us no handler is not to lose Hono's own report
  console.error(error);
  return c.text("Internal Server Error", 500);
};

/** The mount point of a middleware: what stands before the `*` of its route, or of the application that it is part of. */
class MountPoints {
  readonly #known = new WeakMap<RouterRoute, MountPoint>();

  /** Of the middleware that is running. By `c.req`, as the helpers of `hono/route` know their own copy of Hono alone. */
  of({ req }: Context): MountPoint {
    const route = req.matchedRoutes[req.routeIndex];
    if (route === undefined) return nowhere;
    const known = this.#known.get(route);
    if (known !== undefined) return known;
    const mount = new MountPoint(
      route.path.endsWith("*") ? route.path.slice(0, -1) : route.basePath,
    );
    this.#known.set(route, mount);
    return mount;
  }
}

const nowhere = new MountPoint("");

/** A request as Hono has it. On Node its headers are those that Node has read, since making a `Headers` costs more than the check. */
class HonoRequestHead implements RequestHead {
  readonly method: string;
  readonly headers: HeaderSource;
  readonly path: string;
  readonly mountedAt: string | undefined;
  readonly #c: Context;
  readonly #incoming: IncomingMessage | null;
  readonly #options: HonoAuthOptions;

  constructor(c: Context, mount: MountPoint, options: HonoAuthOptions) {
    const { req } = c;
    this.#incoming = incomingOf(c.env);
    this.method = req.method;
    this.headers = this.#incoming?.headers ?? req.raw.headers;
    this.path = req.path;
    this.mountedAt = mount.of(req.path);
    this.#c = c;
    this.#options = options;
  }

  get remoteAddress(): string | undefined {
    const told = this.#options.remoteAddress?.(this.#c);
    return told ?? this.#incoming?.socket.remoteAddress;
  }

  get encrypted(): boolean {
    if (this.#incoming === null) return this.#c.req.url.startsWith("https:");
    const { socket } = this.#incoming;
    return "encrypted" in socket && socket.encrypted === true;
  }
}

/** What `@hono/node-server` passes on; other runtimes have bindings of their own there, of any names. */
function incomingOf(env: unknown): IncomingMessage | null {
  const { incoming } = (env ?? {}) as { readonly incoming?: Partial<IncomingMessage> };
  return typeof incoming === "object" && incoming.rawHeaders !== undefined
    ? (incoming as IncomingMessage)
    : null;
}

/** Where routing has decoded the path, or cut it, the route is asked for as it was found. */
async function answerAccountRoute(
  auth: Pick<Auth, "handler">,
  { req }: Context,
  { method, remoteAddress, encrypted, mountedAt }: HonoRequestHead,
  path: string,
): Promise<Response> {
  const url = new URL(req.url);
  url.pathname = path;
  const init: RequestInit & { readonly duplex: "half" } = {
    method,
    headers: req.raw.headers,
    body: method === "GET" || method === "HEAD" ? null : await bodyOf(req),
    duplex: "half",
  };
  return auth.handler(new Request(url, init), { remoteAddress, encrypted, mountedAt });
}

/** The body as it came, or again as Hono remembers it for whoever has read it. */
function bodyOf(req: Context["req"]): BodyInit | null | Promise<BodyInit> {
  return req.raw.bodyUsed ? req.arrayBuffer() : req.raw.body;
}
