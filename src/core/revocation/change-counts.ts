/** Whose changes can concern a session. */
export interface Watching {
  readonly id: string;
  readonly userId: string | null;
  readonly tenantId: string | null;
}

/** Three counters, those of a session, its user and its tenant, in one small integer: no memory, no look-up. */
export type WatchedCounters = number & { readonly __brand: "WatchedCounters" };

const indexBits = 10;
const lastIndex = (1 << indexBits) - 1;

/**
 * Counts what is said of sessions, users and tenants, so that a session need not be judged again while nothing is said that
 * could concern it, however much is said of others. Ids share counters (1024, 8 KB): then a session is judged once more
 * than it needs.
 */
export class ChangeCounts {
  readonly #counts = new Float64Array(lastIndex + 1);
  #ofAll = 0;

  note(target: string): void {
    const index = indexOf(target);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** Something was said that concerns everybody. */
  noteAll(): void {
    this.#ofAll += 1;
  }

  /** A sum of counters that only grow: while it is the same, so is each of them. */
  of(watched: WatchedCounters): number {
    const counts = this.#counts;
    return (
      this.#ofAll +
      (counts[watched & lastIndex] ?? 0) +
      (counts[(watched >> indexBits) & lastIndex] ?? 0) +
      (counts[watched >> (2 * indexBits)] ?? 0)
    );
  }
}

/** The counters that concern a session. */
export function watchedCounters({ id, userId, tenantId }: Watching): WatchedCounters {
  const session = indexOf(id);
  const user = userId === null ? session : indexOf(userId);
  const tenant = tenantId === null ? session : indexOf(tenantId);
  return (session | (user << indexBits) | (tenant << (2 * indexBits))) as WatchedCounters;
}

/** FNV-1a, which spreads ids that differ in a few characters only. */
function indexOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  }
  return (hash ^ (hash >>> indexBits) ^ (hash >>> (2 * indexBits))) & lastIndex;
}
