import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { explore } from "../guarantees/model/explore.ts";
import { loadParts } from "../guarantees/model/parts.ts";
import { makeRevocationWorld } from "../guarantees/model/revocation-world.ts";
import { smallWorld, type WorldBounds } from "../guarantees/model/world-bounds.ts";

const source = fileURLToPath(new URL("../../src", import.meta.url));

const two: WorldBounds = { ...smallWorld, processes: 2, checks: 2, syncs: 2, failures: 1 };

/** Larger than `test/guarantees/g2-revocation-model.test.ts`: six thousand states each, breadth first. */
const worlds: readonly [name: string, bounds: WorldBounds][] = [
  ["two processes, a lost answer", two],
  [
    "two processes that have seen nothing yet, claims that change",
    { ...two, warm: false, act: "change" },
  ],
  ["a failover after the revocation was read", { ...two, processes: 1, checks: 3, losses: 1 }],
  [
    "one process, steps that just do and just do not pass the lease",
    { ...two, processes: 1, steps: [2_000, 1], moves: 3 },
  ],
];

for (const [name, bounds] of worlds) {
  test(`G2 holds with ${name}`, { timeout: 240_000 }, async (context) => {
    const parts = await loadParts(source);
    const found = await explore(() => makeRevocationWorld(parts, bounds), { maxStates: 6_000 });
    context.diagnostic(`${found.states} states${found.complete ? ", all there are" : ""}`);
    assert.equal(found.counterexample, null);
  });
}
