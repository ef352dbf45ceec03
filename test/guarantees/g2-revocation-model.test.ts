import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { explore } from "./model/explore.ts";
import { mutants, withMutant } from "./model/mutants.ts";
import { loadParts } from "./model/parts.ts";
import { makeRevocationWorld } from "./model/revocation-world.ts";
import { smallWorld as small, type WorldBounds } from "./model/world-bounds.ts";

const source = fileURLToPath(new URL("../../src", import.meta.url));

/** Small enough to be seen whole on every run; the larger ones are explored by `test/ci/revocation-model.ci.ts`. */
const worlds: readonly [name: string, bounds: WorldBounds][] = [
  ["a process that reads while the session is revoked", { ...small, checks: 2 }],
  ["answers that are lost", { ...small, failures: 2 }],
  ["wall clocks that are set", { ...small, jumps: 1 }],
  [
    "a store that goes back to before the revocation",
    { ...small, checks: 2, syncs: 2, moves: 1, losses: 1 },
  ],
  ["claims that change", { ...small, checks: 2, act: "change" }],
  ["another session beside", { ...small, innocent: true }],
];

describe("G2: no process accepts a revoked session later than the lease, in every order of events", () => {
  for (const [name, bounds] of worlds) {
    test(`with ${name}`, async (context) => {
      const parts = await loadParts(source);
      const found = await explore(() => makeRevocationWorld(parts, bounds), { maxStates: 20_000 });
      context.diagnostic(`${found.states} states`);
      assert.equal(found.counterexample, null);
      assert.ok(found.complete, "every state within the bounds was seen");
    });
  }
});

describe("the explorer notices when a rule is broken", () => {
  for (const mutant of mutants) {
    test(mutant.rule, async () => {
      const bounds = { ...small, ...mutant.bounds };
      const found = await withMutant(source, mutant, (parts) =>
        explore(() => makeRevocationWorld(parts, bounds), { maxStates: 60_000 }),
      );
      assert.notEqual(found.counterexample, null);
    });
  }
});
