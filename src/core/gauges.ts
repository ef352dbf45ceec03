import type { RevocationLog } from "./revocation/revocation-log.ts";
import type { SessionCache } from "./sessions/session-cache.ts";

/** What the engine is like at this moment: numbers for a monitor to read now and then. Reading them does no I/O. */
export interface Gauges {
  /**
   * How long ago this process last knew the whole revocation log for certain: milliseconds; null before the first time.
   * Up to `pollEvery` in quiet times. Past the lease, sessions are read from the store one by one.
   */
  readonly revocationLagMs: number | null;
  /** Whether sessions that this process knows are judged without the store. */
  readonly leaseIsFresh: boolean;
  /** How many entries of the log it holds: about 400 bytes each. */
  readonly revocationEntries: number;
  /** How many sessions it knows, at most `revocation.cacheSize`. */
  readonly cachedSessions: number;
}

export function readGauges(log: RevocationLog, cache: SessionCache): Gauges {
  const lagMs = log.ageMs;
  return {
    revocationLagMs: Number.isFinite(lagMs) ? lagMs : null,
    leaseIsFresh: log.followers.every(({ lease }) => lease.isFresh),
    revocationEntries: log.followers.reduce((sum, { view }) => sum + view.entries.length, 0),
    cachedSessions: cache.size,
  };
}
