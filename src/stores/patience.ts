import { setTimeout as pause } from "node:timers/promises";

/** How a call that finds the database busy goes on. */
export interface PatienceOptions {
  readonly isBusy: (error: unknown) => boolean;
  readonly deadlineMs: number;
  /** What is thrown when the deadline has passed. */
  readonly gaveUp: (cause?: unknown) => Error;
}

/**
 * Tries at once; when the database is busy, again and again until the deadline, without blocking the event loop
 * in between. Of all calls that wait, one at a time tries: each try may block for as long as the driver itself
 * waits, and many of them in a row would block the event loop for good.
 */
export class Patience {
  readonly #options: PatienceOptions;
  /** Set while one call keeps trying; resolves to whether the database answered. */
  #stall: Promise<boolean> | null = null;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  async try<T>(attempt: () => T): Promise<T> {
    let giveUpAt: number | null = null;
    for (;;) {
      if (this.#stall === null) {
        try {
          return attempt();
        } catch (error) {
          if (!this.#options.isBusy(error)) throw error;
        }
        return this.#insist(attempt, giveUpAt ?? performance.now() + this.#options.deadlineMs);
      }
      giveUpAt ??= performance.now() + this.#options.deadlineMs;
      const answered = await this.#stall;
      if (!answered && performance.now() >= giveUpAt) throw this.#options.gaveUp();
    }
  }

  async #insist<T>(attempt: () => T, giveUpAt: number): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#stall = promise;
    let answered = true;
    try {
      for (;;) {
        // Jitter, so that two processes do not meet again and again.
        await pause(5 + Math.random() * 20);
        try {
          return attempt();
        } catch (error) {
          if (!this.#options.isBusy(error)) throw error;
          if (performance.now() >= giveUpAt) {
            answered = false;
            throw this.#options.gaveUp(error);
          }
        }
      }
    } finally {
      this.#stall = null;
      resolve(answered);
    }
  }
}
