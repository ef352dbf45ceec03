import { ResumedToken } from "../core/access-tokens/resumed-token.ts";
import type { TokenSubject } from "../core/access-tokens/token-claims.ts";
import { AuthError } from "../core/errors.ts";
import type { RefreshResult } from "../core/refresh-tokens/refresher.ts";
import type { Seq } from "../core/revocation/revocation-store.ts";
import { expiresAt } from "../core/sessions/lifetime.ts";
import { viewOf, type Carrier, type SessionView } from "../core/sessions/principal.ts";
import { ResumedSession, type Resumed } from "../core/sessions/resumed-session.ts";
import type { SessionRecord } from "../core/sessions/session-store.ts";
import type { SessionStart, StartedSession, UnrecordedLogin } from "../core/sessions/sessions.ts";
import type { TokenCapability } from "../core/token-strategy.ts";
import type { RequestContext, ResponseHead } from "./request-context.ts";
import type { TokensBody } from "./wire.ts";

/** A login whose credentials are on their way to the client. */
export interface Delivered {
  readonly resumed: Resumed;
  /** With everything that its record says, where it has one. */
  readonly view: SessionView;
  /** The credentials for the body of the answer; a client with cookies must not get them. */
  readonly tokens: TokensBody;
}

/** Brings the credentials of a login to the client of one request: as cookies, or for the body. */
export class Delivery {
  readonly #context: RequestContext;
  readonly #response: ResponseHead;

  constructor(context: RequestContext, response: ResponseHead) {
    this.#context = context;
    this.#response = response;
  }

  /** @throws AuthError `store_unavailable` when nothing can be signed */
  async started(started: StartedSession, carrier: Carrier): Promise<Delivered> {
    const { session, credential, sentAt, position } = started;
    if (credential.kind === "session token") {
      return this.sessionToken(session, credential.sessionToken, carrier);
    }
    const known = { knownAt: sentAt, position, answerBy: Number.POSITIVE_INFINITY };
    return this.#tokens(session, known, credential.refreshToken, carrier);
  }

  sessionToken(session: SessionRecord, sessionToken: string, carrier: Carrier): Delivered {
    const { session: config } = this.#context.engine.config;
    if (carrier === "cookie") this.#setCookie("session", sessionToken, session.persistent);
    const resumed = new ResumedSession(session, config);
    const expiresIn = this.#secondsUntil(expiresAt(session, config));
    const tokens: TokensBody = { sessionToken, tokenType: "Bearer", expiresIn };
    return { resumed, view: resumed.view(), tokens };
  }

  /** @throws AuthError `store_unavailable` when nothing can be signed, or only when it is too late for an answer */
  refreshed(
    { session, readAt, position, refreshToken }: RefreshResult & { outcome: "refreshed" },
    carrier: Carrier,
  ): Promise<Delivered> {
    const { answerWithinMs = 0 } = this.#context.engine.config.refreshTokens ?? {};
    const known = { knownAt: readAt, position, answerBy: readAt + answerWithinMs };
    return this.#tokens(session, known, refreshToken, carrier);
  }

  /** A login without a record; its cookie ends with the browser, or with the token. */
  async unrecorded(
    start: SessionStart & { readonly userId: string },
    { sessionId, mark, position, knownAt }: UnrecordedLogin,
    carrier: Carrier,
  ): Promise<Delivered> {
    const { userId, tenantId, assuranceLevel, claims, methods } = start;
    const subject: TokenSubject = {
      sessionId,
      userId,
      tenantId,
      mark,
      position,
      authenticatedAt: knownAt,
      methods: methods.map(({ method }) => method),
      assuranceLevel,
      claims,
    };
    const { accessToken, resumed } = await this.#issue(subject, knownAt, Number.MAX_SAFE_INTEGER);
    if (carrier === "cookie") this.#setCookie("access", accessToken, start.persistent);
    const tokens = this.#bodyOf(accessToken, null, resumed);
    return { resumed, view: resumed.view(), tokens };
  }

  /** Takes every credential of ours away from the browser. */
  clear(): void {
    const { tokens } = this.#context.engine;
    if (tokens === null || tokens.strategy === "hybrid") {
      this.#context.clearCookie(this.#response, "session");
    }
    if (tokens !== null) this.#context.clearCookie(this.#response, "access");
    if (tokens?.strategy === "hybrid") this.#context.clearCookie(this.#response, "refresh");
  }

  async #tokens(
    session: SessionRecord,
    known: { readonly knownAt: number; readonly position: Seq; readonly answerBy: number },
    refreshToken: string | null,
    carrier: Carrier,
  ): Promise<Delivered> {
    const { session: config } = this.#context.engine.config;
    const { id: sessionId, userId, tenantId, mark, methods, assuranceLevel, claims } = session;
    if (userId === null) throw new TypeError("a guest has no access token");
    const { knownAt, position, answerBy } = known;
    const subject: TokenSubject = {
      sessionId,
      userId,
      tenantId,
      mark,
      position,
      authenticatedAt: Math.max(...methods.map(({ authenticatedAt }) => authenticatedAt)),
      methods: methods.map(({ method }) => method),
      assuranceLevel,
      claims,
    };
    const { accessToken, resumed } = await this.#issue(
      subject,
      knownAt,
      expiresAt(session, config),
    );
    // Whoever signs elsewhere may take any time; a child that comes late may come after the race that it belongs to.
    if (this.#context.engine.time.now() > answerBy) {
      throw new AuthError("store_unavailable", { retryAfterSeconds: 1 });
    }
    if (carrier === "cookie") {
      this.#setCookie("access", accessToken, session.persistent);
      // A guest's, whose session gave way to this one.
      if (this.#context.hasCookie("session")) this.#context.clearCookie(this.#response, "session");
      if (refreshToken !== null) this.#setCookie("refresh", refreshToken, session.persistent);
    }
    const tokens = this.#bodyOf(accessToken, refreshToken, resumed);
    return { resumed, view: viewOf(session, config), tokens };
  }

  async #issue(
    subject: TokenSubject,
    knownAt: number,
    notAfter: number,
  ): Promise<{ readonly accessToken: string; readonly resumed: ResumedToken }> {
    const { issuer, strategy } = this.#capability;
    const { accessToken, origin } = await issuer.issue(subject, knownAt, notAfter);
    return { accessToken, resumed: new ResumedToken(subject, origin, strategy) };
  }

  #bodyOf(accessToken: string, refreshToken: string | null, { origin }: ResumedToken): TokensBody {
    const expiresIn = this.#secondsUntil(origin.expiresAt);
    return {
      accessToken,
      ...(refreshToken !== null && { refreshToken }),
      tokenType: "Bearer",
      expiresIn,
    };
  }

  #setCookie(use: "session" | "access" | "refresh", value: string, persistent: boolean): void {
    this.#context.setCookie(this.#response, use, value, persistent);
  }

  #secondsUntil(time: number): number {
    return Math.floor((time - this.#context.engine.time.now()) / 1000);
  }

  get #capability(): TokenCapability {
    const { tokens } = this.#context.engine;
    if (tokens === null) throw new TypeError("the strategy `session` has no access tokens");
    return tokens;
  }
}
