import { AsyncLocalStorage } from "node:async_hooks";
import type { StoreGate } from "../column.ts";

/** How often a store was asked. */
export interface StoreCount {
  reads: number;
  writes: number;
}

/**
 * The gate of a process: stops its store, and counts what is asked of it on behalf of each request. What an application
 * asks by itself, such as by a timer, is on behalf of none.
 */
export class CountingGate implements StoreGate {
  running = true;
  readonly #requests = new AsyncLocalStorage<StoreCount>();

  read(): void {
    this.#pass();
    const count = this.#requests.getStore();
    if (count !== undefined) count.reads += 1;
  }

  write(): void {
    this.#pass();
    const count = this.#requests.getStore();
    if (count !== undefined) count.writes += 1;
  }

  /** Runs what answers a request; the count grows for as long as somebody works on its behalf. */
  counting(handle: () => void): StoreCount {
    const count = { reads: 0, writes: 0 };
    this.#requests.run(count, handle);
    return count;
  }

  #pass(): void {
    if (this.running) return;
    throw Object.assign(new Error("connect ECONNREFUSED: the lab has stopped the store"), {
      code: "ECONNREFUSED",
      syscall: "connect",
    });
  }
}
