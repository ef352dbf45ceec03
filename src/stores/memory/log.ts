import type {
  Cursor,
  LogEntry,
  Logged,
  Seq,
  Stamp,
  SyncAnswer,
  SyncingProcess,
  SyncRequest,
} from "../../core/revocation/revocation-store.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";

interface ProcessRow {
  acknowledged: Seq;
  liveUntil: number;
  keepForMs: number;
  seenAt: number;
}

/** What an entry says, before the log gives it its place. */
export type Unlogged = Pick<LogEntry, "scope" | "target" | "kind" | "except" | "reason">;

/** The revocation log, its head, and the processes that read it. One partition: one event loop appends in its order. */
export class RevocationLog {
  #head: Seq = 0;
  #prunedTo: Seq = 0;
  #entries: LogEntry[] = [];
  readonly #processes = new Map<string, ProcessRow>();
  readonly #listeners = new Set<() => void>();

  append(unlogged: Unlogged, stamp: Stamp): Logged {
    const seq = this.#nextSeq(stamp.now);
    const entry: LogEntry = {
      seq,
      id: stamp.entryId,
      cut: seq,
      ...unlogged,
      keepUntil: stamp.now + Math.max(stamp.keepForMs, this.#longestKeep(stamp.now)),
    };
    this.#add(entry);
    return { partition: 0, entry };
  }

  /** The newest change after this place that names the user or one of the sessions; null when there is none. */
  lastChange(after: Seq, userId: string | null, sessionIds: ReadonlySet<string>): Seq | null {
    const last = this.#entries.findLast(
      ({ seq, kind, scope, target }) =>
        seq <= after ||
        (kind === "changed" &&
          ((scope === "user" && target === userId) ||
            (scope === "session" && sessionIds.has(target)))),
    );
    return last === undefined || last.seq <= after ? null : last.seq;
  }

  /** The highest cut above the session's mark of what changed its user's claims; null when there is none. */
  newestCutOfChange({ userId, mark }: Pick<SessionRecord, "userId" | "mark">): Seq | null {
    let newest = mark;
    for (const { kind, scope, target, cut } of this.#entries) {
      if (kind === "changed" && scope === "user" && target === userId && cut > newest) newest = cut;
    }
    return newest > mark ? newest : null;
  }

  sync({ processId, cursor, liveForMs, keepForMs, now }: SyncRequest): SyncAnswer {
    if (cursor !== null) this.#head = Math.max(this.#head, cursor.seq);
    const found = this.#after(cursor);
    this.#processes.set(processId, {
      // Whose log was cut has read nothing of the one that there is now.
      acknowledged: found.outcome === "cut" ? 0 : (cursor?.seq ?? 0),
      liveUntil: now + liveForMs,
      keepForMs,
      seenAt: now,
    });
    return { ...found, storeNow: now };
  }

  #after(cursor: Cursor | null): Pick<SyncAnswer, "outcome" | "entries"> {
    if (cursor === null || cursor.seq < this.#prunedTo)
      return { outcome: "afresh", entries: [...this.#entries] };
    // Both must fit: an entry that was lost and written back has its id at another place, with others before it.
    const index = this.#entries.findLastIndex(
      ({ id, seq }) => id === cursor.entryId && seq === cursor.seq,
    );
    if (index !== -1) return { outcome: "next", entries: this.#entries.slice(index + 1) };
    if (cursor.seq > this.#prunedTo) return { outcome: "cut", entries: [...this.#entries] };
    return { outcome: "next", entries: this.#entries.filter((entry) => entry.seq > cursor.seq) };
  }

  /** Answers the entries that the log did lack, in their new places. */
  restore(entries: readonly LogEntry[], cursor: Cursor, now: number): readonly LogEntry[] {
    this.#head = Math.max(this.#head, cursor.seq);
    const known = new Set(this.#entries.map((entry) => entry.id));
    const restored: LogEntry[] = [];
    for (const entry of entries) {
      if (known.has(entry.id) || entry.keepUntil <= now) continue;
      known.add(entry.id);
      restored.push({ ...entry, seq: this.#nextSeq(now) });
    }
    for (const entry of restored) this.#add(entry);
    return restored;
  }

  processes(now: number): readonly SyncingProcess[] {
    return Array.from(this.#processes, ([processId, { acknowledged, liveUntil }]) => ({
      processId,
      acknowledged,
      liveUntil,
    })).filter((process) => process.liveUntil > now);
  }

  leave(processId: string): void {
    const row = this.#processes.get(processId);
    if (row !== undefined) row.liveUntil = 0;
  }

  prune(now: number): void {
    for (const entry of this.#entries) {
      if (entry.keepUntil <= now) this.#prunedTo = Math.max(this.#prunedTo, entry.seq);
    }
    this.#entries = this.#entries.filter((entry) => entry.keepUntil > now);
    for (const [id, row] of this.#processes) {
      if (row.liveUntil <= now && row.seenAt + row.keepForMs <= now) this.#processes.delete(id);
    }
  }

  /** For tests: what a failover to a replica does that knew nothing after `seq`. */
  loseAfter(seq: Seq): void {
    this.#entries = this.#entries.filter((entry) => entry.seq <= seq);
    this.#head = Math.min(this.#head, seq);
  }

  onHint(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #add(entry: LogEntry): void {
    this.#entries.push(entry);
    for (const listener of this.#listeners) queueMicrotask(listener);
  }

  #nextSeq(now: number): Seq {
    this.#head = Math.max(this.#head + 1, Math.floor(now * 1000));
    return this.#head;
  }

  #longestKeep(now: number): number {
    let longest = 0;
    for (const row of this.#processes.values()) {
      if (row.seenAt + row.keepForMs > now) longest = Math.max(longest, row.keepForMs);
    }
    return longest;
  }
}
