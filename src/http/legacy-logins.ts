import { CircuitBreaker } from "../core/circuit-breaker.ts";
import type { Engine } from "../core/engine.ts";
import { AuthError } from "../core/errors.ts";
import { checkIdentifier } from "../core/identifiers.ts";
import type { ForeignLogin } from "../core/sessions/adoption.ts";
import { checkClaims } from "../core/sessions/claims.ts";
import { createSessionData } from "../core/sessions/session-data.ts";
import type { PresentedTokens } from "../core/sessions/resume.ts";
import type { RequestPosition } from "../core/sessions/sessions.ts";
import type { HeaderSource } from "./headers.ts";
import type { LegacyLogin, LegacyRequest, LegacySource } from "./legacy-source.ts";

/** How long an old store may take at most. */
const longestCallMs = 1_000;
/** An outage fails every request: one report in so long says enough. */
const reportEveryMs = 1_000;

/** What a request has of an old session, before anything is read. */
export interface PresentedLegacy {
  readonly source: LegacySource;
  readonly sessionId: string | Promise<string | null>;
}

/** What an old session has become. */
export type LegacyVerdict =
  /** These are the tokens of its session, live or not. */
  | { readonly outcome: "adopted"; readonly tokens: PresentedTokens }
  /** A login that was ended, with all of its user's sessions, before it was adopted. */
  | { readonly outcome: "ended" }
  /** Nothing that is known here or there. */
  | { readonly outcome: "none" };

/** Who asks: what a session that starts takes over from its request. */
export type LegacyAsker = Pick<ForeignLogin, "userAgent" | "address" | "position">;

/** The old sessions of a deployment, and what becomes of them. */
export class LegacyLogins {
  readonly #engine: Engine;
  readonly #sources: readonly LegacySource[];
  /** By source and method: a store that takes no writes can still be read. */
  readonly #breakers = new Map<string, CircuitBreaker>();
  /** Of requests under way only, so that guesses fill nothing. */
  readonly #adopting = new Map<string, Promise<LegacyVerdict>>();
  readonly #ending = new Map<string, Promise<void>>();
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(engine: Engine, sources: readonly LegacySource[]) {
    this.#engine = engine;
    this.#sources = sources;
  }

  /** What a request has of old sessions; null when it has nothing. No I/O. */
  presentedIn(headers: HeaderSource): readonly PresentedLegacy[] | null {
    let presented: PresentedLegacy[] | null = null;
    for (const source of this.#sources) {
      const sessionId = this.#sessionIdIn(source, headers);
      if (sessionId === null) continue;
      (presented ??= []).push({ source, sessionId });
    }
    return presented;
  }

  /**
   * The session that an old one has become; it becomes one now if it is a live login. Concurrent requests of one process share the
   * work, and each judges the tokens for itself.
   * @throws AuthError `store_unavailable`, `outcome_unknown`
   */
  judge(source: LegacySource, request: LegacyRequest, asker: LegacyAsker): Promise<LegacyVerdict> {
    const key = JSON.stringify([source.name, request.sessionId]);
    let judging = this.#adopting.get(key);
    if (judging === undefined) {
      judging = this.#judge(source, request, asker).finally(() => this.#adopting.delete(key));
      this.#adopting.set(key, judging);
    }
    return judging;
  }

  /** Has the old session ended. It is reported when that fails, and nobody is signed out by it. */
  end(source: LegacySource, request: LegacyRequest): Promise<void> {
    const key = JSON.stringify([source.name, request.sessionId]);
    let ending = this.#ending.get(key);
    if (ending === undefined) {
      ending = this.#end(source, request).finally(() => this.#ending.delete(key));
      this.#ending.set(key, ending);
    }
    return ending;
  }

  #sessionIdIn(source: LegacySource, headers: HeaderSource): PresentedLegacy["sessionId"] | null {
    try {
      const sessionId = source.sessionIdIn(headers);
      if (!(sessionId instanceof Promise)) return sessionId;
      return handled(this.#call(source, "sessionIdIn", () => handled(sessionId)));
    } catch (error) {
      this.#report(source, "sessionIdIn", error);
      return handled(Promise.reject(unavailable(error)));
    }
  }

  async #judge(
    source: LegacySource,
    request: LegacyRequest,
    asker: LegacyAsker,
  ): Promise<LegacyVerdict> {
    const { adoptions } = this.#engine;
    const foreign = { source: source.name, id: request.sessionId };
    const known = await adoptions.find(foreign);
    if (known !== null) return { outcome: "adopted", tokens: known };
    const found = (await this.#call(source, "find", () => source.find(request))) ?? null;
    if (found === null) {
      // It may have been adopted, and ended there, since we looked.
      const meanwhile = await adoptions.find(foreign);
      return meanwhile === null ? { outcome: "none" } : { outcome: "adopted", tokens: meanwhile };
    }
    if ("fault" in found) throw this.#unkeepable(source, found.fault);
    const login = this.#checked(source, found, asker);
    const tokens = await adoptions.adopt(foreign, login, (sessionId) =>
      this.#fill(source, sessionId, found),
    );
    return tokens === null ? { outcome: "ended" } : { outcome: "adopted", tokens };
  }

  #checked(source: LegacySource, found: LegacyLogin, asker: LegacyAsker): ForeignLogin {
    try {
      return checkedLogin(found, asker);
    } catch (error) {
      throw this.#unkeepable(source, error);
    }
  }

  /** One login that cannot be kept, such as one whose user id is a number, is no outage of the others. */
  #unkeepable(source: LegacySource, fault: unknown): AuthError {
    this.#report(source, "find", fault);
    return unavailable(fault);
  }

  async #end(source: LegacySource, request: LegacyRequest): Promise<void> {
    try {
      await this.#call(source, "end", () => source.end(request));
    } catch (error) {
      // It was reported, and is tried again when the old cookie comes again.
      if (!(error instanceof AuthError)) throw error;
    }
  }

  /** Data that cannot be kept is not thrown away with the old session: the request fails, and says why to the operator. */
  async #fill(source: LegacySource, sessionId: string, { data = {} }: LegacyLogin): Promise<void> {
    const { config, store } = this.#engine;
    const kept = createSessionData({
      store: store.sessions,
      maxBytes: config.session.maxDataBytes,
      schemas: config.dataSchemas,
      currentSession: () => sessionId,
      openSession: async () => sessionId,
    });
    try {
      for (const [key, value] of Object.entries(data)) {
        // What the old session did not have, as JSON leaves it out.
        if (value !== undefined) await kept.set(key, value);
      }
    } catch (error) {
      if (error instanceof AuthError) throw error;
      this.#report(source, "data", error);
      throw unavailable(error);
    }
  }

  async #call<Answer>(
    source: LegacySource,
    method: "sessionIdIn" | "find" | "end",
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    const breaker = this.#breakerOf(`${source.name}: ${method}`);
    if (!breaker.admit()) throw unavailable(new Error("the circuit breaker is open"));
    try {
      const answer = await this.#withDeadline(source, method, call());
      breaker.succeeded();
      return answer;
    } catch (error) {
      breaker.failed();
      this.#report(source, method, error);
      throw unavailable(error);
    }
  }

  #withDeadline<Answer>(
    { name }: LegacySource,
    method: string,
    answer: Promise<Answer>,
  ): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const late = new Error(`${name}: ${method} did not answer within ${longestCallMs} ms`);
    const cancel = this.#engine.config.clock.schedule(longestCallMs, () => reject(late));
    void answer.then(resolve, reject).finally(cancel);
    return promise;
  }

  #breakerOf(name: string): CircuitBreaker {
    const breaker = this.#breakers.get(name) ?? new CircuitBreaker(this.#engine.config.clock);
    this.#breakers.set(name, breaker);
    return breaker;
  }

  #report({ name }: LegacySource, what: string, error: unknown): void {
    const { config, events } = this.#engine;
    const now = config.clock.monotonic();
    if (now - this.#reportedAt < reportEveryMs) return;
    this.#reportedAt = now;
    events.emit("store.failed", { method: `legacy ${name}: ${what}`, error });
  }
}

/** The same promise; nobody need wait for it, as when another source has answered first. */
function handled<Answer>(promise: Promise<Answer>): Promise<Answer> {
  promise.catch(() => undefined);
  return promise;
}

function unavailable(cause: unknown): AuthError {
  return new AuthError("store_unavailable", { cause, retryAfterSeconds: 1 });
}

/** @throws TypeError for what an application's own functions can get wrong */
function checkedLogin(
  { userId, tenantId, authenticatedAt, methods = ["legacy"], claims, remember }: LegacyLogin,
  asker: LegacyAsker & { readonly position: RequestPosition },
): ForeignLogin {
  if (authenticatedAt !== undefined && !Number.isFinite(authenticatedAt)) {
    throw new TypeError("authenticatedAt must be a number of milliseconds");
  }
  if (methods.length === 0) throw new TypeError("methods must name at least one");
  return {
    userId: checkIdentifier("userId", userId),
    tenantId: tenantId === undefined ? null : checkIdentifier("tenantId", tenantId),
    authenticatedAt: knownTime(authenticatedAt, asker.position.requestedAt),
    methods,
    persistent: remember ?? true,
    claims: checkClaims(claims ?? {}),
    ...asker,
  };
}

/** By how much the clock of an old process may be ahead of ours. */
const clockDifferenceMs = 60_000;

/**
 * A login's time, as far as it can be believed. One in the future would carry the login past every ending that came after it, and
 * be fresh for every step-up: a little of it is a clock that is ahead, and more is no time, as of microseconds.
 */
function knownTime(authenticatedAt: number | undefined, now: number): number | null {
  if (authenticatedAt === undefined || authenticatedAt > now + clockDifferenceMs) return null;
  return Math.floor(Math.min(authenticatedAt, now));
}
