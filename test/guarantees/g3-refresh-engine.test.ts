import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explore } from "./model/explorer.ts";
import {
  current,
  forged,
  makeEngineWorld,
  ripe,
  sibling,
  type EngineWorldBounds,
} from "./refresh-model/engine-world.ts";
import { Questions } from "./refresh-model/engine-conformance.ts";
import { honestWorlds, thiefWorlds } from "./refresh-model/honest-worlds.ts";
import { realRules } from "./refresh-model/rules.ts";
import { explored } from "./refresh-model/verdicts.ts";

const calm = { failures: 0, stalls: 0 };

const worlds: readonly [name: string, bounds: EngineWorldBounds][] = [
  ["one child, presented twice", { ...calm, presented: [ripe, ripe], stalls: 1 }],
  ["two children of one token", { ...calm, presented: [ripe, sibling], failures: 1 }],
  ["a child and its parent", { ...calm, presented: [ripe, current], stalls: 1, failures: 1 }],
  ["two children and their parent", { ...calm, presented: [ripe, sibling, current] }],
  ["what nobody has issued, alone", { ...calm, presented: forged, failures: 1 }],
  ["what nobody has issued, beside a child", { ...calm, presented: [ripe, ...forged.slice(0, 2)] }],
];

/** As `g3-refresh-races.test.ts`, with the whole of `refresher.ts` over the memory store, and with real tokens. */
describe("G3: the engine's refresher in several processes, in every order of what the store is asked and answers", () => {
  for (const [name, bounds] of worlds) {
    test(`ends nothing, and one promotes: ${name}`, async (context) => {
      const found = await explore(() => makeEngineWorld(bounds), { maxStates: 4_000 });
      context.diagnostic(`${found.states} states`);
      assert.equal(found.counterexample, null);
      assert.ok(found.complete, "every state within the bounds was seen");
    });
  }

  test("would be noticed by the explorer if the store did not compare", async () => {
    const bounds = { ...calm, presented: [ripe, sibling], forgetful: true };
    const found = await explore(() => makeEngineWorld(bounds), { maxStates: 4_000 });
    assert.notEqual(found.counterexample, null);
  });
});

/** What the explorer has shown of the rules is thereby shown of the engine: it is asked whatever they were asked. */
describe("G3: the engine's refresher over the memory store does what the explored rules say", () => {
  const maxStates = 8_000;
  test("whatever an honest user may come to ask", async (context) => {
    const questions = new Questions();
    for (const [, bounds] of honestWorlds)
      explored(questions.noting(realRules), "an honest session ends", bounds, maxStates);
    context.diagnostic(`${questions.size} questions`);
    assert.ok(questions.size > 300);
    await questions.putToEngine(realRules);
  });

  test("whatever an owner and a thief may come to ask", async (context) => {
    const questions = new Questions();
    for (const [, bounds] of thiefWorlds)
      explored(questions.noting(realRules), "both are served for ever", bounds, maxStates);
    context.diagnostic(`${questions.size} questions`);
    assert.ok(questions.size > 300);
    await questions.putToEngine(realRules);
  });
});
