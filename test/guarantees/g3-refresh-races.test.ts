import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explore } from "./model/explorer.ts";
import {
  current,
  makeRefreshWorld,
  ripe,
  sibling,
  type RefreshWorldBounds,
} from "./refresh-model/refresh-world.ts";

const calm = { failures: 0, stalls: 0 };

const worlds: readonly [name: string, bounds: RefreshWorldBounds][] = [
  ["one child, presented twice", { ...calm, presented: [ripe, ripe], stalls: 1 }],
  ["two children of one token", { ...calm, presented: [ripe, sibling], failures: 1 }],
  ["a child and its parent", { ...calm, presented: [ripe, current], stalls: 1, failures: 1 }],
  ["two children and their parent", { ...calm, presented: [ripe, sibling, current] }],
];

describe("G3: refreshes through several processes, in every order of what the store is asked and answers", () => {
  for (const [name, bounds] of worlds) {
    test(`are served or told to ask again, and one promotes: ${name}`, async (context) => {
      const found = await explore(() => makeRefreshWorld(bounds), { maxStates: 4_000 });
      context.diagnostic(`${found.states} states`);
      assert.equal(found.counterexample, null);
      assert.ok(found.complete, "every state within the bounds was seen");
    });
  }

  test("would be noticed by the explorer if the store did not compare", async () => {
    const bounds = { ...calm, presented: [ripe, sibling], forgetful: true };
    const found = await explore(() => makeRefreshWorld(bounds), { maxStates: 4_000 });
    assert.notEqual(found.counterexample, null);
  });
});
