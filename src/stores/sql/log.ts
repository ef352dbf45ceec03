import type { LogEntry, Logged, Seq, Stamp } from "../../core/revocation/revocation-store.ts";
import { toInteger, toText, toTextOrNull } from "./rows.ts";
import { statement, type Row, type Script } from "./script.ts";

const columns = "seq, id, cut, scope, target, kind, excepted, reason, keep_until";

export const allEntriesSql: string = `select ${columns} from symbolon_log order by seq`;

export const entriesFromSql: string = `select ${columns} from symbolon_log where seq >= ? order by seq`;

const insertSql = `insert into symbolon_log (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** What an entry says, before the log gives it its place. */
export type Unlogged = Pick<LogEntry, "scope" | "target" | "kind" | "except" | "reason">;

/** The one row that every log entry passes through. */
export interface Head {
  readonly seq: Seq;
  readonly prunedTo: Seq;
}

/**
 * Reads the head of the log and locks it: the first statement of whatever must not race with a revocation.
 *
 * Its exclusive lock is held until the commit, and makes commit order `seq` order. SQLite: the transaction has the only
 * write lock of the file, and a reader sees whole transactions in their order. PostgreSQL: a transaction is visible to new
 * snapshots before its row locks are released, so whoever takes the next place comes after. InnoDB: likewise, locks
 * go after the commit is done; READ COMMITTED gives each statement a new snapshot, where REPEATABLE READ would go on
 * seeing the head as it was at the transaction's first read.
 */
export function* lockHead(lock: "exclusive" | "shared"): Script<Head> {
  const [row] = yield {
    ...statement("select seq, pruned_to from symbolon_head where one = 1"),
    lock,
    turn: lock,
  };
  return { seq: toInteger(row?.[0]), prunedTo: toInteger(row?.[1]) };
}

/** The next place in the log: never the same twice, whatever the clock does. */
export function seqAfter(head: Seq, now: number): Seq {
  return Math.max(head + 1, Math.floor(now * 1000));
}

/** Logs what happened in this transaction, which has locked the head exclusively. */
export function* append(head: Head, unlogged: Unlogged, stamp: Stamp): Script<Logged> {
  const [longest] = yield statement(
    "select coalesce(max(keep_for_ms), 0) from symbolon_processes where seen_at + keep_for_ms > ?",
    stamp.now,
  );
  const seq = seqAfter(head.seq, stamp.now);
  const entry: LogEntry = {
    seq,
    id: stamp.entryId,
    cut: seq,
    ...unlogged,
    keepUntil: stamp.now + Math.max(stamp.keepForMs, toInteger(longest?.[0])),
  };
  yield* writeEntry(entry);
  return { partition: 0, entry };
}

/**
 * The newest change after this place that names the user or one of the sessions; null when there is none. The head must be
 * locked exclusively. Whoever follows the log knows all but its last moments, so these are few rows. They are read as a sync
 * reads them, by the primary key: for a finer question PostgreSQL started parallel workers, which took longer than all else.
 */
export function* lastChange(
  after: Seq,
  userId: string | null,
  sessionIds: ReadonlySet<string>,
): Script<Seq | null> {
  const entries = (yield statement(entriesFromSql, after + 1)).map(toEntry);
  const last = entries.findLast(
    ({ kind, scope, target }) =>
      kind === "changed" &&
      ((scope === "user" && target === userId) || (scope === "session" && sessionIds.has(target))),
  );
  return last?.seq ?? null;
}

/**
 * The highest cut above this mark of what changed the user's claims; null when there is none. By the cut, because a change that
 * was written back came before whoever signed in after the first copy. The head must be locked. Read as for `lastChange`.
 */
export function* newestCutOfChange(mark: Seq, userId: string): Script<Seq | null> {
  const entries = (yield statement(entriesFromSql, mark + 1)).map(toEntry);
  const cuts = entries
    .filter(
      ({ kind, scope, target }) => kind === "changed" && scope === "user" && target === userId,
    )
    .map(({ cut }) => cut);
  const newest = Math.max(mark, ...cuts);
  return newest > mark ? newest : null;
}

/** Writes an entry at its place and moves the head there. */
export function* writeEntry(entry: LogEntry): Script<void> {
  yield* moveHead(entry.seq);
  yield {
    ...statement(
      insertSql,
      entry.seq,
      entry.id,
      entry.cut,
      entry.scope,
      entry.target,
      entry.kind,
      entry.except,
      entry.reason,
      entry.keepUntil,
    ),
    hints: true,
  };
}

export function* moveHead(seq: Seq): Script<void> {
  yield statement("update symbolon_head set seq = ? where one = 1", seq);
}

/** Forgets up to 500 entries that nobody can need, and remembers how far. Answers whether there may be more. */
export function* pruneLog(now: number): Script<boolean> {
  const { prunedTo } = yield* lockHead("exclusive");
  const [found] = yield statement(
    `select count(*), coalesce(max(seq), 0), coalesce(max(keep_until), 0) from
      (select seq, keep_until from symbolon_log where keep_until <= ? order by keep_until, seq limit 500) due`,
    now,
  );
  const count = toInteger(found?.[0]);
  if (count === 0) return false;
  // Also those of the last moment that the limit cut off: a cursor between them must not find a hole unmarked.
  const until = toInteger(found?.[2]);
  const [last] = yield statement("select max(seq) from symbolon_log where keep_until <= ?", until);
  yield statement("delete from symbolon_log where keep_until <= ?", until);
  yield statement(
    "update symbolon_head set pruned_to = ? where one = 1",
    Math.max(prunedTo, toInteger(last?.[0])),
  );
  return count === 500;
}

export function toEntry(row: Row): LogEntry {
  return {
    seq: toInteger(row[0]),
    id: toText(row[1]),
    cut: toInteger(row[2]),
    scope: toText(row[3]) as LogEntry["scope"],
    target: toText(row[4]),
    kind: toText(row[5]) as LogEntry["kind"],
    except: toTextOrNull(row[6]),
    reason: toText(row[7]) as LogEntry["reason"],
    keepUntil: toInteger(row[8]),
  };
}
