import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { graphOf } from "./refresh-model/graph.ts";
import { besieged, honestWorlds, thiefWorlds } from "./refresh-model/honest-worlds.ts";
import { brokenRules, mutants } from "./refresh-model/mutants.ts";
import { mostRounds, roundSpace } from "./refresh-model/rounds.ts";
import { realRules } from "./refresh-model/rules.ts";
import { thiefSpace } from "./refresh-model/thief-space.ts";
import { design, variants } from "./refresh-model/variants.ts";
import { explored, type Verdict } from "./refresh-model/verdicts.ts";

const maxStates = 120_000;

/** The larger worlds are explored by `test/ci/refresh-model.ci.ts`. */
describe("G3: no history ends the session of an honest user, however often it is refreshed", () => {
  for (const [name, bounds] of honestWorlds) {
    test(`with ${name}`, (context) =>
      holds(context, explored(realRules, "an honest session ends", bounds, maxStates)));
  }
});

describe("G3: a thief and the owner are not both served for ever, whatever they do", () => {
  for (const [name, bounds] of thiefWorlds) {
    test(`with ${name}`, (context) =>
      holds(context, explored(realRules, "both are served for ever", bounds, maxStates)));
  }

  test("but in five rounds at most", (context) => {
    const bounds = { ...besieged, roundTrip: 0 };
    const graph = graphOf(roundSpace(thiefSpace(realRules, bounds), bounds), maxStates);
    context.diagnostic(`${graph.states} states`);
    assert.ok(graph.complete, "every state was seen");
    assert.equal(mostRounds(graph), 5);
  });
});

describe("other rules fail, and the explorer finds how", () => {
  for (const { name, rules, failing, bounds } of variants) {
    test(`${name}: ${failing}`, (context) =>
      fails(context, explored(rules, failing, bounds, maxStates)));
  }

  test("the design's four rules hold for a window of four round trips", (context) =>
    holds(
      context,
      explored(design, "an honest session ends", { raceWindow: 4, roundTrip: 1 }, maxStates),
    ));
});

describe("the explorer notices when a rule is broken", () => {
  for (const mutant of mutants) {
    test(`${mutant.rule}, or ${mutant.failing}`, async (context) => {
      const rules = await brokenRules(mutant);
      fails(context, explored(rules, mutant.failing, mutant.bounds, maxStates));
    });
  }
});

function holds(context: TestContext, { states, complete, history }: Verdict): void {
  context.diagnostic(`${states} states`);
  assert.equal(history, null);
  assert.ok(complete, "every state was seen");
}

function fails(context: TestContext, { states, history }: Verdict): void {
  context.diagnostic(`${states} states: ${history ?? "nothing found"}`);
  assert.notEqual(history, null);
}
