import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ExplorerThread } from "./model/explorer-thread.ts";
import { mutants } from "./model/mutants.ts";

const thread = new ExplorerThread();
after(() => thread.stop());
const limits = { maxStates: 10_000 };

describe("the explorer notices when a rule is broken", () => {
  for (const { rule, world, isSlow = false, ...mutant } of mutants) {
    // `test/ci/revocation-model.ci.ts` looks at the others.
    if (isSlow) continue;
    test(rule, async (context) => {
      const { counterexample, states } = await thread.explore({ world, limits, mutant });
      context.diagnostic(`${counterexample?.violation}, after ${states} states`);
      assert.notEqual(counterexample, null);
    });
  }
});
