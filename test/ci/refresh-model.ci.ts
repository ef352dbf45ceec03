import assert from "node:assert/strict";
import { test } from "node:test";
import { graphOf } from "../guarantees/refresh-model/graph.ts";
import { besieged } from "../guarantees/refresh-model/honest-worlds.ts";
import { mostRounds, roundSpace } from "../guarantees/refresh-model/rounds.ts";
import { realRules } from "../guarantees/refresh-model/rules.ts";
import { thiefSpace, type ThiefBounds } from "../guarantees/refresh-model/thief-space.ts";
import { explored, type Failing } from "../guarantees/refresh-model/verdicts.ts";

/** Larger than `test/guarantees/g3-refresh-model.test.ts`, and seen whole too. */
const worlds: readonly [name: string, failing: Failing, bounds: Partial<ThiefBounds>][] = [
  [
    "four ticks to a race window, requests sent twice",
    "an honest session ends",
    { raceWindow: 4, roundTrip: 4, repeats: true },
  ],
  ["three requests under way", "an honest session ends", { requests: 3 }],
  [
    "three requests, sent twice, of browsers that are killed",
    "an honest session ends",
    { raceWindow: 1, roundTrip: 1, requests: 3, repeats: true, flush: 1 },
  ],
  [
    "a finer clock, browsers that are killed",
    "an honest session ends",
    { raceWindow: 3, roundTrip: 3, flush: 3 },
  ],
  [
    "three requests, one answer that is three race windows late",
    "an honest session ends",
    { roundTrip: 1, requests: 3, straggler: 6 },
  ],
  [
    "three requests, and a failover that forgets two promotions",
    "an honest session ends",
    { raceWindow: 1, roundTrip: 1, requests: 3, forgets: 2 },
  ],
  ["a thief beside two requests of the owner", "both are served for ever", { requests: 2 }],
  ["a thief, a finer clock", "both are served for ever", { raceWindow: 2, roundTrip: 2 }],
  ["a thief and a failover", "both are served for ever", { forgets: 1 }],
];

const maxStates = 400_000;

for (const [name, failing, bounds] of worlds) {
  test(`G3 holds with ${name}`, { timeout: 120_000 }, (context) => {
    const { states, complete, history } = explored(realRules, failing, bounds, maxStates);
    context.diagnostic(`${states} states`);
    assert.equal(history, null);
    assert.ok(complete, "every state was seen");
  });
}

test("G3: both are served in five rounds at most, with requests and answers that are late", (context) => {
  const graph = graphOf(roundSpace(thiefSpace(realRules, besieged), besieged), maxStates);
  context.diagnostic(`${graph.states} states`);
  assert.ok(graph.complete, "every state was seen");
  assert.equal(mostRounds(graph), 5);
});
