import { setImmediate } from "node:timers/promises";
import type { FakeClock } from "symbolon/testing";

/** How often an engine with the usual lease looks at its log. */
const pollEveryMs = 500;

/** Lets time pass as it does: with every poll of the log, and with what follows from each. */
export async function passTime(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= pollEveryMs) {
    clock.advance(Math.min(left, pollEveryMs));
    // A store in memory has answered, and its answer has been acted upon, before the loop turns.
    await setImmediate();
  }
}
