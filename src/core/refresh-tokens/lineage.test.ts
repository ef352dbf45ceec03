import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { firstLineage, judgeRefresh, type Lineage, type RefreshVerdict } from "./lineage.ts";
import type { PresentedRefreshToken, RefreshHash } from "./refresh-token.ts";

const raceWindow = 30_000;
const ripe = 3 * raceWindow;
/** When `lineage` was promoted. */
const then = Date.UTC(2026, 0, 1);

const hash = (number: number): RefreshHash => new Uint8Array(16).fill(number) as RefreshHash;
const current = hash(1);
const previous = hash(2);
const displaced = hash(3);
const other = hash(4);
const unknown = hash(5);

const lineage: Lineage = { ...firstLineage(current, then), previous, generation: 7 };

function token(facts: Partial<PresentedRefreshToken>): PresentedRefreshToken {
  const first = { sessionId: "s", hash: other, parent: unknown, generation: 7, issuedAt: then };
  return { ...first, authenticity: "authentic", ...facts };
}

function judged(
  facts: Partial<PresentedRefreshToken>,
  after: number,
  change: Partial<Lineage> = {},
): RefreshVerdict {
  return judgeRefresh({ ...lineage, ...change }, token(facts), then + after, raceWindow);
}

const sibling = { parent: previous };
const child = { parent: current, generation: 8 };

describe("a refresh token is judged", () => {
  const cases: readonly [
    what: string,
    facts: Partial<PresentedRefreshToken>,
    after: number,
    outcome: RefreshVerdict["outcome"],
    change?: Partial<Lineage>,
  ][] = [
    ["the current one, at once", { hash: current, parent: previous }, 0, "current"],
    ["the current one, a year later", { hash: current, parent: previous }, 3e10, "current"],
    ["a child of it, when three race windows old", child, ripe, "too_young"],
    ["a child of it, when older", child, ripe + 1, "promote"],
    ["a child of it that comes from the future", child, -1, "too_young"],
    ["the previous one, within the race window", { hash: previous }, raceWindow, "race"],
    ["the previous one, later", { hash: previous }, raceWindow + 1, "reuse"],
    ["a sibling, within the race window", sibling, raceWindow, "race"],
    ["a sibling, later", sibling, raceWindow + 1, "takeover"],
    ["a sibling, after another took over", sibling, raceWindow + 1, "reuse", { displaced }],
    ["the displaced one, within the race window", { hash: displaced }, 1, "race", { displaced }],
    ["the displaced one, later", { hash: displaced }, raceWindow + 1, "reuse", { displaced }],
    [
      "a child of the displaced one, within the race window",
      { parent: displaced, generation: 8 },
      raceWindow,
      "race",
      { displaced },
    ],
    [
      "a child of the displaced one, later",
      { parent: displaced, generation: 8 },
      raceWindow + 1,
      "reuse",
      { displaced },
    ],
    ["a stranger of the same generation", {}, 0, "reuse"],
    ["a stranger of an earlier generation", { generation: 3 }, 0, "reuse"],
    ["a stranger of the next generation", { generation: 8 }, 0, "recovered"],
    ["a stranger of a later generation", { generation: 12 }, ripe, "recovered"],
    ["a stranger, after a recovery", { generation: 3 }, ripe, "race", { recovered: true }],
    ["a stranger, later", { generation: 3 }, ripe + 1, "reuse", { recovered: true }],
  ];
  for (const [what, facts, after, outcome, change] of cases) {
    test(`${what}: ${outcome}`, () => assert.equal(judged(facts, after, change).outcome, outcome));
  }

  test("the first of a session has no parent that could be confused with none", () => {
    const verdict = judgeRefresh(
      firstLineage(current, then),
      token({ parent: null, generation: 0 }),
      then + ripe,
      raceWindow,
    );
    assert.deepEqual(verdict, { outcome: "reuse" });
  });
});

describe("what is written", () => {
  const next = (verdict: RefreshVerdict): Lineage | null =>
    "next" in verdict ? verdict.next : null;
  const now = then + ripe + 1;

  test("by a promotion: one generation more, and who was displaced is forgotten", () =>
    assert.deepEqual(next(judged(child, ripe + 1, { displaced, recovered: true })), {
      current: other,
      previous: current,
      displaced: null,
      generation: 8,
      promotedAt: now,
      recovered: false,
    }));

  test("by a takeover: the same generation, and who is displaced", () =>
    assert.deepEqual(next(judged(sibling, ripe + 1)), {
      current: other,
      previous,
      displaced: current,
      generation: 7,
      promotedAt: now,
      recovered: false,
    }));

  test("by a recovery: the token's generation, and its parent as the previous one", () =>
    assert.deepEqual(next(judged({ generation: 12 }, ripe + 1, { displaced })), {
      current: other,
      previous: unknown,
      displaced: null,
      generation: 12,
      promotedAt: now,
      recovered: true,
    }));
});

describe("a token under an unknown key", () => {
  const authenticity = "unknown_key";

  test("that the record does not know changes nothing, whatever it says of itself", () => {
    for (const parent of [current, previous, displaced, unknown, null])
      for (const generation of [0, 6, 7, 8, 9, 4_294_967_295])
        for (const issuedAt of [0, then, then + 1e12])
          for (const change of [{}, { displaced }, { recovered: true }])
            for (const after of [0, raceWindow + 1, ripe + 1])
              assert.deepEqual(
                judged({ authenticity, parent, generation, issuedAt }, after, change),
                {
                  outcome: "undecidable",
                },
              );
  });

  test("that the record knows is what the record says", () => {
    assert.equal(judged({ authenticity, hash: current }, 0).outcome, "current");
    assert.equal(judged({ authenticity, hash: previous }, 1).outcome, "race");
    assert.equal(judged({ authenticity, hash: previous }, raceWindow + 1).outcome, "reuse");
    assert.equal(judged({ authenticity, hash: displaced }, 1, { displaced }).outcome, "race");
  });
});
