import type { Clock } from "../util/clock.ts";

/** So many failures in a row, and the store is left alone for a while. */
const failuresToOpen = 5;
/** Then one call may try again, this often. */
const tryAgainEveryMs = 250;

/**
 * Spares a store that does not answer, and those who would wait for it. Closed, every call goes through; open, calls are
 * refused at once but for one now and then; the first success closes it.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  #failures = 0;
  #triedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#failures >= failuresToOpen;
  }

  /** Whether a call may go through now. */
  admit(): boolean {
    if (!this.isOpen) return true;
    const now = this.#clock.monotonic();
    if (now - this.#triedAt < tryAgainEveryMs) return false;
    this.#triedAt = now;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures === failuresToOpen) this.#triedAt = this.#clock.monotonic();
  }
}
