import type {
  Cursor,
  LogEntry,
  Seq,
  SyncAnswer,
  SyncingProcess,
  SyncRequest,
} from "../../core/revocation/revocation-store.ts";
import type { Dialect } from "./dialect.ts";
import { allEntriesSql, entriesFromSql, moveHead, toEntry } from "./log.ts";
import { toInteger, toText } from "./rows.ts";
import {
  statement,
  type Row,
  type Script,
  type SqlDriver,
  type SqlValue,
  type Statement,
} from "./script.ts";

type Found = Pick<SyncAnswer, "outcome" | "entries">;

/**
 * Heartbeat, acknowledgement and entries in one transaction under the head's lock. So whoever logs comes either before,
 * and this process learns of it now, or after, and finds this process among those that are alive.
 */
export async function sync(driver: SqlDriver, request: SyncRequest): Promise<SyncAnswer> {
  const { dialect } = driver;
  return (
    (await syncAtOnce(driver, request)) ??
    (await driver.transact(() => syncUnder("shared", dialect, request))) ??
    // Only after data loss is the cursor above the head. Two shared locks that both wanted more would wait for each other.
    driver.transact(() => syncSurely(dialect, request))
  );
}

/**
 * The usual sync, of a process that is known and wants what comes next, by statements that need no answer of each other: on
 * PostgreSQL one round trip in the place of five, which were most of the time from a revocation to its news. Answers null when that
 * does not do, and has at most told that the process is alive.
 */
async function syncAtOnce(driver: SqlDriver, request: SyncRequest): Promise<SyncAnswer | null> {
  const { cursor } = request;
  if (cursor === null) return null;
  const answers = await driver.transactAtOnce([
    headOf("shared", driver.dialect, request.processId),
    beatAtCursor(request, cursor),
    statement(entriesFromSql, cursor.seq),
  ]);
  const [heads = [], , rows = []] = answers;
  const head = toHead(heads[0], request);
  if (!head.isKnown || cursor.seq > head.seq) return null;
  const entries = nextOf(rows.map(toEntry), cursor, head.prunedTo);
  return entries === null ? null : { outcome: "next", entries, storeNow: head.storeNow };
}

function* syncSurely(dialect: Dialect, request: SyncRequest): Script<SyncAnswer> {
  const answer = yield* syncUnder("exclusive", dialect, request);
  if (answer === null) throw new Error("The head of the log could not be raised");
  return answer;
}

/** Answers null, and has written nothing, when a shared lock does not do. */
function* syncUnder(
  lock: "exclusive" | "shared",
  dialect: Dialect,
  request: SyncRequest,
): Script<SyncAnswer | null> {
  const { cursor } = request;
  const [row] = yield headOf(lock, dialect, request.processId);
  const { seq, prunedTo, isKnown, storeNow } = toHead(row, request);
  if (cursor !== null && cursor.seq > seq) {
    if (lock === "shared") return null;
    yield* moveHead(cursor.seq);
  }
  const found = yield* entriesAfter(request, prunedTo);
  yield beat(request, isKnown, found);
  return { ...found, storeNow };
}

/** What the first statement of a sync finds, which locks the head. */
interface SyncHead {
  readonly seq: Seq;
  readonly prunedTo: Seq;
  /** Whether the process has a row. */
  readonly isKnown: boolean;
  readonly storeNow: number;
}

function headOf(lock: "exclusive" | "shared", dialect: Dialect, processId: string): Statement {
  const sql = `select seq, pruned_to, (select count(*) from symbolon_processes where id = ?), ${dialect.serverFacts}
    from symbolon_head where one = 1`;
  return { ...statement(sql, processId), lock, turn: lock };
}

function toHead(row: Row | undefined, { now }: SyncRequest): SyncHead {
  refuseReplica(row?.[3]);
  const storeNow = row?.[4] ?? null;
  return {
    seq: toInteger(row?.[0]),
    prunedTo: toInteger(row?.[1]),
    isKnown: toInteger(row?.[2]) > 0,
    storeNow: storeNow === null ? now : toInteger(storeNow),
  };
}

const beatSql = `update symbolon_processes set acknowledged = ?, live_until = ?, keep_for_ms = ?, seen_at = ?
  where id = ?`;

/** Whose log was cut has read nothing of the one that there is now: it acknowledges that with its next sync. */
function beat(request: SyncRequest, isKnown: boolean, { outcome }: Found): Statement {
  const sql = `insert into symbolon_processes (acknowledged, live_until, keep_for_ms, seen_at, id)
    values (?, ?, ?, ?, ?)`;
  return statement(
    isKnown ? beatSql : sql,
    ...beatOf(outcome === "cut" ? { ...request, cursor: null } : request),
  );
}

/** Only if the log holds the cursor's entry, or was pruned to it: else this process does not know what the log says. */
function beatAtCursor(request: SyncRequest, { seq, entryId }: Cursor): Statement {
  const sql = `${beatSql} and (
    exists (select 1 from symbolon_head where pruned_to = ? and seq >= ?) or
    exists (select 1 from symbolon_log where seq = ? and symbolon_log.id = ?))`;
  return statement(sql, ...beatOf(request), seq, seq, seq, entryId);
}

function beatOf({ processId, cursor, liveForMs, keepForMs, now }: SyncRequest): SqlValue[] {
  return [cursor?.seq ?? 0, now + liveForMs, keepForMs, now, processId];
}

function* entriesAfter({ cursor }: SyncRequest, prunedTo: number): Script<Found> {
  if (cursor !== null && cursor.seq >= prunedTo) {
    const rows = yield statement(entriesFromSql, cursor.seq);
    const entries = nextOf(rows.map(toEntry), cursor, prunedTo);
    if (entries !== null) return { outcome: "next", entries };
  }
  const all = (yield statement(allEntriesSql)).map(toEntry);
  return { outcome: cursor === null || cursor.seq < prunedTo ? "afresh" : "cut", entries: all };
}

/** Of the entries from the cursor on, those after it; null when the log does not hold it, so that they say too little. */
function nextOf(
  entries: readonly LogEntry[],
  cursor: Cursor,
  prunedTo: number,
): readonly LogEntry[] | null {
  if (cursor.seq < prunedTo) return null;
  // Both must fit: an entry that was lost and written back has its id at another place, with others before it.
  const [first, ...rest] = entries;
  if (first?.seq === cursor.seq && first.id === cursor.entryId) return rest;
  return cursor.seq === prunedTo ? entries.filter(({ seq }) => seq > cursor.seq) : null;
}

/** A replica, or a primary that was fenced off, must not let a process go on deciding by itself (REVIEW, finding 9). */
function refuseReplica(readOnly: unknown): void {
  if (!["0", "OFF"].includes(String(readOnly))) {
    throw new Error("The database does not take writes: it is a replica, or was made read-only");
  }
}

export async function listProcesses(
  driver: SqlDriver,
  now: number,
): Promise<readonly SyncingProcess[]> {
  const rows = await driver.read(
    "select id, acknowledged, live_until from symbolon_processes where live_until > ?",
    now,
  );
  return rows.map(([processId, acknowledged, liveUntil]) => ({
    processId: toText(processId),
    acknowledged: toInteger(acknowledged),
    liveUntil: toInteger(liveUntil),
  }));
}

export function* leave(processId: string): Script<void> {
  yield statement("update symbolon_processes set live_until = 0 where id = ?", processId);
}

/** Forgets processes that are gone and whose credentials, too, have run out. */
export function* forgetProcesses(now: number): Script<void> {
  yield statement(
    "delete from symbolon_processes where live_until <= ? and seen_at + keep_for_ms <= ?",
    now,
    now,
  );
}
