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

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.#offsetMs;
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
    const most = storeNow - sent.wall;
    const least = storeNow - this.#clock.now();
    const explained = this.#offsetMs >= least - ignoredMs && this.#offsetMs <= most + ignoredMs;
    if (!explained) this.#offsetMs = Math.round((least + most) / 2);
  }
}
