import { headerOf, type HeaderSource } from "../http/headers.ts";
import type {
  LegacyFault,
  LegacyLogin,
  LegacyRequest,
  LegacySource,
} from "../http/legacy-source.ts";
import type { JsonObject, JsonValue } from "../util/json.ts";
import { oldCookieValues, onlyOne, unsignOld } from "./old-cookie.ts";
import { toldLogin } from "./told-login.ts";

/** What better-auth answers for a session. */
export interface BetterAuthSession {
  readonly session: {
    readonly token: string;
    readonly createdAt: Date;
    /** Set by its admin plugin, while somebody else acts as the user. */
    readonly impersonatedBy?: unknown;
  };
  readonly user: { readonly id: string };
}

/** As much of a better-auth instance as is asked of it. */
export interface BetterAuthInstance<Found extends BetterAuthSession = BetterAuthSession> {
  readonly $context: Promise<{
    readonly secret: string;
    readonly authCookies: { readonly sessionToken: { readonly name: string } };
    readonly internalAdapter: { deleteSession(token: string): Promise<unknown> };
  }>;
  readonly options: {
    readonly advanced?: { readonly cookiePrefix?: string | undefined } | undefined;
  };
  readonly api: {
    getSession(input: {
      headers: Headers;
      query: { disableCookieCache: true; disableRefresh: true };
    }): Promise<Found | null>;
  };
}

export interface LegacyBetterAuthOptions<Found extends BetterAuthSession = BetterAuthSession> {
  /** The running instance: it goes on with its database until the last old session has been upgraded. */
  readonly auth: BetterAuthInstance<Found>;
  /** The domain of its cookies, with `crossSubDomainCookies`: a browser forgets a cookie only there. */
  readonly domain?: string;
  readonly tenantIdOf?: (found: Found) => string | undefined;
  /** What the application wants to know on every request, such as a role. */
  readonly claimsOf?: (found: Found) => JsonObject;
  readonly dataOf?: (found: Found) => Readonly<Record<string, JsonValue>>;
}

/**
 * Sessions of better-auth, as the instance itself says: not from its cookie cache, which also answers for what was revoked. A session
 * in which somebody acts as another user is not upgraded.
 */
export function legacyBetterAuth<Found extends BetterAuthSession>(
  options: LegacyBetterAuthOptions<Found>,
): LegacySource {
  const { auth, domain } = options;
  const prefix = auth.options.advanced?.cookiePrefix ?? "better-auth";
  const named = (what: string): readonly string[] => [
    `__Secure-${prefix}.${what}`,
    `${prefix}.${what}`,
  ];
  const tokenNames = named("session_token");
  const notRemembered = named("dont_remember");

  async function verifiedIn(headers: HeaderSource): Promise<string | null> {
    const { secret, authCookies } = await auth.$context;
    const values = oldCookieValues(headers, authCookies.sessionToken.name);
    return onlyOne(values.map((value) => unsignOld(value, [secret], "padded")));
  }

  async function find({
    sessionId,
    headers,
  }: LegacyRequest): Promise<LegacyLogin | LegacyFault | null> {
    const found = await auth.api.getSession({
      headers: new Headers({ cookie: headerOf(headers, "cookie") ?? "" }),
      query: { disableCookieCache: true, disableRefresh: true },
    });
    if (found === null || found.session.token !== sessionId) return null;
    if ((found.session.impersonatedBy ?? null) !== null) return null;
    return toldLogin(() => loginOf(found, headers));
  }

  function loginOf(found: Found, headers: HeaderSource): LegacyLogin {
    const tenantId = options.tenantIdOf?.(found);
    return {
      userId: found.user.id,
      ...(tenantId !== undefined && { tenantId }),
      authenticatedAt: found.session.createdAt.getTime(),
      claims: options.claimsOf?.(found) ?? {},
      data: options.dataOf?.(found) ?? {},
      remember: notRemembered.every((name) => oldCookieValues(headers, name).length === 0),
    };
  }

  return {
    name: "better-auth",
    cookies: [...tokenNames, ...named("session_data"), ...notRemembered].map((name) => ({
      name,
      ...(domain !== undefined && { domain }),
    })),
    sessionIdIn: (headers) =>
      tokenNames.some((name) => oldCookieValues(headers, name).length > 0)
        ? verifiedIn(headers)
        : null,
    find,
    async end({ sessionId }) {
      // Not `signOut`, which answers that it has signed out also when its database has failed.
      const { internalAdapter } = await auth.$context;
      await internalAdapter.deleteSession(sessionId);
    },
  };
}
