import type {
  SyncAnswer,
  SyncingProcess,
  SyncRequest,
} from "../../core/revocation/revocation-store.ts";
import type { Dialect } from "./dialect.ts";
import { allEntriesSql, entriesFromSql, moveHead, toEntry } from "./log.ts";
import { toInteger, toText } from "./rows.ts";
import { statement, type Script, type SqlDriver } from "./script.ts";

type Found = Pick<SyncAnswer, "outcome" | "entries">;

/**
 * Heartbeat, acknowledgement and entries in one transaction under the head's lock. So whoever logs comes either before,
 * and this process learns of it now, or after, and finds this process among those that are alive.
 */
export async function sync(driver: SqlDriver, request: SyncRequest): Promise<SyncAnswer> {
  const answer = await driver.transact(() => syncUnder("shared", driver.dialect, request));
  // Only after data loss is the cursor above the head. Two shared locks that both wanted more would wait for each other.
  return answer ?? driver.transact(() => syncSurely(driver.dialect, request));
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
  const { cursor, now } = request;
  const [row] = yield {
    ...statement(
      `select seq, pruned_to, (select count(*) from symbolon_processes where id = ?), ${dialect.serverFacts}
        from symbolon_head where one = 1`,
      request.processId,
    ),
    lock,
    turn: lock,
  };
  refuseReplica(row?.[3]);
  const [head, prunedTo] = [toInteger(row?.[0]), toInteger(row?.[1])];
  if (cursor !== null && cursor.seq > head) {
    if (lock === "shared") return null;
    yield* moveHead(cursor.seq);
  }
  yield* beat(request, toInteger(row?.[2]) > 0);
  const found = yield* entriesAfter(request, prunedTo);
  const storeNow = row?.[4] ?? null;
  return { ...found, storeNow: storeNow === null ? now : toInteger(storeNow) };
}

function* beat(request: SyncRequest, known: boolean): Script<void> {
  const { processId, cursor, liveForMs, keepForMs, now } = request;
  yield statement(
    known
      ? `update symbolon_processes set acknowledged = ?, live_until = ?, keep_for_ms = ?, seen_at = ?
          where id = ?`
      : `insert into symbolon_processes (acknowledged, live_until, keep_for_ms, seen_at, id)
          values (?, ?, ?, ?, ?)`,
    cursor?.seq ?? 0,
    now + liveForMs,
    keepForMs,
    now,
    processId,
  );
}

function* entriesAfter({ cursor }: SyncRequest, prunedTo: number): Script<Found> {
  if (cursor !== null && cursor.seq >= prunedTo) {
    const entries = (yield statement(entriesFromSql, cursor.seq)).map(toEntry);
    const [first, ...rest] = entries;
    // Both must fit: an entry that was lost and written back has its id at another place, with others before it.
    if (first?.seq === cursor.seq && first.id === cursor.entryId) {
      return { outcome: "next", entries: rest };
    }
    if (cursor.seq === prunedTo) {
      return { outcome: "next", entries: entries.filter((entry) => entry.seq > cursor.seq) };
    }
  }
  const all = (yield statement(allEntriesSql)).map(toEntry);
  return { outcome: cursor === null || cursor.seq < prunedTo ? "afresh" : "cut", entries: all };
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
