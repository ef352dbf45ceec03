import type { TokenStorage } from "./token-storage.ts";

/** Sends requests to the one server that may see our credentials. */
export interface Transport {
  /** The address that is meant, seen from the server. */
  resolve(input: string | URL): URL;
  /** Whether it goes to the server. Nobody else must see anything of ours. */
  isOwn(request: Request): boolean;
  /** A request to an account route. Redirects are not followed: they would carry passwords elsewhere. */
  route(method: string, path: string, body?: unknown, signal?: AbortSignal): Request;
  /** Sends the request with the credential of the moment: a copy, so that it can be sent again, unless it is a stream. */
  send(request: Request, isStream?: boolean): Promise<Response>;
  /** Sends a request as it is. */
  readonly fetch: (request: Request) => Promise<Response>;
}

/** @param storage null where the credential is a cookie */
export function createTransport(
  base: URL,
  basePath: string,
  storage: TokenStorage | null,
  fetch: Transport["fetch"],
): Transport {
  function route(
    method: string,
    path: string,
    body?: unknown,
    signal: AbortSignal | null = null,
  ): Request {
    return new Request(new URL(basePath + path, base), {
      method,
      redirect: "error",
      cache: "no-store",
      signal,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
  }

  async function send(request: Request, isStream = false): Promise<Response> {
    const headers = new Headers(request.headers);
    let { credentials, redirect } = request;
    if (storage === null) {
      if (credentials !== "omit") credentials = "include";
    } else {
      // A cookie that lies about must not decide who the request is.
      credentials = "omit";
      const { accessToken, sessionToken } = (await storage.get()) ?? {};
      const token = accessToken ?? sessionToken;
      if (token !== undefined && !headers.has("authorization")) {
        headers.set("authorization", `Bearer ${token}`);
        // Not every runtime takes the header away when a redirect leads to another origin.
        if (redirect === "follow") redirect = "error";
      }
    }
    const copy = isStream ? request : request.clone();
    return fetch(new Request(copy, { headers, credentials, redirect }));
  }

  return {
    resolve: (input) => new URL(input, base),
    // `base` ends with the slash after its host, and a request has its address in full.
    isOwn: ({ url }) => url.startsWith(base.href),
    route,
    send,
    fetch,
  };
}
