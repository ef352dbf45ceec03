import type {
  LogEntry,
  Revocation,
  RevocationStore,
  RevokeVerdict,
  Stamp,
} from "../../core/revocation/revocation-store.ts";
import { inBatches } from "./batches.ts";
import { append, lockHead, pruneLog, type Head } from "./log.ts";
import { restore } from "./restore.ts";
import { toInteger, toText, toTextOrNull } from "./rows.ts";
import { statement, type Script, type SqlDriver } from "./script.ts";
import { forgetProcesses, leave, listProcesses, sync } from "./sync.ts";
import {
  forgetWatermarks,
  isLive,
  isLiveByTenant,
  raiseWatermark,
  sweepEnded,
} from "./watermarks.ts";

type RevocationStamp = Stamp & { readonly watermarkUntil: number };

/**
 * The revocation slice over SQL. Revoking a tenant or all moves a watermark and counts; the rows, of which there
 * may be a million, are removed later, in batches, by `purge`.
 */
export function sqlRevocation(driver: SqlDriver): RevocationStore {
  return {
    revoke: (revocation, stamp) => driver.transact(() => revoke(revocation, stamp)),
    sync: (request) => sync(driver, request),
    restore: (_partition, entries, cursor, now) => restore(driver, entries, cursor, now),
    processes: (_partition, now) => listProcesses(driver, now),
    leave: (processId) => driver.transact(() => leave(processId)),

    async purge(now) {
      // A watermark may be forgotten only when no row is left that it keeps from coming back.
      await inBatches(driver, sweepEnded);
      await driver.transact(() => forgetWatermarks(now));
      await inBatches(driver, () => pruneLog(now));
      await driver.transact(() => forgetProcesses(now));
    },
  };
}

function* revoke(revocation: Revocation, stamp: RevocationStamp): Script<RevokeVerdict> {
  const head = yield* lockHead("exclusive");
  switch (revocation.scope) {
    case "session":
      return yield* revokeSession(revocation, head, stamp);
    case "user":
      return yield* revokeUser(revocation, head, stamp);
    case "tenant":
    case "all":
    default:
      return yield* revokeMany(revocation, head, stamp);
  }
}

function* revokeSession(
  { id, ofUser, lineage, unrecorded, reason }: Revocation & { scope: "session" },
  head: Head,
  stamp: RevocationStamp,
): Script<RevokeVerdict> {
  const [row] = yield {
    ...statement(`select user_id, lineage from symbolon_sessions where id = ? and ${isLive}`, id),
    lock: "exclusive",
  };
  if (row === undefined) {
    if (unrecorded !== true) return { outcome: "absent" };
  } else {
    if (ofUser !== undefined && row[0] !== ofUser) return { outcome: "absent" };
    if (lineage !== undefined && toTextOrNull(row[1]) !== lineage) {
      return { outcome: "absent" };
    }
    yield statement("delete from symbolon_sessions where id = ?", id);
  }
  const logged = yield* append(head, revoked("session", id, reason), stamp);
  return { outcome: "revoked", entries: [logged], sessions: row === undefined ? 0 : 1 };
}

function* revokeUser(
  { id, except, reason }: Revocation & { scope: "user" },
  head: Head,
  stamp: RevocationStamp,
): Script<RevokeVerdict> {
  // In the order in which touches take them.
  const live = yield {
    ...statement(
      `select id from symbolon_sessions where user_id = ? and ${isLive} order by id`,
      id,
    ),
    lock: "exclusive",
  };
  const ending = live.map((row) => toText(row[0])).filter((one) => one !== except?.sessionId);
  const isKept = ending.length < live.length;
  if (except !== undefined && !isKept && except.unrecorded !== true) {
    return { outcome: "except_ended" };
  }

  const exceptId = except?.sessionId ?? null;
  const logged = yield* append(head, revoked("user", id, reason, exceptId), stamp);
  const { seq } = logged.entry;
  yield* raiseWatermark({
    scope: "user",
    id,
    revokedBefore: seq,
    revokedAt: stamp.now,
    keepUntil: stamp.watermarkUntil,
  });
  if (except !== undefined && isKept) {
    yield statement("update symbolon_sessions set mark = ? where id = ?", seq, except.sessionId);
    if (except.secretHash !== undefined) {
      yield statement(
        "update symbolon_sessions set secret_hash = ? where id = ?",
        except.secretHash,
        except.sessionId,
      );
    }
  }
  yield statement("delete from symbolon_sessions where user_id = ? and mark < ?", id, seq);
  return { outcome: "revoked", entries: [logged], sessions: ending.length };
}

function* revokeMany(
  revocation: Revocation & { scope: "tenant" | "all" },
  head: Head,
  stamp: RevocationStamp,
): Script<RevokeVerdict> {
  const { scope, reason } = revocation;
  const id = scope === "all" ? "" : revocation.id;
  const [counted] =
    scope === "all"
      ? yield statement(`select count(*) from symbolon_sessions where ${isLiveByTenant}`)
      : yield statement(
          `select count(*) from symbolon_sessions where tenant_id = ? and ${isLiveByTenant}`,
          id,
        );
  const logged = yield* append(head, revoked(scope, id, reason), stamp);
  yield* raiseWatermark({
    scope,
    id,
    revokedBefore: logged.entry.seq,
    revokedAt: stamp.now,
    keepUntil: stamp.watermarkUntil,
  });
  return { outcome: "revoked", entries: [logged], sessions: toInteger(counted?.[0]) };
}

function revoked(
  scope: LogEntry["scope"],
  target: string,
  reason: LogEntry["reason"],
  except: string | null = null,
): Pick<LogEntry, "scope" | "target" | "kind" | "except" | "reason"> {
  return { scope, target, kind: "revoked", except, reason };
}
