import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { bounds } from "./model/bounds.ts";
import { ExplorerThread, extentOf } from "./model/explorer-thread.ts";
import { smallWorlds } from "./model/worlds.ts";

const thread = new ExplorerThread();
after(() => thread.stop());

describe("G2 holds in every order of events", () => {
  for (const [name, world] of smallWorlds) {
    test(`with ${name}`, async (context) => {
      const found = await thread.explore({ world, limits: { maxStates: 10_000 } });
      context.diagnostic(extentOf(found));
      assert.equal(found.counterexample, null);
      assert.ok(found.complete, "every state within the bounds was seen");
    });
  }

  test("and the orders that are left out lead nowhere else", async (context) => {
    const world = bounds({ processes: 2, moves: 0 });
    const limits = { maxStates: 10_000 };
    const reduced = await thread.explore({ world, limits });
    const whole = await thread.explore({ world, limits: { ...limits, skipsSameOrders: false } });
    context.diagnostic(`${reduced.transitions} transitions instead of ${whole.transitions}`);
    assert.ok(whole.complete);
    assert.equal(reduced.states, whole.states);
    assert.ok(reduced.transitions < whole.transitions);
  });
});
