import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { WorldBounds } from "./bounds.ts";
import type { Exploration, ExplorationLimits } from "./explorer.ts";
import type { Mutant } from "./mutants.ts";

export interface ExplorationRequest {
  readonly world: WorldBounds;
  readonly limits: ExplorationLimits;
  /** Explores the code with a rule broken instead of the code as it is. */
  readonly mutant?: Pick<Mutant, "file" | "from" | "to">;
}

export type ExplorationAnswer = { readonly found: Exploration } | { readonly error: unknown };

/**
 * Explores in a thread of its own: node:test watches every promise of its own thread, which makes worlds four times as
 * slow; and worlds are short-lived, so the thread has much room for what is young.
 */
export class ExplorerThread {
  readonly #worker = new Worker(new URL("./explorer-worker.ts", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });

  async explore(request: ExplorationRequest): Promise<Exploration> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(request);
    const [answer] = (await once(this.#worker, "message")) as [ExplorationAnswer];
    if ("error" in answer) throw answer.error;
    return answer.found;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** How much was seen, for people. */
export function extentOf({ states, transitions, complete }: Exploration): string {
  const extent = complete ? "all there are within the bounds" : "the first, breadth first";
  return `${states} states, ${extent}; ${transitions} transitions`;
}
