/** Our Set-Cookie fields, in the ways in which Next takes them. */

/** What is used of `await cookies()` in an action, and of `NextResponse.cookies`. */
export interface CookieStore {
  readonly set: (name: string, value: string, options: StoredAttributes) => unknown;
}

/** The attributes of a cookie in Next's words; `maxAge` in seconds. */
export interface StoredAttributes {
  path?: string;
  domain?: string;
  maxAge?: number;
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: "lax" | "strict" | "none";
  partitioned?: boolean;
}

interface ParsedField {
  readonly name: string;
  readonly value: string;
  readonly options: StoredAttributes;
}

/** Takes apart a field as `serializeCookie` makes it. */
function parseField(field: string): ParsedField {
  const [pair = "", ...attributes] = field.split("; ");
  const equals = pair.indexOf("=");
  const options: StoredAttributes = {};
  for (const attribute of attributes) {
    const [name = "", value = ""] = attribute.split("=");
    if (name === "Path") options.path = value;
    else if (name === "Domain") options.domain = value;
    else if (name === "Max-Age") options.maxAge = Number(value);
    else if (name === "HttpOnly") options.httpOnly = true;
    else if (name === "Secure") options.secure = true;
    else if (name === "Partitioned") options.partitioned = true;
    else if (value === "Lax" || value === "Strict" || value === "None") {
      options.sameSite = sameSiteWords[value];
    }
  }
  return { name: pair.slice(0, equals), value: pair.slice(equals + 1), options };
}

const sameSiteWords = { Lax: "lax", Strict: "strict", None: "none" } as const;

/**
 * Fields on their way into a store of Next, which keeps one cookie for each name. So of several with one name and another
 * place the first stays, which is where we keep it; the others only take away what a neighbour has planted.
 */
export class StoredFields {
  readonly #store: CookieStore;
  readonly #byName: Map<string, { readonly key: string; field: string }> = new Map();

  constructor(store: CookieStore) {
    this.#store = store;
  }

  /** Sets a field, in place of an earlier one with the same key. Answers whether the store has it. */
  set(key: string, field: string): boolean {
    const { name, value, options } = parseField(field);
    const stored = this.#byName.get(name);
    if (stored !== undefined && stored.key !== key) return false;
    this.#byName.set(name, { key, field });
    this.#store.set(name, value, options);
    return true;
  }

  get fields(): readonly string[] {
    return [...this.#byName.values()].map(({ field }) => field);
  }
}

/** Hands fields over to a store, and answers those for which it has no place. */
export function storeFields(store: CookieStore, fields: readonly string[]): readonly string[] {
  const stored = new StoredFields(store);
  return fields.filter((field) => !stored.set(field, field));
}

/** A Cookie header as the browser will send it when it has heard these fields. */
export function cookieHeaderAfter(header: string | null, fields: readonly string[]): string {
  const set = new Map(fields.map(parseField).map((parsed) => [parsed.name, parsed]));
  const kept = (header ?? "")
    .split(";")
    .map((pair) => pair.replaceAll(/^[\t ]+|[\t ]+$/g, ""))
    .filter((pair) => pair !== "" && !set.has(nameOf(pair)));
  const held = [...set.values()].filter(({ options }) => options.maxAge !== 0);
  return [...kept, ...held.map(({ name, value }) => `${name}=${value}`)].join("; ");
}

function nameOf(pair: string): string {
  return (pair.split("=", 1)[0] ?? "").replace(/[\t ]+$/, "");
}
