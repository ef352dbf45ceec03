import type { Clock } from "../../util/clock.ts";

const shortestPauseMs = 5_000;
const longestPauseMs = 60_000;

/** One subscription to the store's hints: asked for again and again until it is there, however long that takes. */
export class HintSubscription {
  readonly #subscribe: () => Promise<() => Promise<void>>;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  #isSought = false;
  #isStopped = false;
  #unsubscribe: (() => Promise<void>) | null = null;
  #dueAt = Number.NEGATIVE_INFINITY;
  #pauseMs = shortestPauseMs;

  constructor(deps: {
    /** Answers how to stop. */
    readonly subscribe: () => Promise<() => Promise<void>>;
    readonly clock: Clock;
    readonly onFailure: (error: unknown) => void;
  }) {
    this.#subscribe = deps.subscribe;
    this.#clock = deps.clock;
    this.#onFailure = deps.onFailure;
  }

  /**
   * Asks for it, unless it is there, was asked for, or was refused within the last seconds: five, then ten, up to a
   * minute. Never throws.
   */
  async seek(): Promise<void> {
    if (this.#isStopped || this.#isSought || this.#unsubscribe !== null) return;
    if (this.#clock.monotonic() < this.#dueAt) return;
    this.#isSought = true;
    try {
      this.#unsubscribe = await this.#subscribe();
      if (this.#isStopped) await this.stop();
    } catch (error) {
      this.#dueAt = this.#clock.monotonic() + this.#pauseMs;
      this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
      this.#onFailure(error);
    } finally {
      this.#isSought = false;
    }
  }

  /** Ends it; one that comes later is ended when it comes. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = null;
    await unsubscribe?.();
  }
}
