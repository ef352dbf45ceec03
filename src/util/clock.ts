/**
 * Where time comes from. Two readings, because they fail differently: the wall clock can be set, the
 * monotonic one stands still while a machine sleeps.
 */
export interface Clock {
  /** Wall-clock time: milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /**
   * Runs `task` once after `delayMs`, for batching and polling, never to decide expiry. Returns its cancellation. It does
   * not keep the process alive, unless somebody waits for it (`awaited`).
   */
  schedule(delayMs: number, task: () => void, awaited?: boolean): () => void;
}

/** The clocks of whatever runtime this is. Where timers keep a process alive, only those do that somebody waits for. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, task, awaited = false) {
    const timer: ReturnType<typeof setTimeout> | number = setTimeout(task, delayMs);
    // In pages and in workers it is a number.
    if (!awaited && typeof timer === "object") timer.unref();
    return () => clearTimeout(timer);
  },
};
