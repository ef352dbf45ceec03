/** What goes into a Set-Cookie field besides name and value. */
export interface CookieAttributes {
  readonly path: string;
  readonly domain: string | null;
  readonly secure: boolean;
  readonly sameSite: "Lax" | "Strict" | "None";
  readonly partitioned: boolean;
  /** Seconds; null makes a cookie that ends with the browser; 0 deletes. */
  readonly maxAge: number | null;
}

/** Browsers drop a cookie whose name and value take more, without a word (RFC 6265bis, section 5.7). */
const maxPairBytes = 4096;

const none: readonly string[] = [];

const tab = 0x09;
const space = 0x20;
const semicolon = 0x3b;
const equalsSign = 0x3d;

/**
 * All values that a Cookie header has under this name, in order, without repetition. It looks for the name, rather than
 * taking every pair apart: most of a header is not ours, and this runs on each request.
 */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  if (header === undefined) return none;
  let values: string[] | null = null;
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + name.length)) {
    const equals = afterBlanks(header, at + name.length);
    if (header.charCodeAt(equals) !== equalsSign || !startsPair(header, at)) continue;
    const end = header.indexOf(";", equals);
    const value = trimBlanks(header, equals + 1, end === -1 ? header.length : end);
    if (values === null) values = [value];
    else if (!values.includes(value)) values.push(value);
  }
  return values ?? none;
}

/** Whether nothing but blanks lies between the position and the pair before. */
function startsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && isBlank(header.charCodeAt(before))) before -= 1;
  return before < 0 || header.charCodeAt(before) === semicolon;
}

function afterBlanks(header: string, at: number): number {
  let next = at;
  while (isBlank(header.charCodeAt(next))) next += 1;
  return next;
}

/**
 * A part of the text without the blanks of HTTP around it. `trim` takes more away, such as U+00A0: then a neighbouring host could set
 * `\xA0__Host-sym`, whose prefix no browser sees, and we would take it for ours.
 */
function trimBlanks(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/**
 * A Set-Cookie field. Always `HttpOnly`.
 * @throws RangeError when a browser would silently drop it for its size.
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes): string {
  if (name.length + value.length > maxPairBytes) {
    throw new RangeError(`cookie "${name}" would take more than ${maxPairBytes} bytes`);
  }
  let field = `${name}=${value}; Path=${attributes.path}`;
  if (attributes.maxAge !== null) field += `; Max-Age=${attributes.maxAge}`;
  if (attributes.domain !== null) field += `; Domain=${attributes.domain}`;
  field += "; HttpOnly";
  if (attributes.secure) field += "; Secure";
  field += `; SameSite=${attributes.sameSite}`;
  if (attributes.partitioned) field += "; Partitioned";
  return field;
}
