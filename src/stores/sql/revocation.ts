import type {
  Revocation,
  RevocationStore,
  RevokeVerdict,
} from "../../core/revocation/revocation-store.ts";
import { toInteger, toText } from "./rows.ts";
import { statement, type Script, type SqlDriver } from "./script.ts";
import {
  isLive,
  isLiveByTenant,
  lockHead,
  raiseWatermark,
  sweepEnded,
  takeSeq,
} from "./watermarks.ts";

interface At {
  readonly now: number;
  readonly keepUntil: number;
}

/**
 * The revocation slice over SQL. Revoking a tenant or all moves a watermark and counts; the rows, of which there
 * may be a million, are removed later, in batches, by `purge`.
 */
export function sqlRevocation(driver: SqlDriver): RevocationStore {
  return {
    revoke: (revocation, at) => driver.transact(() => revoke(revocation, at)),

    async purge(now) {
      // A watermark may be forgotten only when no row is left that it keeps from coming back.
      while (await driver.transact(() => sweepEnded(500)));
      await driver.transact(() => forget(now));
    },
  };
}

function revoke(revocation: Revocation, at: At): Script<RevokeVerdict> {
  switch (revocation.scope) {
    case "session":
      return revokeSession(revocation, at);
    case "user":
      return revokeUser(revocation, at);
    case "tenant":
    case "all":
    default:
      return revokeMany(revocation, at);
  }
}

function* revokeSession(
  { id, ofUser }: Revocation & { scope: "session" },
  { now }: At,
): Script<RevokeVerdict> {
  const head = yield lockHead("exclusive");
  const [row] = yield {
    ...statement(`select user_id from symbolon_sessions where id = ? and ${isLive}`, id),
    lock: "exclusive",
  };
  if (row === undefined || (ofUser !== undefined && row[0] !== ofUser)) {
    return { outcome: "absent" };
  }
  const seq = yield* takeSeq(head, now);
  yield statement("delete from symbolon_sessions where id = ?", id);
  return { outcome: "revoked", seq, sessions: 1 };
}

function* revokeUser(
  { id, except }: Revocation & { scope: "user" },
  { now, keepUntil }: At,
): Script<RevokeVerdict> {
  const head = yield lockHead("exclusive");
  const live = yield {
    ...statement(`select id from symbolon_sessions where user_id = ? and ${isLive}`, id),
    lock: "exclusive",
  };
  const ending = live.map(([id]) => toText(id)).filter((id) => id !== except?.sessionId);
  if (except !== undefined && ending.length === live.length) return { outcome: "except_ended" };

  const seq = yield* takeSeq(head, now);
  yield* raiseWatermark({ scope: "user", id, revokedBefore: seq, revokedAt: now, keepUntil });
  if (except !== undefined) {
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
  return { outcome: "revoked", seq, sessions: ending.length };
}

function* revokeMany(
  revocation: Revocation & { scope: "tenant" | "all" },
  { now, keepUntil }: At,
): Script<RevokeVerdict> {
  const head = yield lockHead("exclusive");
  const [counted] =
    revocation.scope === "all"
      ? yield statement(`select count(*) from symbolon_sessions where ${isLiveByTenant}`)
      : yield statement(
          `select count(*) from symbolon_sessions where tenant_id = ? and ${isLiveByTenant}`,
          revocation.id,
        );
  const seq = yield* takeSeq(head, now);
  yield* raiseWatermark({
    scope: revocation.scope,
    id: revocation.scope === "all" ? "" : revocation.id,
    revokedBefore: seq,
    revokedAt: now,
    keepUntil,
  });
  return { outcome: "revoked", seq, sessions: toInteger(counted?.[0]) };
}

function* forget(now: number): Script<void> {
  yield statement("delete from symbolon_watermarks where keep_until <= ? and swept = 1", now);
}
