import type { EventHub } from "./events.ts";
import type { GuardedStore } from "./guarded-store.ts";
import type { Clock } from "../util/clock.ts";

const everyMs = 600_000;

/**
 * Removes rows that nothing will ask for again, every ten minutes. Nothing depends on it: what has expired is refused
 * whether its row is still there or not.
 */
export function startHousekeeping(deps: {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly events: EventHub;
}): { stop(): void } {
  const { store, clock, events } = deps;
  let cancel = schedule();

  function schedule(): () => void {
    return clock.schedule(everyMs, () => {
      cancel = schedule();
      sweep().catch(() =>
        events.warnOnce(
          "housekeeping_failed",
          "Expired rows could not be removed; this is tried again every ten minutes.",
        ),
      );
    });
  }

  async function sweep(): Promise<void> {
    const now = clock.now();
    await store.sessions.purge(now);
    await store.revocation.purge(now);
    await store.attempts?.purge(now);
  }

  return { stop: () => cancel() };
}
