import { AuthError } from "../errors.ts";
import type { Clock, PasswordHasher } from "../ports.ts";

/** Lets a few hash at once and makes the others wait, so that a burst of sign-ins starves nothing. */
export interface HashingQueue {
  /**
   * Runs `task` in a slot, first come, first served, and answers what it answers. What must be decided at the
   * moment the work begins, such as counting an attempt, belongs inside the task.
   * @throws AuthError `too_many_requests` at once when too many wait; the task has not run then.
   */
  run<T>(task: (hasher: PasswordHasher) => Promise<T>): Promise<T>;
}

/** How much a process hashes at once. */
export interface HashingLimits {
  /** Tasks in a slot at once. */
  readonly concurrency: number;
  /** Tasks that wait for a slot at most. */
  readonly maxWaiting: number;
}

/** Puts a queue in front of a hasher. */
export function createHashingQueue(
  dependencies: { readonly hasher: PasswordHasher; readonly clock: Clock } & HashingLimits,
): HashingQueue {
  const { hasher, clock, concurrency, maxWaiting } = dependencies;
  const waiting: (() => void)[] = [];
  let running = 0;
  let usualTaskMs = 0;

  async function enter(): Promise<void> {
    if (running < concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= maxWaiting) {
      const drainedInMs = (waiting.length / concurrency) * usualTaskMs;
      throw new AuthError("too_many_requests", {
        retryAfterSeconds: Math.max(1, Math.ceil(drainedInMs / 1_000)),
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    // The slot passes from hand to hand: if it were freed first, a newcomer could overtake those who wait.
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async run(task) {
      await enter();
      const startedAt = clock.monotonic();
      try {
        return await task(hasher);
      } finally {
        const tookMs = clock.monotonic() - startedAt;
        usualTaskMs = usualTaskMs === 0 ? tookMs : usualTaskMs * 0.9 + tookMs * 0.1;
        leave();
      }
    },
  };
}
