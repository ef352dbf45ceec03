import type { Clock } from "../util/clock.ts";

/** The clocks of whatever runtime this is. Where timers keep a process alive (Node), only those do that somebody waits for. */
export const runtimeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, task, awaited = false) {
    const timer: unknown = setTimeout(task, delayMs);
    if (!awaited && isDetachable(timer)) timer.unref();
    return () => clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
};

function isDetachable(timer: unknown): timer is { unref(): void } {
  return typeof timer === "object" && timer !== null && "unref" in timer;
}
