import { AuthError } from "./errors.ts";
import type { EventHub } from "./events.ts";
import type { GuardedStore } from "./guarded-store.ts";
import type { Clock } from "../util/clock.ts";
import type { SharedKeys } from "./keys/shared-keys.ts";
import type { Accounts } from "./users/accounts.ts";

const firstAfterMs = 1_000;
const everyMs = 60_000;
const patienceMs = 1_000;

/** What is done now and then beside the requests. */
export interface Housekeeping {
  start(): void;
  /** Resolves when nothing is under way any more, or does not end within a second. */
  stop(): Promise<void>;
}

/**
 * Completes revocations that a crash interrupted, replaces signing keys that are old, and removes rows that nothing will ask for again. No verdict waits
 * for the latter: what has expired is refused whether its row is still there or not.
 */
export function createHousekeeping(deps: {
  readonly store: GuardedStore;
  readonly accounts: Accounts | null;
  readonly keys: Pick<SharedKeys, "keepUp">;
  readonly clock: Clock;
  readonly events: EventHub;
}): Housekeeping {
  const { store, accounts, keys, clock, events } = deps;
  let cancel: (() => void) | null = null;
  let sweeping: Promise<void> | null = null;

  async function sweep(): Promise<void> {
    await accounts?.completePendingRevocations();
    const now = clock.now();
    await store.sessions.purge(now);
    await store.revocation.purge(now);
    await store.attempts?.purge(now);
  }

  async function sweepAndGoOn(): Promise<void> {
    // Keys are replaced also where a row cannot be removed.
    const outcomes = await Promise.allSettled([sweep(), keys.keepUp()]);
    const failures = outcomes.filter((outcome) => outcome.status === "rejected");
    for (const { reason } of failures) {
      if (!(reason instanceof AuthError)) events.emit("error", { error: reason });
    }
    if (failures.length > 0) {
      events.warnOnce(
        "housekeeping_failed",
        "Housekeeping could not reach the store; it is tried again every minute.",
      );
    }
    if (cancel !== null) sweepAfter(everyMs);
  }

  function sweepAfter(delayMs: number): void {
    cancel = clock.schedule(delayMs, () => {
      sweeping = sweepAndGoOn().finally(() => {
        sweeping = null;
      });
    });
  }

  return {
    start: () => sweepAfter(firstAfterMs),
    async stop() {
      cancel?.();
      cancel = null;
      if (sweeping === null) return;
      const { promise: patienceEnds, resolve } = Promise.withResolvers<void>();
      const ended = clock.schedule(patienceMs, resolve, true);
      await Promise.race([sweeping, patienceEnds]);
      ended();
    },
  };
}
