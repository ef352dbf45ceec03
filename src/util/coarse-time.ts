const stepMs = 16;

/**
 * Times as small integers, which an object holds in itself; a time in milliseconds would be an object of its own, and one more
 * place in memory to wait for on the hot path. Rounded down: what is noted so is over up to 16 ms early, never late. After
 * a year of a process they grow large, and cost what milliseconds cost.
 */
export class CoarseTime {
  readonly #originMs: number;

  /** @param originMs a time near those that will be noted */
  constructor(originMs: number) {
    this.#originMs = originMs;
  }

  note(ms: number): number {
    return Math.floor((ms - this.#originMs) / stepMs);
  }

  /** The noted time in milliseconds. */
  of(noted: number): number {
    return this.#originMs + noted * stepMs;
  }
}
