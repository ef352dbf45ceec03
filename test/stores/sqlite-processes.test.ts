import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { sqliteStore } from "symbolon/stores/sqlite";
import { Child } from "./children/child.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Round {
  readonly registered: "inserted" | "email_taken";
  readonly takes: readonly ("taken" | "exhausted")[];
  readonly signIns: readonly ("inserted" | "superseded")[];
  /** The places of the entries that this process logged in the round, and of those that its sync answered. */
  readonly logged: readonly number[];
  readonly learnt: readonly number[];
}

const rounds = 150;

describe("two processes on one SQLite file that open it and race at the same time", () => {
  const path = join(temporaryFolder(), "app.db");
  let pairs: readonly (readonly [Round, Round])[] = [];

  before(async () => {
    const children = ["sign-in", "revoke"].map(
      (part) => new Child("race.ts", path, part, String(rounds)),
    );
    for (const child of children) assert.equal(await child.hear(), "ready");
    for (const child of children) child.say("go");
    const [signingIn, revoking] = (await Promise.all(children.map((child) => child.hear()))).map(
      (line) => JSON.parse(line ?? "null") as readonly Round[],
    );
    assert.ok(signingIn !== undefined && revoking !== undefined);
    pairs = signingIn.flatMap((one, index) => {
      const other = revoking[index];
      return other === undefined ? [] : [[one, other] as const];
    });
  });

  test("both finish every round", () => {
    assert.equal(pairs.length, rounds);
  });

  test("of two registrations of one email, exactly one is inserted", () => {
    for (const pair of pairs) {
      assert.deepEqual(pair.map(({ registered }) => registered).sort(), [
        "email_taken",
        "inserted",
      ]);
    }
  });

  test("of six takes with burst 3, exactly three are taken", () => {
    for (const pair of pairs) {
      const takes = pair.flatMap((round) => round.takes);
      assert.equal(takes.filter((outcome) => outcome === "taken").length, 3);
    }
  });

  test("no sign-in survives the revocation that it raced with", async (t) => {
    const store = sqliteStore(path);
    await store.open();
    t.after(() => store.close());
    for (let round = 0; round < rounds; round += 1) {
      assert.deepEqual(await store.sessions.listOf(`user ${round}`), []);
    }
    const outcomes = pairs.flatMap((pair) => pair.flatMap(({ signIns }) => signIns));
    assert.equal(outcomes.length, 2 * rounds);
  });

  test("each learns of every entry of both, in the order of their places", () => {
    const logged = pairs.flatMap((pair) => pair.flatMap((round) => round.logged));
    for (const process of [0, 1] as const) {
      const learnt = pairs.flatMap((pair) => pair[process].learnt);
      assert.deepEqual(
        learnt,
        learnt.toSorted((a, b) => a - b),
      );
      const last = learnt.at(-1) ?? 0;
      assert.deepEqual(
        learnt,
        logged.filter((seq) => seq <= last).toSorted((a, b) => a - b),
      );
    }
    assert.equal(new Set(logged).size, 2 * rounds);
  });
});
