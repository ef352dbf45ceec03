import type { Clock } from "../../util/clock.ts";

/** A moment on both clocks of this process. */
export interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}

export function instantOf(clock: Clock): Instant {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}

/** So much later, but not later than now. */
export function laterBy(instant: Instant, ms: number, clock: Clock): Instant {
  return {
    monotonic: Math.min(instant.monotonic + ms, clock.monotonic()),
    wall: Math.min(instant.wall + ms, clock.now()),
  };
}

/**
 * How much time has passed since: what the clock says that says more. The monotonic one stands still while a machine
 * sleeps, and the wall clock can be set back.
 */
export function elapsedSince(instant: Instant, clock: Clock): number {
  return elapsedBetween(instant, clock.monotonic(), clock.now());
}

/** The same with readings that were taken already: on the hot path, reading clocks is most of the cost. */
export function elapsedBetween(instant: Instant, monotonic: number, wall: number): number {
  const byMonotonic = monotonic - instant.monotonic;
  const byWall = wall - instant.wall;
  return byMonotonic > byWall ? byMonotonic : byWall;
}

/**
 * For how long what this process knows may be acted on without asking. Counted from when the last successful sync was
 * *sent*: what happened in the store after that may not have been in its answer.
 */
export class Lease {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  #renewedAt: Instant | null = null;

  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
  }

  /** Answers of two syncs may arrive in any order; the later one sent counts. */
  renew(sent: Instant): void {
    if (this.#renewedAt === null || sent.monotonic >= this.#renewedAt.monotonic)
      this.#renewedAt = sent;
  }

  /** How long ago the last successful sync was sent: milliseconds; Infinity before the first. */
  get ageMs(): number {
    return this.#renewedAt === null
      ? Number.POSITIVE_INFINITY
      : elapsedSince(this.#renewedAt, this.#clock);
  }

  get isFresh(): boolean {
    return this.ageMs <= this.#lengthMs;
  }

  /** `isFresh` by readings of both clocks. */
  isFreshAt(monotonic: number, wall: number): boolean {
    return (
      this.#renewedAt !== null && elapsedBetween(this.#renewedAt, monotonic, wall) <= this.#lengthMs
    );
  }
}
