import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "./clock.ts";

test("schedules where a timer is a number, as in pages and in workers", (t) => {
  const scheduled: [task: () => void, delayMs: number][] = [];
  const cancelled: unknown[] = [];
  t.mock.method(globalThis, "setTimeout", (task: () => void, delayMs: number) =>
    scheduled.push([task, delayMs]),
  );
  t.mock.method(globalThis, "clearTimeout", (timer: unknown) => cancelled.push(timer));
  let ran = 0;
  const cancel = systemClock.schedule(250, () => (ran += 1));
  const [[task, delayMs] = []] = scheduled;
  task?.();
  cancel();
  assert.deepEqual([ran, delayMs, cancelled], [1, 250, [1]]);
});
