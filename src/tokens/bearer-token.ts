/** Request headers as a framework has them: of `fetch`, or of Node with lower-case names. */
export type RequestHeaders =
  | Pick<Headers, "get">
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The bearer token of a request (RFC 6750, section 2.1); null when it has none. Only the `Authorization` header counts: what
 * stands in a URL or a form ends in logs. Any other scheme is not ours to judge.
 */
export function bearerTokenOf(headers: RequestHeaders): string | null {
  const field = fieldOf(headers, "authorization");
  if (field === null) return null;
  const [scheme = "", token = ""] = /^(\S+) *(.*)$/.exec(field)?.slice(1) ?? [];
  return scheme.toLowerCase() === "bearer" ? token : null;
}

function fieldOf(headers: RequestHeaders, name: string): string | null {
  if (isFetchHeaders(headers)) return headers.get(name);
  const value = headers[name];
  return value === undefined || typeof value === "string" ? (value ?? null) : value.join(", ");
}

function isFetchHeaders(headers: RequestHeaders): headers is Pick<Headers, "get"> {
  return typeof headers["get" as keyof typeof headers] === "function";
}
