import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ExplorerThread, extentOf } from "../guarantees/model/explorer-thread.ts";
import { mutants } from "../guarantees/model/mutants.ts";
import { largeGaps, largeWorlds } from "../guarantees/model/worlds.ts";

/** Of each world at most; `MODEL_STATES=1000000 npm run test:suites -- test/ci/revocation-model.ci.ts` sees more. */
const maxStates = Number(process.env["MODEL_STATES"] ?? 12_000);

const thread = new ExplorerThread();
after(() => thread.stop());

for (const [name, world] of largeWorlds) {
  test(`G2 holds with ${name}`, async (context) => {
    const found = await thread.explore({ world, limits: { maxStates } });
    context.diagnostic(extentOf(found));
    assert.equal(found.counterexample, null);
  });
}

for (const [name, world] of largeGaps) {
  test(`a gap that is known: ${name}`, async (context) => {
    const { counterexample } = await thread.explore({ world, limits: { maxStates: 15_000 } });
    context.diagnostic(`${counterexample?.violation}: ${counterexample?.history.join(", ")}`);
    assert.notEqual(counterexample, null, "mended? Then it is a world in which G2 holds");
  });
}

for (const { rule, world, isSlow = false, ...mutant } of mutants) {
  if (!isSlow) continue;
  test(`the explorer notices when this is broken: ${rule}`, async (context) => {
    const limits = { maxStates: 10_000 };
    const { counterexample, states } = await thread.explore({ world, limits, mutant });
    context.diagnostic(`${counterexample?.violation}, after ${states} states`);
    assert.notEqual(counterexample, null);
  });
}
