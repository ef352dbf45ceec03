/** Request headers, in the form that the framework already has them: making a `Headers` object costs more than the check. */
export type HeaderSource =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** One header by its lower-case name; several fields of one name are joined as HTTP does. */
export function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (areFetchHeaders(headers)) return headers.get(name) ?? undefined;
  const value = headers[name];
  if (value === undefined || typeof value === "string") return value;
  // Cookie is the one request header whose fields are joined by a semicolon (RFC 9113, section 8.2.3).
  return value.join(name === "cookie" ? "; " : ", ");
}

/**
 * By what it can do: a runtime may have several classes of that name, and asking which one it is costs more. A field of a
 * request that is called `get` is a text.
 */
function areFetchHeaders(headers: HeaderSource): headers is Headers {
  return typeof headers.get === "function";
}

/** What the engine reads of a request. */
export interface RequestHead {
  readonly method: string;
  readonly headers: HeaderSource;
  /** The path as the client sees it, without the query: where a cookie may be in the way. */
  readonly path?: string | undefined;
  /** What a framework has cut off the front of the path: where it has mounted us. */
  readonly mountedAt?: string | undefined;
  /** The address of the peer that opened the connection; a proxy's, where there is one. */
  readonly remoteAddress?: string | undefined;
  /** Whether the connection to that peer is TLS. */
  readonly encrypted?: boolean | undefined;
  /** A CSRF token that came in a form field instead of the `X-CSRF-Token` header. */
  readonly csrfToken?: string | undefined;
}

/** Whether the method promises to change nothing (RFC 9110, section 9.2.1). */
export function isSafeMethod(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

/** Whether the request asks for another protocol, such as a WebSocket. */
export function isUpgrade(headers: HeaderSource): boolean {
  return headerOf(headers, "upgrade") !== undefined;
}
