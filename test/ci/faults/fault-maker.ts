import { setTimeout as pause } from "node:timers/promises";
import type { Crowd, Customer } from "./crowd.ts";
import type { PlannedFault, ProcessFault, ServerFault } from "./fault-plan.ts";
import type { Fault } from "./history.ts";
import { began, ended } from "./machine-clock.ts";

/** A server of the tests' own. */
export interface StoreServer {
  readonly port: number;
  suspend(): void;
  /** Answers when nothing is left of its pause. */
  resume(): Promise<void>;
  kill(): Promise<void>;
  /** Answers when nothing is left of its end. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Writes something, and answers when it lasts. */
  probe(): Promise<unknown>;
}

/** Longer than any call of the store is waited for. */
const tooSlowMs = 700;

/** Does what was planned, when it was planned, and remembers when that really was. */
export class FaultMaker {
  readonly done: Fault[] = [];
  readonly #crowd: Crowd;
  readonly #server: StoreServer;

  constructor(crowd: Crowd, server: StoreServer) {
    this.#crowd = crowd;
    this.#server = server;
  }

  /** Resolves when all is over and healed. */
  async carryOut(plan: readonly PlannedFault[]): Promise<void> {
    await Promise.all(
      plan.map(async (fault) => {
        await pause(fault.at);
        await this.#make(fault);
      }),
    );
  }

  async #make({ process, kind, forMs }: PlannedFault): Promise<void> {
    const customer = process === null ? null : (this.#crowd.customers[process] ?? null);
    const start = began();
    if (process === null) await this.#harmServer(kind, forMs);
    else if (customer !== null) await this.#harm(customer, kind, forMs);
    this.done.push({ process: customer?.name ?? null, kind, start, end: ended() });
  }

  async #harm(customer: Customer, kind: ProcessFault, forMs: number): Promise<void> {
    switch (kind) {
      case "stopped":
        customer.process.stop();
        await pause(forMs);
        return customer.process.go();
      case "killed":
        await this.#crowd.kill(customer);
        await pause(forMs / 3);
        return this.#crowd.startAgain(customer);
      case "stalled":
        customer.proxy?.stall("up", "down");
        break;
      case "requests stalled":
        customer.proxy?.stall("up");
        break;
      case "answers stalled":
        customer.proxy?.stall("down");
        break;
      case "half open":
        customer.proxy?.halfOpen();
        break;
      case "reset":
        for (const wait of [50, 200, 500]) {
          customer.proxy?.reset();
          await pause(wait);
        }
        return;
      case "refused":
        customer.proxy?.refuse();
        customer.proxy?.reset();
        break;
      case "slow":
        customer.proxy?.delay({ up: tooSlowMs / 3, down: tooSlowMs / 3 });
        break;
      case "too slow":
        customer.proxy?.delay({ up: tooSlowMs, down: tooSlowMs });
        break;
    }
    await pause(forMs);
    customer.proxy?.heal();
  }

  async #harmServer(kind: ServerFault, forMs: number): Promise<void> {
    if (kind === "server stopped") {
      this.#server.suspend();
      await pause(forMs);
      return this.#server.resume();
    }
    await this.#server.kill();
    await pause(forMs);
    await this.#server.restart();
  }
}
