import { setTimeout as pause } from "node:timers/promises";
import type { StoreServer } from "./fault-maker.ts";
import type { Fault } from "./history.ts";
import { began, ended } from "./machine-clock.ts";

/** What takes longer than this, took too long for everybody. */
const slowMs = 120;
const everyMs = 100;

/**
 * Writes to the store all the time, without a proxy between, and takes down when that took long: because the machine has
 * no time, its disk is busy, or the director (in whose process the proxies are) was late. Nobody is blamed then for
 * being unavailable.
 */
export class Witness {
  readonly slow: Fault[] = [];
  #goesOn = true;
  #watching: Promise<void> = Promise.resolve();

  constructor(server: StoreServer) {
    this.#watching = this.#watch(server);
  }

  async stop(): Promise<void> {
    this.#goesOn = false;
    await this.#watching;
  }

  async #watch(server: StoreServer): Promise<void> {
    while (this.#goesOn) {
      const start = began();
      // What a server that is down does is planned; here only time counts.
      await server.probe().catch(() => undefined);
      await pause(everyMs);
      const end = ended();
      if (end - start > (slowMs + everyMs) * 1_000) {
        this.slow.push({ process: null, kind: "slow machine", start, end });
      }
    }
  }
}
