import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeClock } from "../testing/fake-clock.ts";
import { Pace } from "./pace.ts";

function make(random = 0.5) {
  const clock = new FakeClock();
  return { clock, pace: new Pace({ clock, leaseMs: 2_000, waitMs: 1_000, random: () => random }) };
}

describe("the pace at which an issuer is asked", () => {
  test("lets a question wait only when nothing is left to be acknowledged", () => {
    const { pace } = make();
    assert.equal(pace.ask(), 0);
    pace.answered(true);
    assert.deepEqual([pace.delayMs, pace.ask()], [0, 0]);
    pace.answered(false);
    assert.deepEqual([pace.delayMs, pace.ask()], [0, 1_000]);
  });

  test("does not hurry an issuer that lets nobody wait", () => {
    const { clock, pace } = make();
    pace.ask();
    pace.answered(false);
    assert.equal(pace.ask(), 1_000);
    clock.advance(10);
    pace.answered(false);
    assert.equal(pace.delayMs, 990);
    clock.advance(990);
    assert.equal(pace.delayMs, 0);
  });

  test("lets nobody wait after a pause of this process, or a failure", () => {
    const { clock, pace } = make();
    pace.ask();
    pace.answered(false);
    clock.setWallClock(clock.now() + 60_000);
    assert.equal(pace.ask(), 0);
    pace.failed();
    assert.equal(pace.ask(), 0);
  });

  test("pauses longer after each failure, from when it was asked, and never for long", () => {
    const pauses = (random: number): number[] => {
      const { clock, pace } = make(random);
      return Array.from({ length: 6 }, () => {
        pace.ask();
        clock.advance(20);
        pace.failed();
        const { delayMs } = pace;
        clock.advance(delayMs);
        return delayMs;
      });
    };
    assert.deepEqual(pauses(0), [30, 80, 180, 380, 380, 380]);
    assert.deepEqual(pauses(1), [80, 180, 380, 780, 780, 780]);
  });

  test("begins again where it had begun, once there was an answer", () => {
    const { pace } = make(1);
    for (let failures = 0; failures < 5; failures += 1) pace.failed();
    pace.ask();
    pace.answered(true);
    pace.ask();
    pace.failed();
    assert.equal(pace.delayMs, 100);
  });
});
