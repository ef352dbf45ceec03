import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeCounts, watchedCounters, type Watching } from "./change-counts.ts";

const session: Watching = { id: "session-1", userId: "user-1", tenantId: "tenant-1" };

test("what is said of a session, its user, its tenant or everybody changes the count that it watches", () => {
  const counts = new ChangeCounts();
  const watched = watchedCounters(session);
  let before = counts.of(watched);
  const says = [
    () => counts.note("session-1"),
    () => counts.note("user-1"),
    () => counts.note("tenant-1"),
    () => counts.noteAll(),
  ];
  for (const say of says) {
    say();
    assert.notEqual(counts.of(watched), before);
    before = counts.of(watched);
  }
});

test("also where the three share a counter", () => {
  const counts = new ChangeCounts();
  const watched = watchedCounters({ id: "same", userId: "same", tenantId: "same" });
  const before = counts.of(watched);
  counts.note("same");
  assert.notEqual(counts.of(watched), before);
});

test("a guest without a user or a tenant watches itself and everybody", () => {
  const counts = new ChangeCounts();
  const watched = watchedCounters({ id: "guest", userId: null, tenantId: null });
  const before = counts.of(watched);
  counts.note("guest");
  const noted = counts.of(watched);
  assert.notEqual(noted, before);
  counts.noteAll();
  assert.notEqual(counts.of(watched), noted);
});

test("what is said of others hardly ever changes it", () => {
  const counts = new ChangeCounts();
  const watched = watchedCounters(session);
  let changed = 0;
  for (let other = 0; other < 10_000; other += 1) {
    const before = counts.of(watched);
    counts.note(`user-${other + 2}`);
    if (counts.of(watched) !== before) changed += 1;
  }
  // Three of 1024 counters: about 29 of 10,000.
  assert.ok(changed < 100, `${changed} of 10,000`);
});
