import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { CoarseTime } from "./coarse-time.ts";

const now = Date.parse("2026-11-23T10:00:00Z");
const year = 365 * 86_400_000;

test("a time is noted at most 16 ms early, and never late", () => {
  const time = new CoarseTime(now);
  fc.assert(
    fc.property(fc.double({ min: now - year, max: now + year, noNaN: true }), (ms) => {
      const noted = time.of(time.note(ms));
      assert.ok(noted <= ms && noted > ms - 16);
    }),
  );
});

test("what is noted within a year is a small integer", () => {
  const time = new CoarseTime(now + 0.5);
  for (const ms of [now - year, now, now + 1, now + year]) {
    const noted = time.note(ms);
    assert.equal(noted | 0, noted);
  }
});
