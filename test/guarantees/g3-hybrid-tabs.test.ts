import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import type { Store } from "../../src/core/ports.ts";
import { liveThroughStorms } from "./many-tabs/story.ts";
import { pollWithStolen, presentOldToken, type Thief } from "./many-tabs/theft.ts";

function oneMemory(): readonly Store[] {
  const store = memoryStore();
  return [store, store, store, store];
}

/** The full size runs on every store in `test/ci/hybrid-tabs.ci.ts`. */
describe("G3: tabs that refresh at once through four processes, a fifth of the answers lost", () => {
  test("are all served, with one row, also while keys are rotated and promotions lost", async (context) => {
    await liveThroughStorms(context, oneMemory(), { tabs: 100, generations: 15 });
    await liveThroughStorms(context, oneMemory(), { tabs: 6, generations: 200 }, 2);
  });

  for (const seed of [3, 4, 5]) {
    test(`lose that session only, once a thief uses an old token (${seed})`, (context) =>
      presentOldToken(context, oneMemory(), { tabs: 20, storms: 2 + seed }, seed));
  }
});

describe("G3: a thief who copied the jar and polls every five seconds", () => {
  const thieves: readonly Thief[] = [
    { copies: "between storms", keeps: "what he stole" },
    { copies: "between storms", keeps: "the newest" },
    { copies: "in a storm", keeps: "what he stole" },
    { copies: "in a storm", keeps: "the newest" },
  ];
  for (const [index, thief] of thieves.entries()) {
    test(`${thief.copies}, with ${thief.keeps}, ends that session and no other`, async (context) => {
      const rounds: number[] = [];
      for (const seed of [10, 20, 30]) {
        rounds.push(await pollWithStolen(context, oneMemory(), thief, 4, seed + index));
      }
      context.diagnostic(`after ${rounds.join(", ")} rounds of the owner`);
    });
  }
});
