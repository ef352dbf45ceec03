import type { HeaderSource } from "../http/headers.ts";
import type {
  LegacyFault,
  LegacyLogin,
  LegacyRequest,
  LegacySource,
} from "../http/legacy-source.ts";
import type { JsonObject, JsonValue } from "../util/json.ts";
import { oldCookieValues } from "./old-cookie.ts";
import { toldLogin } from "./told-login.ts";

/** What an adapter answers for a session. */
export interface AuthJsSession {
  readonly session: {
    readonly sessionToken: string;
    readonly expires: Date;
  };
  /** A number where the database counts its users. */
  readonly user: { readonly id: string | number };
}

/** As much of a database adapter of Auth.js (or of NextAuth.js) as is asked of it. */
export interface AuthJsAdapter<Found extends AuthJsSession = AuthJsSession> {
  getSessionAndUser?(sessionToken: string): PromiseLike<Found | null> | Found | null;
  deleteSession?(sessionToken: string): unknown;
}

export interface LegacyAuthJsOptions<Found extends AuthJsSession = AuthJsSession> {
  /** The one that `Auth({ adapter })` has; with the strategy `database`. */
  readonly adapter: AuthJsAdapter<Found>;
  /** The cookie, where it has another name than Auth.js or NextAuth.js gives it. */
  readonly cookieName?: string;
  /** Its domain, where the configuration has one: a browser forgets a cookie only there. */
  readonly domain?: string;
  readonly tenantIdOf?: (found: Found) => string | undefined;
  /** When they signed in: milliseconds since the epoch. Auth.js does not keep it; a column of your own may. */
  readonly authenticatedAtOf?: (found: Found) => number | undefined;
  /** What the application wants to know on every request, such as a role. */
  readonly claimsOf?: (found: Found) => JsonObject;
  readonly dataOf?: (found: Found) => Readonly<Record<string, JsonValue>>;
}

/** The names of Auth.js and of NextAuth.js 4; those of https first, which no script can plant from plain http. */
const defaultNames = [
  "__Secure-authjs.session-token",
  "__Secure-next-auth.session-token",
  "authjs.session-token",
  "next-auth.session-token",
] as const;

/**
 * A session token is a UUID, or what `generateSessionToken` makes. A token of the strategy `jwt` is longer, and not in the database.
 * Nothing signs it, so what a stranger writes there reaches the database: PostgreSQL fails at U+0000, and five failures in a row
 * would be an outage for everybody.
 */
const tokenPattern = /^[!-~]{1,255}$/;

/**
 * Sessions of Auth.js with the strategy `database`. Its cookies are not signed: whoever knows the token has the session, there and here.
 * @throws TypeError for an adapter without sessions
 */
export function legacyAuthJs<Found extends AuthJsSession>(
  options: LegacyAuthJsOptions<Found>,
): LegacySource {
  const { adapter, cookieName, domain } = options;
  const names: readonly string[] = cookieName === undefined ? defaultNames : [cookieName];
  if (adapter.getSessionAndUser === undefined || adapter.deleteSession === undefined) {
    throw new TypeError("legacyAuthJs: the adapter must have getSessionAndUser and deleteSession");
  }

  async function find({
    sessionId,
    now,
  }: LegacyRequest): Promise<LegacyLogin | LegacyFault | null> {
    const found = (await adapter.getSessionAndUser?.(sessionId)) ?? null;
    if (found === null || found.session.sessionToken !== sessionId) return null;
    if (new Date(found.session.expires).getTime() <= now) return null;
    return toldLogin(() => loginOf(found));
  }

  function loginOf(found: Found): LegacyLogin {
    const tenantId = options.tenantIdOf?.(found);
    const authenticatedAt = options.authenticatedAtOf?.(found);
    return {
      userId: String(found.user.id),
      ...(tenantId !== undefined && { tenantId }),
      ...(authenticatedAt !== undefined && { authenticatedAt }),
      claims: options.claimsOf?.(found) ?? {},
      data: options.dataOf?.(found) ?? {},
    };
  }

  return {
    name: "auth.js",
    cookies: names.map((name) => ({ name, ...(domain !== undefined && { domain }) })),
    sessionIdIn: (headers) => tokenIn(headers, names),
    find,
    async end({ sessionId }) {
      await adapter.deleteSession?.(sessionId);
    },
  };
}

function tokenIn(headers: HeaderSource, names: readonly string[]): string | null {
  for (const name of names) {
    const [token, ...others] = oldCookieValues(headers, name);
    if (token === undefined) continue;
    // Of two under one name one was planted, and nobody can say which.
    return others.length === 0 && tokenPattern.test(token) ? token : null;
  }
  return null;
}
