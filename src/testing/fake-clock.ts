import type { Clock } from "../util/clock.ts";

/**
 * A clock that only moves when told to. Scheduled tasks run, in order, as the time passes them; what they schedule waits
 * for the next move, because what they began (a store call, say) has not had a chance to end.
 */
export class FakeClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #tasks: { at: number; task: () => void }[] = [];

  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#wall = start;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  schedule(delayMs: number, task: () => void): () => void {
    const entry = { at: this.#monotonic + delayMs, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** Lets `ms` milliseconds pass on both clocks. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    const due = this.#tasks.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at);
    for (const entry of due) {
      // One of them may have cancelled another.
      if (!this.#tasks.includes(entry)) continue;
      this.#tasks = this.#tasks.filter((other) => other !== entry);
      this.#moveTo(Math.max(entry.at, this.#monotonic));
      entry.task();
    }
    this.#moveTo(end);
  }

  /** Moves the wall clock only, as an administrator or a time server does. */
  setWallClock(now: number): void {
    this.#wall = now;
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}
