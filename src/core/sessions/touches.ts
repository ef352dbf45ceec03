import type { Clock } from "../../util/clock.ts";
import { purgeAt } from "./lifetime.ts";
import type { SessionConfig } from "./options.ts";
import type { SessionRecord, SessionStore, Touch } from "./session-store.ts";

/** How long touches are gathered, and how many at most, before one write. */
const gatherMs = 1_000;
const maxGathered = 500;
/** How long after a failure it is tried again. */
const retryMs = 5_000;

/** Writes "last seen" in batches, so that reading never costs a write. */
export interface Touches {
  /**
   * Notes that the session was seen at `now`, and answers it so. Answers it unchanged when that was written less than
   * `touchEvery` ago.
   */
  note(session: SessionRecord, now: number): SessionRecord;
  /** Writes what is gathered. @throws what the store throws; what was not written is kept. */
  flush(): Promise<void>;
}

export function createTouches(deps: {
  readonly store: Pick<SessionStore, "touch">;
  readonly config: SessionConfig;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}): Touches {
  const { store, config, clock } = deps;
  let gathered = new Map<string, Touch>();
  let scheduled = false;

  async function flush(): Promise<void> {
    if (gathered.size === 0) return;
    const batch = gathered;
    gathered = new Map();
    try {
      await store.touch([...batch.values()]);
    } catch (error) {
      // Kept, but bounded and never over a newer one: a long outage must not fill the memory.
      for (const [id, touch] of batch) {
        if (gathered.size >= 10 * maxGathered) break;
        if (!gathered.has(id)) gathered.set(id, touch);
      }
      throw error;
    }
  }

  async function flushNow(): Promise<void> {
    scheduled = false;
    try {
      await flush();
    } catch (error) {
      deps.onFailure(error);
      flushAfter(retryMs);
    }
  }

  function flushAfter(delayMs: number): void {
    if (scheduled) return;
    scheduled = true;
    clock.schedule(delayMs, () => void flushNow());
  }

  return {
    flush,
    note(session, now) {
      if (now - session.lastSeenAt < config.touchEveryMs) return session;
      const written = gathered.get(session.id)?.lastSeenAt ?? session.lastSeenAt;
      if (now - written < config.touchEveryMs) return session;
      const seen = { ...session, lastSeenAt: now };
      const touched = { ...seen, purgeAt: purgeAt(seen, config) };
      gathered.set(session.id, { id: session.id, lastSeenAt: now, purgeAt: touched.purgeAt });
      if (gathered.size >= maxGathered) void flushNow();
      else flushAfter(gatherMs);
      return touched;
    },
  };
}
