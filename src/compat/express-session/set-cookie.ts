/** The attributes of a session's Set-Cookie field (RFC 6265bis, section 4.1). */
export interface SetCookieAttributes {
  readonly path?: string | undefined;
  readonly domain?: string | undefined;
  readonly expires?: Date | null | undefined;
  readonly httpOnly?: boolean | undefined;
  readonly secure?: boolean | "auto" | undefined;
  readonly sameSite?: boolean | "lax" | "strict" | "none" | "auto" | undefined;
  readonly partitioned?: boolean | undefined;
  readonly priority?: "low" | "medium" | "high" | undefined;
}

const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const domainPattern =
  /^\.?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const pathPattern = /^[\u0020-\u003A\u003D-\u007E]*$/;

const sameSites = new Map<unknown, string>([
  [true, "Strict"],
  ["strict", "Strict"],
  ["lax", "Lax"],
  ["none", "None"],
]);
const priorities = new Map<unknown, string>([
  ["low", "Low"],
  ["medium", "Medium"],
  ["high", "High"],
]);

/**
 * A Set-Cookie field in the order and spelling that express-session's `cookie` writes; the value is percent-encoded.
 * @throws TypeError with that package's words for a name or attribute that would break out of the field
 */
export function serializeSetCookie(
  name: string,
  value: string,
  attributes: SetCookieAttributes,
): string {
  const { domain, path, expires } = attributes;
  if (!tokenPattern.test(name)) throw new TypeError("argument name is invalid");
  let field = `${name}=${encodeURIComponent(value)}`;
  if (domain) field += `; Domain=${matching(domainPattern, domain, "domain")}`;
  if (path) field += `; Path=${matching(pathPattern, path, "path")}`;
  if (expires) {
    if (!(expires instanceof Date) || Number.isNaN(expires.valueOf())) {
      throw new TypeError("option expires is invalid");
    }
    field += `; Expires=${expires.toUTCString()}`;
  }
  if (attributes.httpOnly) field += "; HttpOnly";
  if (attributes.secure) field += "; Secure";
  if (attributes.partitioned) field += "; Partitioned";
  if (attributes.priority) {
    field += `; Priority=${chosen(priorities, attributes.priority, "priority")}`;
  }
  if (attributes.sameSite) {
    field += `; SameSite=${chosen(sameSites, attributes.sameSite, "sameSite")}`;
  }
  return field;
}

function matching(pattern: RegExp, text: string, option: string): string {
  if (!pattern.test(text)) throw new TypeError(`option ${option} is invalid`);
  return text;
}

function chosen(words: ReadonlyMap<unknown, string>, value: unknown, option: string): string {
  const word = words.get(typeof value === "string" ? value.toLowerCase() : value);
  if (word === undefined) throw new TypeError(`option ${option} is invalid`);
  return word;
}
