import { AuthError } from "../core/errors.ts";
import { expiresAt } from "../core/sessions/lifetime.ts";
import {
  viewOf,
  type Carrier,
  type Principal,
  type SessionView,
} from "../core/sessions/principal.ts";
import type { DataShape, SessionData } from "../core/sessions/session-data.ts";
import { ResumedSession } from "../core/sessions/resumed-session.ts";
import type { SessionRecord } from "../core/sessions/session-store.ts";
import type { RequestPosition, StartedSession } from "../core/sessions/sessions.ts";
import type { JsonValue } from "../util/json.ts";
import { authenticate, type Authentication } from "./authentication.ts";
import type { RequestContext, ResponseHead, StartOrigin } from "./request-context.ts";
import { sessionDraft, type SignInInput, type SignInResult } from "./sign-in.ts";
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
    return authentication.resumed.principal(authentication.carrier);
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
    this.#authentication = { status: "resumed", carrier: authentication.carrier, resumed };
    return true;
  }

  /** The session's record, a guest's too; null without one. @throws AuthError `store_unavailable` */
  get session(): SessionView | null {
    const record = this.#record();
    return record === null ? null : viewOf(record, this.#context.engine.config.session);
  }

  /**
   * Says no to a sign-in that `signIn` would refuse, before a password is looked at: a cookie that another site's page
   * asks for (login CSRF), or one that can no longer be set. Following a link or a redirect from elsewhere is no such
   * asking: it is how links in mails and the callbacks of identity providers arrive, with a secret of their own.
   * @throws AuthError `cross_site_request`, `store_unavailable`
   */
  assertMaySignIn(delivery: SignInInput["delivery"] = "cookie"): void {
    const sessionId = this.#record()?.id ?? null;
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
    const { sessions, time } = this.#context.engine;
    const draft = sessionDraft(input, time.now());
    this.assertMaySignIn(input.delivery);
    const started = await sessions.start({ ...draft, ...this.#startedFrom(carrier) });
    await this.#fill(started, input.data ?? {});
    this.#adopt(started, carrier);
    const { principal } = this;
    const session = this.session;
    if (principal === null || session === null) throw new TypeError("signIn opened no session");
    return {
      principal,
      session,
      ...(carrier === "header" && { tokens: this.#tokens(started.session, started.sessionToken) }),
    };
  }

  /**
   * Ends the session and takes the cookie away. Without a session it does nothing.
   * @throws AuthError `store_unavailable`; the cookie stays then, because the session still lives.
   *   `cross_site_request` when another site's page asks, by an unsafe method.
   */
  async signOut(): Promise<void> {
    const record = this.#record();
    const carrier = this.#carrier();
    // Without a session too: what the answer takes away besides, such as the site's storage, is the victim's.
    if (carrier !== "header") this.#context.refuseForeignChange();
    if (carrier === "cookie") this.#response.assertOpen();
    if (record !== null) {
      const { sessions } = this.#context.engine;
      await sessions.revoke({ scope: "session", id: record.id, reason: "signed_out" });
    }
    if (carrier === "cookie") this.#context.clearSessionCookie(this.#response);
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
    this.#data ??= this.#dataOf(() => this.#record()?.id ?? null) as SessionData<Shape>;
    return this.#data;
  }

  #dataOf(currentSession: () => string | null): SessionData<Record<string, unknown>> {
    return this.#context.sessionData(currentSession, () => this.#openGuestSession());
  }

  /** Notes that the session is in use, and answers it. Null without one. @throws AuthError `store_unavailable` */
  async refresh(): Promise<SessionView | null> {
    const record = this.#record();
    if (record === null) return null;
    const { sessions, directory } = this.#context.engine;
    await sessions.touch(record);
    const view = await directory.get(record.id);
    // It may have ended while this request was under way.
    if (view === null) throw new AuthError("session_revoked");
    return view;
  }

  /**
   * A token that proves, in a form field `_csrf` or the header `X-CSRF-Token`, that a form comes from this session's
   * own pages. Needed with `csrf: 'token'` only, where it opens a guest session when there is none.
   */
  async csrfToken(): Promise<string> {
    const { http } = this.#context;
    // Nothing is stored for a stranger whom nobody will ask for it.
    const guest = http.csrf === "token" ? () => this.#openGuestSession() : () => "";
    const sessionId = this.#record()?.id ?? (await guest());
    return this.#context.csrfTokenFor(sessionId);
  }

  /**
   * Ends all other sessions of the user and replaces this one's secret at once, as after a change of password: whoever
   * holds a copy of the old one is out. A cookie is set anew; a client without cookies gets the answered tokens.
   * @throws AuthError `unauthenticated`, `session_revoked`, `store_unavailable`
   */
  async replaceSecret(reason: "password_changed"): Promise<TokensBody | null> {
    const record = this.#record();
    if (record === null || record.userId === null) throw new AuthError("unauthenticated");
    const carrier = this.#carrier();
    if (carrier === "cookie") this.#response.assertOpen();
    const owner = { userId: record.userId, sessionId: record.id };
    const sessionToken = await this.#context.engine.sessions.revokeOthersAndRotate(owner, reason);
    if (sessionToken === null) throw new AuthError("session_revoked");
    if (carrier === "header") return this.#tokens(record, sessionToken);
    this.#context.setSessionCookie(this.#response, sessionToken, record.persistent);
    return null;
  }

  #record(): SessionRecord | null {
    const authentication = this.#authentication;
    if (authentication.status === "unavailable") throw authentication.error;
    return authentication.status === "resumed" ? authentication.resumed.record : null;
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
    this.#record();
    this.#response.assertOpen();
    this.#context.refuseForeignGuest();
    const authentication = this.#authentication;
    if (authentication.status === "refused" && authentication.replaced === true) {
      // The answer to a request that was under way at sign-in must not take the new session's cookie away.
      throw authentication.error;
    }
    const started = await this.#context.engine.sessions.start({
      userId: null,
      tenantId: null,
      methods: [],
      assuranceLevel: "aal1",
      persistent: false,
      claims: {},
      ...this.#startedFrom("cookie"),
    });
    this.#adopt(started, "cookie");
    return started.session.id;
  }

  #startedFrom(carrier: Carrier): StartOrigin & { readonly position: RequestPosition } {
    // Only what travelled the same way: a native client's sign-in leaves the browser's session alone.
    const replaces = this.#carrier() === carrier ? (this.#record()?.id ?? null) : null;
    return { ...this.#context.startOrigin(replaces), position: this.#position };
  }

  /** First data is stored before the client hears of the session; one that cannot have it does not begin. */
  async #fill({ session }: StartedSession, data: Partial<Shape>): Promise<void> {
    const sessionData = this.#dataOf(() => session.id);
    try {
      for (const [key, value] of Object.entries(data)) await sessionData.set(key, value);
    } catch (error) {
      const { sessions } = this.#context.engine;
      await sessions.revoke({ scope: "session", id: session.id, reason: "signed_out" });
      throw error;
    }
  }

  #adopt({ session, sessionToken }: StartedSession, carrier: Carrier): void {
    if (carrier === "cookie") {
      this.#context.setSessionCookie(this.#response, sessionToken, session.persistent);
    }
    const resumed = new ResumedSession(session, this.#context.engine.config.session);
    this.#authentication = { status: "resumed", carrier, resumed };
  }

  #tokens(session: SessionRecord, sessionToken: string): TokensBody {
    const { time, config } = this.#context.engine;
    const expiresIn = Math.floor((expiresAt(session, config.session) - time.now()) / 1000);
    return { sessionToken, tokenType: "Bearer", expiresIn };
  }
}

/** Judges the credential of a request, once: at once where there is none, and where the session is known here. */
export function createRequestAuth<Shape extends DataShape>(
  context: RequestContext,
  response: ResponseHead,
): RequestAuth<Shape> | Promise<RequestAuth<Shape>> {
  const position = context.engine.sessions.position();
  const made = (authentication: Authentication): RequestAuth<Shape> => {
    if (authentication.status === "refused" && authentication.error.code === "duplicate_cookie") {
      context.expireCookieVariants(response);
    }
    return new RequestAuth<Shape>(context, response, position, authentication);
  };
  const authentication = authenticate(context);
  return authentication instanceof Promise ? authentication.then(made) : made(authentication);
}
