import type { Subscription } from "./port.ts";

/** The listeners to hints, and the one subscription that serves them: made for the first, ended with the last. */
export class Hints {
  readonly #subscribe: (listener: () => void) => Subscription;
  readonly #listeners = new Set<() => void>();
  #subscription: Subscription | null = null;

  constructor(subscribe: (listener: () => void) => Subscription) {
    this.#subscribe = subscribe;
  }

  async listen(listener: () => void): Promise<() => Promise<void>> {
    // One of its own for each call, so that the same function may listen twice.
    const own = () => listener();
    this.#listeners.add(own);
    this.#subscription ??= this.#subscribe(() => this.#tell());
    const subscription = this.#subscription;
    try {
      await subscription.ready;
    } catch (error) {
      this.#listeners.delete(own);
      if (this.#subscription === subscription) this.#subscription = null;
      await subscription.stop();
      throw error;
    }
    return async () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) await this.close();
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    const subscription = this.#subscription;
    this.#subscription = null;
    await subscription?.stop();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
