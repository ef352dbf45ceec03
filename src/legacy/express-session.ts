import type { HeaderSource } from "../http/headers.ts";
import type {
  LegacyFault,
  LegacyLogin,
  LegacyRequest,
  LegacySource,
} from "../http/legacy-source.ts";
import type { JsonObject, JsonValue } from "../util/json.ts";
import { oldCookieValues, onlyOne, unsignOld } from "./old-cookie.ts";
import { toldLogin } from "./told-login.ts";

/** What every stored session has, whatever the application keeps in it. */
export interface StoredExpressSession {
  readonly cookie: {
    readonly originalMaxAge?: number | null;
    readonly expires?: Date | string | null;
  };
}

/** A store in the manner of connect: connect-redis, connect-pg-simple, express-session's own. */
export interface ExpressSessionStore {
  get(id: string, answer: (error: unknown, session?: unknown) => void): unknown;
  set(id: string, session: unknown, done?: (error?: unknown) => void): unknown;
  destroy(id: string, done?: (error?: unknown) => void): unknown;
}

/** `Data` is what the application keeps in a session, such as the `SessionData` that it has declared. */
export interface LegacyExpressSessionOptions<Data extends object = Record<string, unknown>> {
  /** The one that `session({ store })` was given. */
  readonly store: ExpressSessionStore;
  /** `secret` of `session()`: one, or several of which any may have signed. */
  readonly secret: string | readonly string[];
  /** `name` of `session()`. Default `connect.sid`. */
  readonly name?: string;
  /** Where the cookie is, if `session({ cookie })` says so: a browser forgets a cookie only there. */
  readonly cookie?: { readonly path?: string; readonly domain?: string };
  /** Who is signed in; null or undefined for nobody. */
  readonly userIdOf: (session: Data & StoredExpressSession) => string | null | undefined;
  readonly tenantIdOf?: (session: Data & StoredExpressSession) => string | undefined;
  /** When they signed in: milliseconds since the epoch. express-session does not know it, so say it if the application does. */
  readonly authenticatedAtOf?: (session: Data & StoredExpressSession) => number | undefined;
  /** What the application wants to know on every request, such as a role. */
  readonly claimsOf?: (session: Data & StoredExpressSession) => JsonObject;
  /** What moves over to `req.auth.data`. */
  readonly dataOf?: (session: Data & StoredExpressSession) => Readonly<Record<string, JsonValue>>;
  /**
   * Takes the user out of the old session, which goes on with what else is in it, and keeps its cookie: for an application that still
   * has data in `req.session`. Left out, the old session is destroyed.
   */
  readonly release?: (session: Data & StoredExpressSession) => void;
}

/**
 * Sessions of express-session, and of our layer in its place, which keeps the same. Cookies with a signature of another secret,
 * or none, are not looked up.
 * @throws TypeError for options that are missing
 */
export function legacyExpressSession<Data extends object = Record<string, unknown>>(
  options: LegacyExpressSessionOptions<Data>,
): LegacySource {
  const { store, userIdOf, release, name = "connect.sid" } = options;
  const secrets = [options.secret].flat();
  if (secrets.length === 0 || secrets.some((secret) => typeof secret !== "string" || !secret)) {
    throw new TypeError("legacyExpressSession: secret must be a text, or several");
  }
  if (typeof userIdOf !== "function") {
    throw new TypeError("legacyExpressSession: userIdOf must say who is signed in");
  }

  async function stored(id: string): Promise<(Data & StoredExpressSession) | null> {
    const session = await answered((done) => store.get(id, done));
    // What else is in it is the application's word.
    return isStored(session) ? (session as Data & StoredExpressSession) : null;
  }

  async function find({
    sessionId,
    now,
  }: LegacyRequest): Promise<LegacyLogin | LegacyFault | null> {
    const session = await stored(sessionId);
    if (session === null || hasExpired(session, now)) return null;
    return toldLogin(() => loginOf(session));
  }

  function loginOf(session: Data & StoredExpressSession): LegacyLogin | null {
    const userId = userIdOf(session) ?? null;
    if (userId === null) return null;
    const tenantId = options.tenantIdOf?.(session);
    const authenticatedAt = options.authenticatedAtOf?.(session);
    return {
      userId,
      ...(tenantId !== undefined && { tenantId }),
      ...(authenticatedAt !== undefined && { authenticatedAt }),
      claims: options.claimsOf?.(session) ?? {},
      data: options.dataOf?.(session) ?? {},
      remember: (session.cookie.originalMaxAge ?? null) !== null,
    };
  }

  return {
    name: `express-session ${name}`,
    cookies: release === undefined ? [{ name, ...options.cookie }] : [],
    sessionIdIn: (headers) => idIn(headers, name, secrets),
    find,
    async end({ sessionId, now }) {
      if (release === undefined) {
        await answered((done) => store.destroy(sessionId, done));
        return;
      }
      const session = await stored(sessionId);
      if (session === null || (userIdOf(session) ?? null) === null) return;
      // A store may hand out the object that it keeps.
      const released = { ...session, cookie: withMaxAge(session.cookie, now) };
      release(released);
      if ((userIdOf(released) ?? null) !== null) {
        throw new TypeError("legacyExpressSession: release has left the user in the session");
      }
      await answered((done) => store.set(sessionId, released, done));
    },
  };
}

/** As express-session escapes and signs it: `s:`, the id, a dot, and the HMAC. */
function idIn(headers: HeaderSource, name: string, secrets: readonly string[]): string | null {
  const values = oldCookieValues(headers, name);
  if (values.length === 0) return null;
  return onlyOne(
    values.map((value) =>
      value.startsWith("s:") ? unsignOld(value.slice(2), secrets, "unpadded") : null,
    ),
  );
}

function hasExpired({ cookie }: StoredExpressSession, now: number): boolean {
  const expires = cookie.expires ?? null;
  return expires !== null && new Date(expires).getTime() <= now;
}

/** Some stores ask the cookie how long it has left, as they can of express-session's own; it is not stored. */
function withMaxAge<Cookie extends StoredExpressSession["cookie"]>(
  cookie: Cookie,
  now: number,
): Cookie {
  const expires = cookie.expires ?? null;
  const maxAge = expires === null ? null : new Date(expires).getTime() - now;
  return Object.defineProperty({ ...cookie }, "maxAge", { value: maxAge });
}

function isStored(session: unknown): session is StoredExpressSession {
  return (
    typeof session === "object" &&
    session !== null &&
    "cookie" in session &&
    typeof session.cookie === "object" &&
    session.cookie !== null
  );
}

/** What a store answers to a call in the manner of connect. */
function answered(
  call: (done: (error?: unknown, answer?: unknown) => void) => unknown,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const returned = call((error, answer) => {
      if (error === null || error === undefined || isNotFound(error)) resolve(answer);
      else reject(error instanceof Error ? error : new Error("the store failed", { cause: error }));
    });
    // A store whose method is async can fail without calling back.
    if (returned instanceof Promise) returned.catch(reject);
  });
}

/** How a store that keeps files may say that there is none. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
