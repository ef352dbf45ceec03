import type { Auth } from "../auth.ts";
import { AuthError } from "../core/errors.ts";
import type { Principal } from "../core/sessions/principal.ts";
import type { DataShape } from "../core/sessions/session-data.ts";
import {
  changePassword,
  register,
  signIn,
  type AccountAction,
  type SignedIn,
} from "../http/account-actions.ts";
import { CookieJar, uncacheable } from "../http/cookie-jar.ts";
import { createGuard, signInPageFor, type PageGuardOptions } from "../http/guard.ts";
import { problemResponse } from "../http/problem.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import { cookieHeaderAfter, storeFields } from "./next/cookie-fields.ts";
import { GuardedPaths, type ProxyGuards } from "./next/guarded-paths.ts";
import { ofThisCopy } from "./next/one-copy.ts";
import { RenderedRequests } from "./next/rendered-requests.ts";
import {
  headOf,
  pathOf,
  routeRequest,
  type NextAuthOptions,
  type NextRequestLike,
} from "./next/request-head.ts";

export type { NextAuthOptions, NextRequestLike, ProxyGuards };

/** The exports of a `route.ts` that has account routes: one for each method. */
export type RouteHandlers = Readonly<
  Record<
    "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS",
    (request: NextRequestLike) => Promise<Response>
  >
>;

/** A route handler of the application, which is told who asks. `context` is Next's, with the `params` of the path. */
export type AuthHandler<Shape extends DataShape, Incoming extends NextRequestLike, Context> = (
  request: Incoming,
  auth: RequestAuth<Shape>,
  context: Context,
) => Response | Promise<Response>;

/** Symbolon in each of the places where an application on Next runs code of its own. */
export interface NextAuth<Shape extends DataShape> {
  /** The account routes: `export const { GET, POST, DELETE } = handlers` in `app/auth/[...route]/route.ts`. */
  readonly handlers: RouteHandlers;

  /**
   * A route handler that knows who asks, refuses cross-site requests, and lets only those through whom the options describe.
   * Cookies go with the answer, also with that of a `redirect()`. An `AuthError` becomes a problem document.
   * @throws TypeError for bad options
   */
  readonly withAuth: <Incoming extends NextRequestLike, Context>(
    handler: AuthHandler<Shape, Incoming, Context>,
    options?: PageGuardOptions,
  ) => (request: Incoming, context: Context) => Promise<Response>;

  /**
   * The function for `proxy.ts`. It refuses cross-site requests, sends strangers away from the paths of `guards`, and with
   * `refresh: 'inline'` renews access tokens, so that the page of the same request sees the new one already. What it answers
   * is a `NextResponse`. It is no lock: a page that asks for a principal must ask itself.
   * @throws TypeError for bad options
   */
  readonly authProxy: (guards?: ProxyGuards) => (request: NextRequestLike) => Promise<Response>;

  /**
   * Who asks for a page, for server components: one object for each request. It cannot set cookies, so that `signIn`, `signOut`
   * and the first write of a guest's data are a `TypeError`. An access token that has had its time is renewed for this one
   * page, where the refresh token came along; the browser's credentials stay as they are.
   */
  readonly pageAuth: () => Promise<RequestAuth<Shape>>;

  /**
   * Who asks for a page, for pages that strangers do not see: they are sent to `redirectTo`.
   * @throws AuthError why not, where there is no `redirectTo` or where signing in would not help; TypeError for bad options
   */
  readonly requirePrincipal: (options?: PageGuardOptions) => Promise<Principal>;

  /**
   * Who asks for an action, in server actions; there cookies can be set.
   * @throws AuthError `cross_site_request`
   */
  readonly actionAuth: () => Promise<RequestAuth<Shape>>;

  /**
   * What `POST /auth/register`, `/auth/sign-in` and `/auth/change-password` do, for server actions: the same input, which is
   * checked here, and the same errors.
   */
  readonly accountActions: AccountActions;
}

/** With the option `accounts`; without it they are a `TypeError`. */
export interface AccountActions {
  /** @param input `{ email, password, name?, remember? }` as it came */
  readonly register: (input: unknown) => Promise<SignedIn>;
  /** @param input `{ email, password, remember? }` as it came */
  readonly signIn: (input: unknown) => Promise<SignedIn>;
  /** @param input `{ currentPassword, newPassword }` as it came */
  readonly changePassword: (input: unknown) => Promise<void>;
}

/**
 * Symbolon for Next.js 16. Make it beside `auth`, in the module that all places import. Requests without a credential cost no
 * I/O, and an outage of the store fails none by itself.
 */
export function nextAuth<Shape extends DataShape>(
  auth: Auth<Shape>,
  options: NextAuthOptions = {},
): NextAuth<Shape> {
  const rendered = new RenderedRequests(auth, options);

  const openWith = async (request: NextRequestLike, jar: CookieJar): Promise<RequestAuth<Shape>> =>
    ofThisCopy(
      await auth.open(headOf(request.method, request.headers, pathOf(request), options), jar),
    );

  const answerRoute = async (request: NextRequestLike): Promise<Response> => {
    const path = pathOf(request);
    // What else lies below a catch-all is nobody's.
    if (!auth.handles(path.below)) return new Response(null, { status: 404 });
    const { headers, ...peer } = headOf(request.method, request.headers, path, options);
    return auth.handler(routeRequest(request, path, headers), peer);
  };

  const accountAction = async (): Promise<AccountAction> => {
    if (auth.users === null) throw new TypeError("accountActions need the option `accounts`");
    return { auth: (await rendered.action()) as unknown as RequestAuth, accounts: auth.users };
  };

  return {
    handlers: {
      GET: answerRoute,
      HEAD: answerRoute,
      POST: answerRoute,
      PUT: answerRoute,
      PATCH: answerRoute,
      DELETE: answerRoute,
      OPTIONS: answerRoute,
    },

    withAuth(handler, guardOptions) {
      const guard = guardOptions === undefined ? () => null : createGuard(guardOptions);
      return async (request, context) => {
        const jar = new CookieJar();
        try {
          const requestAuth = await openWith(request, jar);
          const refusal = foreign(requestAuth) ?? guard(requestAuth);
          return jar.applyTo(
            refusal === null
              ? await handler(request, requestAuth, context)
              : refuse(request, refusal, guardOptions),
          );
        } catch (error) {
          if (error instanceof AuthError) return jar.applyTo(problemResponse(error));
          // `redirect()` is thrown, and Next makes the answer, with the cookies that it has been told of.
          if (!jar.isEmpty) await storeInNext(jar);
          throw error;
        }
      };
    },

    authProxy(guards = {}) {
      const guarded = new GuardedPaths(guards);
      return async (request) => {
        const { NextResponse } = await import("next/server.js");
        const { below } = pathOf(request);
        // Whoever answers that judges it, too.
        if (auth.handles(below)) return NextResponse.next();
        const jar = new CookieJar();
        const requestAuth = await openWith(request, jar);
        const found = guarded.find(below);
        const refusal = foreign(requestAuth) ?? found?.guard(requestAuth) ?? null;
        if (refusal !== null)
          return jar.applyTo(absolute(request, refuse(request, refusal, found?.options)));
        if (jar.isEmpty) return NextResponse.next();
        // Cookies that were refused stay as they are, for the page to refuse them, too.
        const isRenewed = requestAuth.error === null;
        const headers = new Headers(request.headers);
        if (isRenewed) headers.set("cookie", cookieHeaderAfter(headers.get("cookie"), jar.fields));
        const response = NextResponse.next({ request: { headers } });
        const others = isRenewed ? storeFields(response.cookies, jar.fields) : jar.fields;
        for (const field of others) response.headers.append("set-cookie", field);
        // A static page would go to shared caches together with the cookie, and so would what a handler lets them keep: of what the
        // proxy has set Next takes no other value, so that it is said here even where it is nothing to most.
        for (const [name, value] of Object.entries(uncacheable)) {
          response.headers.set(name, value ?? "no-store");
        }
        return response;
      };
    },

    pageAuth: () => rendered.page(),

    async requirePrincipal(guardOptions = {}) {
      const requestAuth = await rendered.page();
      const error = createGuard(guardOptions)(requestAuth);
      if (error === null && requestAuth.principal !== null) return requestAuth.principal;
      if (error?.status === 401 && guardOptions.redirectTo !== undefined) {
        const { redirect } = await import("next/navigation.js");
        redirect(guardOptions.redirectTo);
      }
      throw error ?? new AuthError("unauthenticated");
    },

    actionAuth: () => rendered.action(),

    accountActions: {
      register: async (input) => register(await accountAction(), input),
      signIn: async (input) => signIn(await accountAction(), input),
      changePassword: async (input) => {
        await changePassword(await accountAction(), input);
      },
    },
  };
}

function foreign(requestAuth: { readonly error: AuthError | null }): AuthError | null {
  return requestAuth.error?.code === "cross_site_request" ? requestAuth.error : null;
}

function refuse(
  request: NextRequestLike,
  error: AuthError,
  options: PageGuardOptions = {},
): Response {
  const { method, headers } = request;
  const { basePath, pathname } = pathOf(request);
  const url = basePath + pathname + new URL(request.url).search;
  const page = signInPageFor(options, error, { method, headers, url });
  if (page === null) return problemResponse(error);
  return new Response(null, { status: 303, headers: { location: page } });
}

/** In a proxy Next takes nothing else, and makes it relative again. */
function absolute(request: NextRequestLike, response: Response): Response {
  const location = response.headers.get("location");
  if (location !== null) response.headers.set("location", new URL(location, request.url).href);
  return response;
}

async function storeInNext(jar: CookieJar): Promise<void> {
  const { cookies } = await import("next/headers.js");
  storeFields(await cookies(), jar.fields);
}
