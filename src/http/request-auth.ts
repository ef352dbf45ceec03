import { AuthError } from "../core/errors.ts";
import type { Carrier, Principal, SessionView } from "../core/sessions/principal.ts";
import type { DataShape, SessionData } from "../core/sessions/session-data.ts";
import type { KnownSession } from "../core/sessions/session-store.ts";
import type { RequestPosition } from "../core/sessions/sessions.ts";
import type { JsonValue } from "../util/json.ts";
import { sessionIdIn, type Authentication } from "./authentication.ts";
import { Delivery, type Delivered } from "./delivery.ts";
import { refreshWith, type RefreshInput } from "./refresh.ts";
import { replaceSecret } from "./replace-secret.ts";
import { dataSessionOf, noDataWithJwt, startLogin } from "./start-login.ts";
import type { RequestContext, ResponseHead, StartOrigin } from "./request-context.ts";
import {
  sessionDraft,
  type RefreshResult,
  type SignInInput,
  type SignInResult,
} from "./sign-in.ts";
import type { TokensBody } from "./wire.ts";

/** What a request knows about its sender: `unavailable` when the store was needed and did not answer. */
export type AuthStatus = "anonymous" | "guest" | "authenticated" | "refused" | "unavailable";

/**
 * Who a request acts as, and what can be done about it: `req.auth`. One object per request, the same in every
 * framework.
 */
export class RequestAuth<Shape extends DataShape = Record<string, JsonValue>> {
  readonly #context: RequestContext;
  readonly #response: ResponseHead;
  /** Taken when the request arrives: what is revoked after that ends a session that this request starts. */
  readonly #position: RequestPosition;
  #authentication: Authentication;
  /** What was read of the session by this request, where its credential does not tell all. */
  #view: SessionView | null = null;
  #data: SessionData<Shape> | null = null;
  #opening: Promise<string> | null = null;

  constructor(
    context: RequestContext,
    response: ResponseHead,
    position: RequestPosition,
    authentication: Authentication,
  ) {
    this.#context = context;
    this.#response = response;
    this.#position = position;
    this.#authentication = authentication;
  }

  get #delivery(): Delivery {
    return new Delivery(this.#context, this.#response);
  }

  get status(): AuthStatus {
    const { status } = this.#authentication;
    if (status !== "resumed") return status;
    return this.principal === null ? "guest" : "authenticated";
  }

  /** Why the credential was refused, or why it cannot be judged; null otherwise. */
  get error(): AuthError | null {
    const authentication = this.#authentication;
    return authentication.status === "refused" || authentication.status === "unavailable"
      ? authentication.error
      : null;
  }

  /**
   * Who the request acts as; null for a stranger.
   * @throws AuthError `store_unavailable` when nobody can say: an outage must not look like "signed out".
   */
  get principal(): Principal | null {
    const authentication = this.#authentication;
    if (authentication.status === "unavailable") throw authentication.error;
    if (authentication.status !== "resumed") return null;
    return authentication.principal;
  }

  /**
   * In an outage of the store: goes on with the session as this process last knew it, if that was certain at most
   * `staleForMs` longer ago than the lease. Answers whether it does.
   */
  acceptStale(staleForMs: number): boolean {
    const authentication = this.#authentication;
    if (authentication.status !== "unavailable" || authentication.lastKnown === null) return false;
    const { resumed, ageMs } = authentication.lastKnown;
    const { leaseMs, longestStaleForMs } = this.#context.engine.config.revocation;
    if (ageMs > leaseMs + Math.min(staleForMs, longestStaleForMs)) return false;
    this.#authentication = resumed.by(authentication.carrier);
    return true;
  }

  /**
   * The session, a guest's too; null without one. As its record has it; with an access token only as far as that tells.
   * @throws AuthError `store_unavailable`
   */
  get session(): SessionView | null {
    const authentication = this.#authentication;
    if (authentication.status === "unavailable") throw authentication.error;
    if (authentication.status !== "resumed") return null;
    return this.#view ?? authentication.view();
  }

  /**
   * Says no to a sign-in that `signIn` would refuse, before a password is looked at: a cookie that another site's page
   * asks for (login CSRF), or one that can no longer be set. Following a link or a redirect from elsewhere is no such
   * asking: it is how links in mails and the callbacks of identity providers arrive, with a secret of their own.
   * @throws AuthError `cross_site_request`, `store_unavailable`
   */
  assertMaySignIn(delivery: SignInInput["delivery"] = "cookie"): void {
    const sessionId = this.#ownSessionId();
    if (delivery === "body") return;
    this.#response.assertOpen();
    this.#context.refuseForeignSignIn(sessionId);
  }

  /**
   * Opens a session for a user whose identity has been checked, always under a new id. The session that this request
   * came with ends; a guest's data moves over.
   * @throws TypeError for ids and data keys that no store could keep, before any store is asked.
   *   AuthError `cross_site_request` when another site's page asks for a cookie sign-in (login CSRF);
   *   `sign_in_superseded` when all sessions of the user were ended meanwhile; `store_unavailable`
   */
  async signIn(input: SignInInput<Shape>): Promise<SignInResult> {
    const carrier = input.delivery === "body" ? "header" : "cookie";
    const draft = sessionDraft(input, this.now);
    this.assertMaySignIn(input.delivery);
    // Only what travelled the same way: a native client's sign-in leaves the browser's session alone.
    const replaces = this.#carrier() === carrier ? this.#ownSessionId() : null;
    const start = { ...draft, ...this.#startedFrom(replaces) };
    const fill = async (sessionId: string): Promise<void> => {
      for (const [key, value] of Object.entries(input.data ?? {})) {
        await this.#dataOf(() => sessionId).set(key, value);
      }
    };
    const login = await startLogin(this.#context, this.#delivery, { start, carrier, fill });
    const { view, tokens } = this.#adopt(login, carrier);
    const { principal } = this;
    if (principal === null) throw new TypeError("signIn opened no session");
    return { principal, session: view, ...(carrier === "header" && { tokens }) };
  }

  /**
   * Ends the session and takes the cookie away. Without a session it does nothing.
   * @throws AuthError `store_unavailable`; the cookie stays then, because the session still lives.
   *   `cross_site_request` when another site's page asks, by an unsafe method.
   */
  async signOut(): Promise<void> {
    const id = this.#ownSessionId();
    const carrier = this.#carrier();
    // Without a session too: what the answer takes away besides, such as the site's storage, is the victim's.
    if (carrier !== "header") this.#context.refuseForeignChange();
    if (carrier === "cookie") this.#response.assertOpen();
    if (id !== null) {
      const { sessions } = this.#context.engine;
      await sessions.revoke({ scope: "session", id, reason: "signed_out" });
    }
    if (carrier === "cookie") this.#delivery.clear();
    this.#authentication = { status: "anonymous" };
  }

  /** The client's address, behind the proxies that are trusted; null when it cannot be known. */
  get address(): string | null {
    return this.#context.client.address;
  }

  /** The engine's time: milliseconds since the epoch. */
  get now(): number {
    return this.#context.engine.time.now();
  }

  /** Application data of this session. A guest's moves to the session that the guest signs in to. */
  get data(): SessionData<Shape> {
    this.#data ??= this.#dataOf(() => dataSessionOf(this.#authentication)) as SessionData<Shape>;
    return this.#data;
  }

  #dataOf(currentSession: () => string | null): SessionData<Record<string, unknown>> {
    if (this.#context.engine.tokens?.strategy === "jwt") throw new TypeError(noDataWithJwt);
    return this.#context.sessionData(currentSession, () => this.#openGuestSession());
  }

  /**
   * With the strategy `hybrid`: trades a refresh token, the given one or the cookie's, for a new access token. Otherwise notes
   * that the session is in use. Answers the session; null without one.
   * @throws AuthError `store_unavailable`; `unauthenticated` without a refresh token; `invalid_token`, `session_expired`, `session_revoked`,
   *   `refresh_token_reused`; `cross_site_request` when another site's page asks for a cookie
   */
  async refresh(input: RefreshInput = {}): Promise<RefreshResult> {
    const { engine } = this.#context;
    const { refresher = null } = engine.tokens ?? {};
    if (refresher !== null) {
      const carrier = input.refreshToken === undefined ? "cookie" : "header";
      if (carrier === "cookie") this.#response.assertOpen();
      const judged = this.#authentication;
      const refreshed = await refreshWith(this.#context, this.#response, refresher, judged, input);
      const delivered = await this.#delivery.refreshed(refreshed, carrier);
      const { view, tokens } = this.#adopt(delivered, carrier);
      return { session: view, ...(carrier === "header" && { tokens }) };
    }
    const session = this.#session();
    if (session === null || engine.tokens !== null) return { session: this.session };
    await engine.sessions.touch(session);
    const view = await engine.directory.get(session.id);
    // It may have ended while this request was under way.
    if (view === null) throw new AuthError("session_revoked");
    return { session: view };
  }

  /**
   * A token that proves, in a form field `_csrf` or the header `X-CSRF-Token`, that a form comes from this session's
   * own pages. Needed with `csrf: 'token'` only, where it opens a guest session when there is none.
   */
  async csrfToken(): Promise<string> {
    const { http } = this.#context;
    // Nothing is stored for a stranger whom nobody will ask for it.
    const guest = http.csrf === "token" ? () => this.#openGuestSession() : () => "";
    const sessionId = this.#ownSessionId() ?? (await guest());
    return this.#context.csrfTokenFor(sessionId);
  }

  /**
   * Ends all other sessions of the user and replaces this one's secret at once, as after a change of password: whoever
   * holds a copy of the old one is out. A cookie is set anew; a client without cookies gets the answered tokens.
   * @throws AuthError `unauthenticated`, `session_revoked`, `store_unavailable`
   */
  async replaceSecret(reason: "password_changed"): Promise<TokensBody | null> {
    const authentication = this.#authentication;
    if (authentication.status === "unavailable") throw authentication.error;
    if (authentication.status !== "resumed") throw new AuthError("unauthenticated");
    const { carrier } = authentication;
    if (carrier === "cookie") this.#response.assertOpen();
    const start = this.#startedFrom(null);
    const replaced = await replaceSecret(this.#context.engine, authentication, reason, start);
    const delivered =
      replaced.kind === "login"
        ? await this.#delivery.unrecorded(replaced.start, replaced.login, carrier)
        : await this.#delivery.started(replaced.started, carrier);
    const { tokens } = this.#adopt(delivered, carrier);
    return carrier === "header" ? tokens : null;
  }

  #session(): KnownSession | null {
    const authentication = this.#authentication;
    if (authentication.status === "unavailable") throw authentication.error;
    return authentication.status === "resumed" ? authentication.session : null;
  }

  /** The session that the request may end: also one that its access token, which has expired, was for. */
  #ownSessionId(): string | null {
    this.#session();
    return sessionIdIn(this.#authentication);
  }

  #carrier(): Carrier | null {
    return this.#authentication.status === "anonymous" ? null : this.#authentication.carrier;
  }

  /** One, also when several writes of a request need it at once. */
  #openGuestSession(): Promise<string> {
    this.#opening ??= this.#startGuestSession().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #startGuestSession(): Promise<string> {
    const hasSession = this.#ownSessionId() !== null;
    this.#response.assertOpen();
    this.#context.refuseForeignGuest();
    const authentication = this.#authentication;
    if (authentication.status === "refused" && (authentication.replaced === true || hasSession)) {
      // The answer to a request that was under way at sign-in must not take the new session's cookie away; and whose access
      // token has expired is no guest.
      throw authentication.error;
    }
    const started = await this.#context.engine.sessions.start({
      userId: null,
      tenantId: null,
      methods: [],
      assuranceLevel: "aal1",
      persistent: false,
      claims: {},
      ...this.#startedFrom(null),
    });
    this.#adopt(await this.#delivery.started(started, "cookie"), "cookie");
    return started.session.id;
  }

  #startedFrom(replaces: string | null): StartOrigin & { readonly position: RequestPosition } {
    return { ...this.#context.startOrigin(replaces), position: this.#position };
  }

  #adopt(delivered: Delivered, carrier: Carrier): Delivered {
    this.#view = delivered.view;
    this.#authentication = delivered.resumed.by(carrier);
    return delivered;
  }
}
