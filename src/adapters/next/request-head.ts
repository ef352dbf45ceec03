import type { RequestHead } from "../../http/headers.ts";

/** What is used of a `NextRequest`; a `Request` will do. */
export type NextRequestLike = Request & {
  readonly nextUrl?: { readonly basePath: string; readonly pathname: string };
};

/** What Next does not say about whoever opened the connection. */
export interface NextAuthOptions {
  /** The address of whoever opened the connection to your proxy, such as `(headers) => headers.get("x-real-ip") ?? undefined`. */
  readonly remoteAddress?: (headers: Headers) => string | undefined;
}

/** Where a request goes. */
export interface NextPath {
  /** What stands before all paths of the application; empty where nothing does. */
  readonly basePath: string;
  /** What follows, as the client sees it. */
  readonly pathname: string;
  /** The same without the slash at its end that `trailingSlash: true` asks for. */
  readonly below: string;
}

export function pathOf({ nextUrl, url }: NextRequestLike): NextPath {
  const { basePath = "", pathname = new URL(url).pathname } = nextUrl ?? {};
  const hasSlash = pathname.length > 1 && pathname.endsWith("/");
  return { basePath, pathname, below: hasSlash ? pathname.slice(0, -1) : pathname };
}

/** The head of a request, by the same rules wherever Next shows it: to a handler, a page, an action, or the proxy. */
export function headOf(
  method: string,
  received: Headers,
  /** Left out where Next does not tell it. */
  path: NextPath | null,
  { remoteAddress }: NextAuthOptions,
): RequestHead & { readonly headers: Headers } {
  const headers = withoutFillers(received);
  return {
    method,
    headers,
    path: path === null ? undefined : path.basePath + path.pathname,
    mountedAt: path?.basePath,
    remoteAddress: remoteAddress?.(received),
    encrypted: firstOf(headers.get("x-forwarded-proto")) === "https",
  };
}

/**
 * The headers without those that Next fills in where no proxy has: they would look like a proxy that nobody trusts, and the
 * cookies of plain HTTP on this machine would have the names of https.
 */
function withoutFillers(headers: Headers): Headers {
  const isFilledIn =
    headers.get("x-forwarded-host") === headers.get("host") &&
    headers.get("x-forwarded-proto") === "http" &&
    /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/.test(headers.get("x-forwarded-for") ?? "");
  if (!isFilledIn) return headers;
  const told = new Headers(headers);
  for (const name of ["host", "port", "proto", "for"]) told.delete(`x-forwarded-${name}`);
  return told;
}

function firstOf(field: string | null): string | undefined {
  return field?.split(",")[0]?.trim().toLowerCase();
}

/** The request as an account route reads it: below the base path, and with the body as it came. */
export function routeRequest(
  request: NextRequestLike,
  { below }: NextPath,
  headers: Headers,
): Request {
  const url = new URL(request.url);
  url.pathname = below;
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  const init: RequestInit & { readonly duplex: "half" } = {
    method: request.method,
    headers,
    body: hasBody ? request.body : null,
    duplex: "half",
    signal: request.signal,
  };
  return new Request(url, init);
}
