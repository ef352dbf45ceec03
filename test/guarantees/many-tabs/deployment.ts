import { setImmediate } from "node:timers/promises";
import { createAuth, type Auth, type AuthEvents, type AuthOptions } from "symbolon";
import { FakeClock } from "symbolon/testing";
import type { Store } from "../../../src/core/ports.ts";
import type { SessionStore } from "../../../src/core/sessions/session-store.ts";
import { testSecret } from "../../support/auth.ts";
import { withStoreClock } from "../../support/store-clock.ts";
import { must } from "../../support/tokens.ts";

export const raceWindowMs = 30_000;
export const accessTokenLifeMs = 300_000;

/** How far each process's clock is ahead of the store's: it is to learn the difference. */
const aheadMs = [0, 40, -3_000, 3_600_000] as const;

/** What the processes have said, all together. */
export interface Said {
  readonly reused: AuthEvents["refresh_token.reused"][];
  readonly mended: AuthEvents["refresh_token.mended"][];
  readonly ended: AuthEvents["sessions.ended"][];
  readonly failed: unknown[];
}

/** That a refresh token has become the current one. */
export interface Promoted {
  readonly sessionId: string;
  /** The lineage before. */
  readonly from: string;
  /** By the store's clock. */
  readonly at: number;
}

/** Four processes that share a store, each with clocks of its own, and the store's clock. */
export class Deployment {
  readonly clock: FakeClock = new FakeClock();
  readonly auths: readonly Auth[];
  readonly said: Said = { reused: [], mended: [], ended: [], failed: [] };
  readonly promoted: Promoted[] = [];
  readonly sessions: SessionStore;
  readonly #clocks: readonly FakeClock[];
  #calls = 0;

  /** @param stores one for each process: of one memory, or connections to one server */
  constructor(stores: readonly Store[], options: Partial<AuthOptions> = {}) {
    this.sessions = must(stores[0]).sessions;
    this.#clocks = aheadMs.map((ms) => new FakeClock(this.clock.now() + ms));
    this.auths = this.#clocks.map((clock, index) => {
      const auth = createAuth({
        secret: testSecret,
        store: withStoreClock(this.#observed(must(stores[index])), this.clock),
        strategy: "hybrid",
        baseUrl: "https://app.example.com",
        refreshTokens: { raceWindow: raceWindowMs },
        accessTokens: { lifetime: accessTokenLifeMs },
        clock,
        ...options,
      });
      auth.on("refresh_token.reused", (event) => this.said.reused.push(event));
      auth.on("refresh_token.mended", (event) => this.said.mended.push(event));
      auth.on("sessions.ended", (event) => this.said.ended.push(event));
      auth.on("store.failed", ({ error }) => this.said.failed.push(error));
      auth.on("error", ({ error }) => this.said.failed.push(error));
      return auth;
    });
  }

  /** Lets time pass for the store and for all processes, once nobody waits for the store; and what follows from it happen. */
  async pass(ms: number): Promise<void> {
    await this.settled();
    for (const clock of [this.clock, ...this.#clocks]) clock.advance(ms);
    await this.settled();
  }

  /** Resolves when nobody waits for the store: then a leap of the clocks makes no answer late. */
  async settled(): Promise<void> {
    do {
      await setImmediate();
    } while (this.#calls > 0);
  }

  /** A failover that loses the session's last promotions. Answers how many it lost. */
  async losePromotions(sessionId: string, most: number): Promise<number> {
    const record = must(await this.sessions.find(sessionId));
    const known = this.promoted.filter((each) => each.sessionId === sessionId).slice(-most);
    const to = known[0]?.from;
    if (to === undefined || record.lineage === null) return 0;
    const { lastSeenAt, purgeAt, lineage: from } = record;
    await this.sessions.promote(sessionId, { from, to, lastSeenAt, purgeAt });
    this.promoted.splice(this.promoted.indexOf(must(known[0])));
    return known.length;
  }

  async close(): Promise<void> {
    await this.settled();
    await Promise.all(this.auths.map((auth) => auth.close()));
  }

  /** A store whose calls are counted while they are under way, and whose promotions are noted. */
  #observed(store: Store): Store {
    const { sessions } = store;
    const promote: SessionStore["promote"] = async (sessionId, promotion) => {
      const verdict = await sessions.promote(sessionId, promotion);
      if (verdict === "promoted") {
        this.promoted.push({ sessionId, from: promotion.from, at: this.clock.now() });
      }
      return verdict;
    };
    return {
      ...store,
      sessions: this.#counted({ ...sessions, promote }),
      revocation: this.#counted(store.revocation),
      keys: this.#counted(store.keys),
    };
  }

  #counted<Slice extends object>(slice: Slice): Slice {
    const counted: Record<string, unknown> = {};
    for (const [name, method] of Object.entries(slice) as [string, unknown][]) {
      if (typeof method !== "function") continue;
      counted[name] = async (...input: unknown[]): Promise<unknown> => {
        this.#calls += 1;
        try {
          return await (Reflect.apply(method, slice, input) as Promise<unknown>);
        } finally {
          this.#calls -= 1;
        }
      };
    }
    return counted as Slice;
  }
}
