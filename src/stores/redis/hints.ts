type Stop = () => Promise<void>;

/** The listeners to hints, and the one subscription that serves them: made for the first, ended with the last. */
export class Hints {
  readonly #subscribe: (listener: () => void) => Promise<Stop>;
  readonly #listeners = new Set<() => void>();
  #subscription: Promise<Stop> | null = null;

  constructor(subscribe: (listener: () => void) => Promise<Stop>) {
    this.#subscribe = subscribe;
  }

  async listen(listener: () => void): Promise<Stop> {
    // One of its own for each call, so that the same function may listen twice.
    const own = () => listener();
    this.#listeners.add(own);
    try {
      await (this.#subscription ??= this.#subscribe(() => this.#tell()));
    } catch (error) {
      this.#listeners.delete(own);
      this.#subscription = null;
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
    const stop = await subscription?.catch(() => undefined);
    await stop?.();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
