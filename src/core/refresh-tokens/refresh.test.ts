import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeClock } from "../../testing/fake-clock.ts";
import {
  InMemoryLineages,
  type LineageCall,
  type LineageRow,
} from "../../../test/support/in-memory-lineages.ts";
import { AuthError } from "../errors.ts";
import { firstLineage, type Lineage } from "./lineage.ts";
import { refresh, type Refreshed } from "./refresh.ts";
import type { PresentedRefreshToken, RefreshHash } from "./refresh-token.ts";

const raceWindowMs = 30_000;
const hash = (number: number): RefreshHash => new Uint8Array(16).fill(number) as RefreshHash;
const isUnavailable = (error: unknown): boolean =>
  error instanceof AuthError && error.code === "store_unavailable";

/** A session `s` whose current token is 2, in generation 1, for a long time; and another one. */
function setUp(pause?: (call: LineageCall) => void): {
  readonly clock: FakeClock;
  readonly store: InMemoryLineages;
  readonly refreshBy: (facts: Partial<PresentedRefreshToken>) => Promise<Refreshed<LineageRow>>;
} {
  const clock = new FakeClock();
  const store = new InMemoryLineages((call) => Promise.resolve(pause?.(call)));
  const lineage: Lineage = { ...firstLineage(hash(2), 0), previous: hash(1), generation: 1 };
  store.insert("s", lineage);
  store.insert("other", lineage);
  const deps = { store, clock, time: clock, raceWindowMs, answerWithinMs: 2_000 };
  const token = { sessionId: "s", hash: hash(2), parent: hash(1), generation: 1, issuedAt: 0 };
  return {
    clock,
    store,
    refreshBy: (facts) => refresh({ ...token, authenticity: "authentic", ...facts }, deps),
  };
}

const child = { hash: hash(3), parent: hash(2), generation: 2 };

describe("refreshing", () => {
  test("by the current token gives a child of it, and writes nothing", async () => {
    const { clock, store, refreshBy } = setUp();
    const refreshed = await refreshBy({});
    assert.deepEqual(refreshed, {
      outcome: "refreshed",
      verdict: "current",
      session: store.rows.get("s"),
      readAt: clock.now(),
      child: { generation: 2, parent: hash(2) },
    });
    assert.deepEqual(store.writes, []);
  });

  test("by a ripe child makes it current, and gives a child of it", async () => {
    const { clock, store, refreshBy } = setUp();
    const refreshed = await refreshBy(child);
    assert.ok(refreshed.outcome === "refreshed");
    assert.deepEqual(refreshed.child, { generation: 3, parent: hash(3) });
    assert.deepEqual(store.rows.get("s")?.lineage.current, hash(3));
    assert.equal(store.rows.get("s")?.lineage.promotedAt, clock.now());
    assert.deepEqual(store.writes, ["promote s"]);
  });

  test("by a young child, or by who lost a race, gives an access token only", async () => {
    const { clock, store, refreshBy } = setUp();
    const young = await refreshBy({ ...child, issuedAt: clock.now() });
    assert.ok(young.outcome === "refreshed" && young.verdict === "too_young");
    assert.equal(young.child, null);
    await refreshBy(child);
    const late = await refreshBy({});
    assert.ok(late.outcome === "refreshed" && late.verdict === "race");
    assert.equal(late.child, null);
    assert.deepEqual(store.writes, ["promote s"]);
  });

  test("by sixteen at once makes one of them current; all are served", async () => {
    const { store, refreshBy } = setUp();
    const all = await Promise.all(
      Array.from({ length: 16 }, (_, index) => refreshBy({ ...child, hash: hash(10 + index) })),
    );
    const verdicts = all.map((each) => each.outcome === "refreshed" && each.verdict);
    assert.equal(verdicts.filter((verdict) => verdict === "promote").length, 1);
    assert.equal(verdicts.filter((verdict) => verdict === "race").length, 15);
    assert.deepEqual(store.writes, ["promote s"]);
  });

  test("by a token that was used and replaced ends that session, once", async () => {
    const { clock, store, refreshBy } = setUp();
    await refreshBy(child);
    clock.advance(raceWindowMs + 1);
    const all = await Promise.all([refreshBy({}), refreshBy({}), refreshBy({})]);
    assert.ok(all.every(({ outcome }) => outcome === "ended"));
    assert.equal(all.filter((each) => each.outcome === "ended" && each.reused).length, 1);
    assert.deepEqual([...store.rows.keys()], ["other"]);
    assert.deepEqual(store.writes, ["promote s", "revoke s"]);
  });

  test("of a session that has ended says so", async () => {
    const { store, refreshBy } = setUp();
    store.rows.clear();
    assert.deepEqual(await refreshBy({}), { outcome: "ended", reused: false });
  });

  test("by a token that cannot be decided changes nothing", async () => {
    const { store, refreshBy } = setUp();
    const undecided = await refreshBy({ ...child, authenticity: "unknown_key" });
    assert.deepEqual(undecided, { outcome: "undecidable" });
    assert.deepEqual(store.writes, []);
  });
});

describe("a process that stands still while it refreshes", () => {
  test("neither answers nor ends the session when it goes on", async () => {
    const { clock, store, refreshBy } = setUp();
    const thawed = refreshBy({});
    clock.advance(10 * raceWindowMs);
    await refreshBy(child);
    clock.advance(10 * raceWindowMs);
    await assert.rejects(thawed, isUnavailable);
    assert.deepEqual(store.writes, ["promote s"]);
  });

  test("gives no child when the promotion took too long, but the client can ask again", async () => {
    const slow = setUp((call) => {
      if (call === "promote") slow.clock.advance(1_001);
    });
    await assert.rejects(slow.refreshBy(child), isUnavailable);
    const again = await slow.refreshBy(child);
    assert.ok(again.outcome === "refreshed" && again.verdict === "current");
  });
});

describe("a record that moves on between read and write", () => {
  test("is judged again, and not ended for what it was", async () => {
    const moving = setUp((call) => {
      // A failover has brought back what the presented token is the current one of.
      if (call === "revokeReused") moving.store.insert("s", firstLineage(hash(9), 0));
    });
    const refreshed = await moving.refreshBy({ hash: hash(9), parent: null, generation: 0 });
    assert.ok(refreshed.outcome === "refreshed" && refreshed.verdict === "current");
    assert.deepEqual(moving.store.writes, []);
  });

  test("ever again is answered: ask again", async () => {
    let generation = 1;
    const moving = setUp((call) => {
      const lineage = { ...firstLineage(hash(2), 0), generation: (generation += 1) };
      if (call === "promote") moving.store.insert("s", lineage);
    });
    await assert.rejects(moving.refreshBy(child), isUnavailable);
    assert.deepEqual(moving.store.writes, []);
  });
});
