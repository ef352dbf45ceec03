/**
 * Where time comes from. Two readings, because they fail differently: the wall clock can be set, the
 * monotonic one stands still while a machine sleeps.
 */
export interface Clock {
  /** Wall-clock time: milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /** Runs `task` once after `delayMs`, for batching and polling, never to decide expiry. Returns its cancellation. */
  schedule(delayMs: number, task: () => void): () => void;
}

/** The process's own clocks. Scheduled tasks do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
