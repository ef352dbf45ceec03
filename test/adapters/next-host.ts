import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { NextRequest, type NextResponse } from "next/server.js";
import type { Auth } from "symbolon";
import { nextAuth, type NextRequestLike } from "symbolon/next";
import { listen } from "../support/listen.ts";
import type { Host } from "./http-suite.ts";
import { guards, routes, toResponse } from "./plain-app.ts";

type Handler = (request: NextRequest) => Promise<Response>;

/**
 * An application's `route.ts` files without Next around them, which takes seconds to start: 500 cases would take an hour. What
 * Next does between the socket and them is done here: it makes a `NextRequest`, fills in `X-Forwarded-*` and picks the
 * handler by path and method. `test/e2e/next.e2e.ts` is the same with the real Next.
 */
export function nextHost(
  name: string,
  {
    basePath = "",
    hasProxy = false,
  }: { readonly basePath?: string; readonly hasProxy?: boolean } = {},
): Host {
  return {
    name,
    hasSockets: false,
    ...(hasProxy && { except: judgedTwice }),
    serve: async (context, auth) => {
      const app = applicationOf(auth);
      const listener = getRequestListener((received, { incoming }) => {
        const { remoteAddress = "" } = (incoming as HttpBindings["incoming"]).socket;
        const request = nextRequest(received, remoteAddress, basePath);
        return hasProxy ? throughProxy(app.proxy, app.route, request) : app.route(request);
      });
      return (await listen(context, listener)) + basePath;
    },
  };
}

/** The proxy judges first, so that the handler hears what has become of the session, and not why. */
const judgedTwice = {
  "inline: a refresh token of old ends the session, and says so":
    "the proxy has noticed it, and the handler finds the session ended",
};

function applicationOf(auth: Auth): {
  readonly route: Handler;
  readonly proxy: (request: NextRequestLike) => Promise<Response>;
} {
  const { handlers, withAuth, authProxy } = nextAuth(auth, {
    remoteAddress: (headers) => headers.get("x-real-ip") ?? undefined,
  });
  const own = new Map(
    Object.entries(routes).map(([name, route]) => {
      const [, path = ""] = name.split(" ");
      const handler = withAuth(async (request: NextRequest, requestAuth, _context: null) => {
        const { method, url } = request;
        const below = { method, url: new URL(url), accept: "" };
        return toResponse(await route(requestAuth, below));
      }, guards[path]);
      return [name, handler] as const;
    }),
  );
  return {
    proxy: authProxy(),
    async route(request) {
      const { pathname } = request.nextUrl;
      if (/^\/(?:auth|\.well-known)\//.test(pathname)) {
        const answer = (handlers as Readonly<Record<string, Handler>>)[request.method];
        return answer?.(request) ?? new Response(null, { status: 405 });
      }
      const method = request.method === "HEAD" ? "GET" : request.method;
      const handler = own.get(`${method} ${pathname}`);
      if (handler === undefined) return new Response(null, { status: 404 });
      // What Next makes of an error that is not ours.
      return handler(request, null).catch(() => new Response(null, { status: 500 }));
    },
  };
}

function nextRequest(received: Request, remoteAddress: string, basePath: string): NextRequest {
  const headers = new Headers(received.headers);
  fillIn(headers, "x-forwarded-host", headers.get("host") ?? "");
  fillIn(headers, "x-forwarded-port", "80");
  fillIn(headers, "x-forwarded-proto", "http");
  fillIn(headers, "x-forwarded-for", remoteAddress);
  headers.set("x-real-ip", remoteAddress);
  return requestWith(received, headers, basePath);
}

function fillIn(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value);
}

function requestWith(received: Request, headers: Headers, basePath: string): NextRequest {
  return new NextRequest(received.url, {
    method: received.method,
    headers,
    body: received.body,
    duplex: "half",
    signal: received.signal,
    nextConfig: { basePath },
  });
}

/** What Next does with the answer of a proxy: it is the answer, or it says how the request goes on and what is added. */
async function throughProxy(
  proxy: (request: NextRequestLike) => Promise<Response>,
  route: Handler,
  request: NextRequest,
): Promise<Response> {
  const verdict = await proxy(request);
  if (verdict.headers.get("x-middleware-next") !== "1") return verdict;
  const headers = new Headers(request.headers);
  for (const name of verdict.headers.get("x-middleware-override-headers")?.split(",") ?? []) {
    headers.set(name, verdict.headers.get(`x-middleware-request-${name}`) ?? "");
  }
  const answer = await route(requestWith(request, headers, request.nextUrl.basePath));
  const added = (verdict as NextResponse).headers;
  const own = answer.headers.getSetCookie();
  const sent = new Headers(answer.headers);
  sent.delete("set-cookie");
  for (const field of [...added.getSetCookie(), ...own]) sent.append("set-cookie", field);
  // Of a name that the proxy has set, Next takes no other value.
  for (const [name, value] of added) {
    if (name !== "set-cookie" && !name.startsWith("x-middleware-")) sent.set(name, value);
  }
  return new Response(answer.body, { status: answer.status, headers: sent });
}
