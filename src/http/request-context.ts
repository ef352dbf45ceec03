import type { Engine } from "../core/engine.ts";
import { AuthError } from "../core/errors.ts";
import type { SessionStart } from "../core/sessions/sessions.ts";
import type { Client } from "./client-address.ts";
import type { CookiePolicy, CookieUse, CredentialCookies } from "./cookie-policy.ts";
import { cookieVariants, type CookieVariant } from "./cookie-variants.ts";
import { cookieValues, serializeCookie } from "./cookies.ts";
import { createSessionData, type SessionData } from "../core/sessions/session-data.ts";
import { issueCsrfToken, verifyCsrfToken } from "./csrf-token.ts";
import { headerOf, isSafeMethod, isUpgrade, type RequestHead } from "./headers.ts";
import { isLoopbackHost } from "./host.ts";
import type { LegacyOutcome } from "./legacy-authentication.ts";
import type { LegacyLogins } from "./legacy-logins.ts";
import type { HttpConfig } from "./options.ts";
import { provenanceOf } from "./origins.ts";

/** Where Set-Cookie fields go. */
export interface ResponseHead {
  /** @throws TypeError when the head has been sent, so that nothing is started that cannot be delivered. */
  assertOpen(): void;
  /** Sets the field, in place of an earlier one with the same key. */
  setCookie(key: string, field: string): void;
  /**
   * Whether no cookie can be set from the beginning, as where a page is rendered for a head that its framework has given
   * away. Then `assertOpen` throws and `setCookie` does nothing.
   */
  readonly takesNoCookies?: boolean;
}

export type StartOrigin = Pick<SessionStart, "replaces" | "userAgent" | "address">;

const maxUserAgentLength = 512;

/** The engine together with the options of the HTTP layer. */
export interface HttpEngine {
  readonly engine: Engine;
  readonly http: HttpConfig;
  /** Old sessions that are upgraded; null where there are none. */
  readonly legacyLogins: LegacyLogins | null;
}

/** One request as the HTTP layer sees it: who sent it, from where, with which cookie. */
export class RequestContext {
  readonly engine: Engine;
  readonly http: HttpConfig;
  readonly head: RequestHead;
  readonly cookies: CredentialCookies;
  readonly legacyLogins: LegacyLogins | null;
  /** What the answer does about an old cookie; null for nothing. */
  legacy: LegacyOutcome | null = null;
  #client: Client | null = null;

  constructor({ engine, http, legacyLogins }: HttpEngine, head: RequestHead) {
    this.engine = engine;
    this.http = http;
    this.legacyLogins = legacyLogins;
    this.head = head;
    this.cookies = cookiesFor(http.cookies, head);
  }

  header(name: string): string | undefined {
    return headerOf(this.head.headers, name);
  }

  /** What the client calls itself: as much as names a device; what it sends beyond that is not kept. */
  get userAgent(): string | null {
    return this.header("user-agent")?.slice(0, maxUserAgentLength) ?? null;
  }

  /** What a session that this request starts takes over from it. */
  startOrigin(replaces: string | null): StartOrigin {
    return {
      replaces,
      userAgent: this.userAgent,
      address: this.client.address,
    };
  }

  get client(): Client {
    this.#client ??= this.#findClient();
    return this.#client;
  }

  #findClient(): Client {
    if (this.http.clients.hasUntrustedProxy(this.head)) {
      this.engine.events.warnOnce(
        "untrusted_proxy",
        "A request came through a proxy that is not trusted, so all its clients share one address, and its limits on guessing; and https cannot be known. Set trustProxy to the number of proxies before this server (or their addresses), and baseUrl to the public address.",
      );
    }
    return this.http.clients.clientOf(this.head);
  }

  /**
   * Whether the request comes from another site's page. `sessionId` is the session whose CSRF token would prove
   * otherwise, where tokens are asked for and the request says nothing about where it comes from.
   */
  isCrossSite(sessionId: string | null): boolean {
    switch (provenanceOf(this.head.headers, this.http.origins)) {
      case "same_origin":
      case "trusted":
        return false;
      case "cross_site":
        return true;
      case "unknown":
        return this.http.csrf === "token" && !this.#hasCsrfToken(sessionId);
    }
  }

  /**
   * Refuses a sign-in by cookie that another site's page asks for. The browser that was sent here itself, by a link or a
   * redirect, is not a page that asks.
   */
  refuseForeignSignIn(sessionId: string | null): void {
    const navigates =
      !this.mayChange &&
      this.header("sec-fetch-mode") === "navigate" &&
      this.header("sec-fetch-dest") === "document";
    if (!navigates && this.isCrossSite(sessionId)) throw this.refuse("cross_site_request");
  }

  /** Refuses a change that another site's page asks for, also where there is no session to change. */
  refuseForeignChange(): void {
    if (this.mayChange && this.#isForeign) throw this.refuse("cross_site_request");
  }

  /**
   * Refuses to open a guest's session for another site's page: SameSite keeps the victim's cookie out of such a request,
   * but not the answer's cookie from taking its place. With Strict that is so even for a link from elsewhere.
   */
  refuseForeignGuest(): void {
    this.refuseForeignChange();
    if (this.cookies.sameSite === "Strict" && this.#isForeign)
      throw this.refuse("cross_site_request");
  }

  get #isForeign(): boolean {
    return provenanceOf(this.head.headers, this.http.origins) === "cross_site";
  }

  /** A CSRF token for a session; "" stands for a stranger. */
  async csrfTokenFor(sessionId: string): Promise<string> {
    const { config, keys } = this.engine;
    return issueCsrfToken(sessionId, await keys.signingMac("csrf"), config.random);
  }

  /** The data of a session, which is opened when something is first written. */
  sessionData(
    currentSession: () => string | null,
    openSession: () => Promise<string>,
  ): SessionData<Record<string, unknown>> {
    const { config, store } = this.engine;
    return createSessionData({
      store: store.sessions,
      maxBytes: config.session.maxDataBytes,
      schemas: config.dataSchemas,
      currentSession,
      openSession,
    });
  }

  #hasCsrfToken(sessionId: string | null): boolean {
    const token = this.header("x-csrf-token") ?? this.head.csrfToken;
    return (
      token !== undefined &&
      sessionId !== null &&
      verifyCsrfToken(token, sessionId, this.engine.keys.macs("csrf"))
    );
  }

  /** Whether where the request comes from may have to be told by a CSRF token, which takes the shared keys. */
  get needsKeys(): boolean {
    return this.http.csrf === "token" && this.mayChange;
  }

  /** Whether the request may change something, so that where it comes from matters. */
  get mayChange(): boolean {
    return !isSafeMethod(this.head.method) || isUpgrade(this.head.headers);
  }

  /** Reports a refusal and answers the error to throw or to send. */
  refuse(code: "cross_site_request" | "duplicate_cookie"): AuthError {
    this.engine.events.emit("request.refused", {
      code,
      method: this.head.method,
      origin: this.header("origin") ?? null,
      address: this.client.address,
    });
    return new AuthError(code);
  }

  /** Whether the request came with a cookie of this use. */
  hasCookie(use: CookieUse): boolean {
    return cookieValues(this.header("cookie"), this.cookies.places[use].name).length > 0;
  }

  /** Puts a credential into its cookie; a `persistent` one outlives the browser. */
  setCookie(response: ResponseHead, use: CookieUse, value: string, persistent: boolean): void {
    this.#warnIfBrowsersDropIt();
    const { strategy, accessTokens, session } = this.engine.config;
    // Nothing renews a `jwt`, so that its cookie is of no use when it has expired.
    const lifeMs = strategy === "jwt" ? accessTokens?.lifetimeMs : session.absoluteMs;
    const maxAge = persistent && lifeMs !== undefined ? Math.floor(lifeMs / 1000) : null;
    this.#writeCookie(response, use, value, maxAge);
  }

  /** Takes the cookie away from the browser. */
  clearCookie(response: ResponseHead, use: CookieUse): void {
    this.#writeCookie(response, use, "", 0);
  }

  /**
   * Takes away every cookie of this use that the request can have carried, also those that a neighbouring host or a script
   * planted. A name with `__Host-` has no variants.
   */
  expireCookieVariants(response: ResponseHead, use: CookieUse): void {
    this.clearCookie(response, use);
    if (this.cookies.places[use].name.startsWith("__Host-")) return;
    for (const variant of cookieVariants(this.header("host") ?? "", this.head.path ?? "/")) {
      this.#writeCookie(response, use, "", 0, variant);
    }
  }

  /** The same for every credential that there can be. */
  expireAllCookieVariants(response: ResponseHead): void {
    this.expireCookieVariants(response, "session");
    if (this.engine.tokens === null) return;
    this.expireCookieVariants(response, "access");
    this.expireCookieVariants(response, "refresh");
  }

  #writeCookie(
    response: ResponseHead,
    use: CookieUse,
    value: string,
    maxAge: number | null,
    variant?: CookieVariant,
  ): void {
    const place = this.cookies.places[use];
    const { domain, path } = variant ?? {
      domain: this.cookies.domain,
      path: place.path === "/" ? "/" : this.#mountPoint + place.path,
    };
    const field = serializeCookie(place.name, value, { ...this.cookies, path, domain, maxAge });
    response.setCookie(`${place.name} ${domain ?? ""} ${path}`, field);
  }

  /** What stands before our paths in the browser; empty where that is no plain path. */
  get #mountPoint(): string {
    const { mountedAt = "" } = this.head;
    return /^(?:\/[\w.~-]+)+$/.test(mountedAt) ? mountedAt : "";
  }

  /** A cookie that silently does not arrive is the most common question about sessions; so say why. */
  #warnIfBrowsersDropIt(): void {
    const { events } = this.engine;
    if (!this.cookies.secure) {
      events.warnOnce(
        "insecure_cookies",
        `The cookie "${this.cookies.places.session.name}" is sent without Secure and without its prefix, for plain HTTP on this machine. Set baseUrl to the https address before others use it.`,
      );
    } else if (this.http.origins.own === null && !this.client.secure) {
      events.warnOnce(
        "cookie_needs_https",
        "A session cookie with Secure was set on a plain HTTP request: browsers will not keep it. Use https; if a proxy does, set baseUrl to the public address and trustProxy to the number of proxies.",
      );
    }
  }
}

function cookiesFor(policy: CookiePolicy, head: RequestHead): CredentialCookies {
  if (policy.use !== "by_host") return policy[policy.use];
  const host = headerOf(head.headers, "host");
  // A proxy may pass its own name for us as Host; then the browser is elsewhere, and perhaps on https.
  const direct =
    !(head.encrypted ?? false) &&
    headerOf(head.headers, "x-forwarded-proto") === undefined &&
    headerOf(head.headers, "forwarded") === undefined;
  return direct && host !== undefined && isLoopbackHost(host) ? policy.plain : policy.secure;
}
