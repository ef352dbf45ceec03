import assert from "node:assert/strict";
import { test } from "node:test";
import { dateText, momentText, timeText, waitText } from "./time-text.ts";

const now = Date.UTC(2026, 2, 20, 12, 0, 0);
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const cases: readonly [age: number, text: string][] = [
  [0, "just now"],
  [59 * second, "just now"],
  [minute, "1 minute ago"],
  [2 * minute - 1, "1 minute ago"],
  [5 * minute, "5 minutes ago"],
  [hour - 1, "59 minutes ago"],
  [hour, "1 hour ago"],
  [day - 1, "23 hours ago"],
  [day, "1 day ago"],
  [7 * day - 1, "6 days ago"],
  [7 * day, "on 13 March 2026"],
  [17 * day, "on 3 March 2026"],
  [400 * day, "on 13 February 2025"],
];

for (const [age, text] of cases) {
  test(`says "${text}" after ${age} ms`, () => assert.equal(timeText(now - age, now), text));
}

test("takes a clock that is a little ahead for now, and names a later day by its date", () => {
  assert.equal(timeText(now + 59 * second, now), "just now");
  assert.equal(timeText(now + 2 * day, now), "on 22 March 2026");
});

test("names days in UTC, wherever the server stands", () => {
  assert.equal(dateText(Date.UTC(2026, 11, 31, 23, 59, 59)), "31 December 2026");
});

test("tells a moment to the minute and says in which zone", () => {
  assert.equal(momentText(Date.UTC(2026, 2, 3, 14, 5, 59)), "3 March 2026 at 14:05 UTC");
});

test("never promises a shorter wait than there is", () => {
  assert.equal(waitText(0), "1 second");
  assert.equal(waitText(1.2), "2 seconds");
  assert.equal(waitText(89), "89 seconds");
  assert.equal(waitText(90), "2 minutes");
  assert.equal(waitText(121), "3 minutes");
  assert.equal(waitText(5_400), "2 hours");
});
