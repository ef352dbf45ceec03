import type { Clock } from "../../util/clock.ts";
import type { Instant } from "./lease.ts";

/** Clocks that differ by no more than this are taken as one. */
const ignoredMs = 100;

/**
 * The store's time, as far as syncs have told it: processes whose clocks differ agree on when something happened.
 * Everything in the engine that is compared between processes is told by it; leases are told by the process's own clocks.
 */
export class StoreTime implements Clock {
  readonly #clock: Clock;
  #offsetMs = 0;
  /** The store's time when it was last told, and this process's monotonic clock then. */
  #told: { readonly storeNow: number; readonly monotonic: number } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** Whether the store has told its time. */
  get isKnown(): boolean {
    return this.#told !== null;
  }

  /**
   * The store's time by whichever clock says more: what must not be forgotten too soon is stamped by it. The wall clock may
   * have been set back since the store told its time, and the monotonic one stands still while a machine sleeps.
   */
  latest(): number {
    const now = this.now();
    if (this.#told === null) return now;
    const { storeNow, monotonic } = this.#told;
    return Math.max(now, Math.floor(storeNow + this.#clock.monotonic() - monotonic));
  }

  /** The store's time at a reading of this process's wall clock. */
  at(wall: number): number {
    return wall + this.#offsetMs;
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  schedule(delayMs: number, task: () => void, awaited?: boolean): () => void {
    return this.#clock.schedule(delayMs, task, awaited);
  }

  /** How far this process's wall clock is behind the store's: milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /**
   * Takes the store's time from an answer to a request that was sent at `sent` and has just arrived. The store read its
   * clock somewhere in between, so only what that does not explain is a difference.
   */
  learn(storeNow: number, sent: Instant): void {
    // As of when it was asked: it is no earlier, and a stamp may lie a round trip behind.
    this.#told = { storeNow, monotonic: this.#clock.monotonic() };
    const most = storeNow - sent.wall;
    const least = storeNow - this.#clock.now();
    const explained = this.#offsetMs >= least - ignoredMs && this.#offsetMs <= most + ignoredMs;
    if (!explained) this.#offsetMs = Math.round((least + most) / 2);
  }
}
