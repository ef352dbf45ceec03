import { parentPort } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { withMutant } from "./broken-copy.ts";
import { explore, type Exploration } from "./explorer.ts";
import type { ExplorationAnswer, ExplorationRequest } from "./explorer-thread.ts";

import { loadParts, type EngineParts } from "./parts.ts";
import { makeWorld } from "./world.ts";

const source = fileURLToPath(new URL("../../../src", import.meta.url));

parentPort?.on("message", (request: ExplorationRequest) => {
  void answer(request).then(tell);
});

async function answer({ world, limits, mutant }: ExplorationRequest): Promise<ExplorationAnswer> {
  const use = (parts: EngineParts): Promise<Exploration> =>
    explore(() => makeWorld(parts, world), limits);
  try {
    const found =
      mutant === undefined ? use(await loadParts(source)) : withMutant(source, mutant, use);
    return { found: await found };
  } catch (error) {
    return { error };
  }
}

function tell(answered: ExplorationAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answered);
}
