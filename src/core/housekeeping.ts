import type { EventHub } from "./events.ts";
import type { GuardedStore } from "./guarded-store.ts";
import type { Clock } from "../util/clock.ts";
import type { Accounts } from "./users/accounts.ts";

const firstAfterMs = 1_000;
const everyMs = 60_000;

/**
 * Now and then: completes revocations that a crash interrupted, and removes rows that nothing will ask for again. No
 * verdict waits for the latter: what has expired is refused whether its row is still there or not.
 */
export function startHousekeeping(deps: {
  readonly store: GuardedStore;
  readonly accounts: Accounts | null;
  readonly clock: Clock;
  readonly events: EventHub;
}): { stop(): void } {
  const { store, accounts, clock, events } = deps;
  let cancel = schedule(firstAfterMs);

  function schedule(delayMs: number): () => void {
    return clock.schedule(delayMs, () => {
      cancel = schedule(everyMs);
      sweep().catch(() =>
        events.warnOnce(
          "housekeeping_failed",
          "Housekeeping could not reach the store; it is tried again every minute.",
        ),
      );
    });
  }

  async function sweep(): Promise<void> {
    await accounts?.completePendingRevocations();
    const now = clock.now();
    await store.sessions.purge(now);
    await store.revocation.purge(now);
    await store.attempts?.purge(now);
  }

  return { stop: () => cancel() };
}
