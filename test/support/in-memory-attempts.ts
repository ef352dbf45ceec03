import type {
  AttemptLimit,
  AttemptStore,
  TakeVerdict,
} from "../../src/core/throttling/attempt-store.ts";

/** The attempts slice for tests of what uses it. Each call yields once, as a database would. */
export class InMemoryAttempts implements AttemptStore {
  /** Theoretical arrival times by key. */
  readonly arrivals: Map<string, number> = new Map();
  calls: string[] = [];

  async take(key: string, limit: AttemptLimit, now: number): Promise<TakeVerdict> {
    await this.#record("take");
    const next = Math.max(this.arrivals.get(key) ?? now, now) + limit.refillMs;
    const retryAt = next - limit.burst * limit.refillMs;
    if (retryAt > now) return { outcome: "exhausted", retryAt };
    this.arrivals.set(key, next);
    return { outcome: "taken" };
  }

  async refund(key: string, limit: AttemptLimit): Promise<void> {
    await this.#record("refund");
    const arrival = this.arrivals.get(key);
    if (arrival !== undefined) this.arrivals.set(key, arrival - limit.refillMs);
  }

  async clear(key: string): Promise<void> {
    await this.#record("clear");
    this.arrivals.delete(key);
  }

  async purge(now: number): Promise<void> {
    await this.#record("purge");
    for (const [key, arrival] of this.arrivals) if (arrival <= now) this.arrivals.delete(key);
  }

  async #record(call: string): Promise<void> {
    this.calls.push(`attempts.${call}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
