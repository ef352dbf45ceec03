import type { Seq } from "../../core/revocation/revocation-store.ts";
import { toInteger, toText } from "./rows.ts";
import { statement, type Row, type Script, type SqlValue, type Statement } from "./script.ts";

function noneAbove(scope: string, id: string): string {
  return `not exists (select 1 from symbolon_watermarks w where w.scope = '${scope}'
    and w.id = ${id} and w.revoked_before > symbolon_sessions.mark)`;
}

/**
 * The condition that a row of `symbolon_sessions` has not ended: its mark is at or above the watermarks of its
 * user, of its tenant and of all. Every statement that reads or changes a session carries it.
 */
export const isLive: string = [
  noneAbove("all", "''"),
  noneAbove("user", "symbolon_sessions.user_id"),
  noneAbove("tenant", "symbolon_sessions.tenant_id"),
].join(" and ");

/** The same for counting many: rows below a user's watermark are removed in the act that raises it. */
export const isLiveByTenant: string = [
  noneAbove("all", "''"),
  noneAbove("tenant", "symbolon_sessions.tenant_id"),
].join(" and ");

/** Reads the head of the revocation log and locks it: the first statement of whatever must not race with a revocation. */
export function lockHead(lock: "exclusive" | "shared"): Statement {
  return { ...statement("select seq from symbolon_head where one = 1"), lock };
}

/** Takes the next place in the log; `head` is what an exclusive `lockHead` answered. */
export function* takeSeq([head]: readonly Row[], now: number): Script<Seq> {
  const seq = Math.max(toInteger(head?.[0]) + 1, Math.floor(now * 1000));
  yield statement("update symbolon_head set seq = ? where one = 1", seq);
  return seq;
}

export interface Watermark {
  readonly scope: "user" | "tenant" | "all";
  /** Empty for all. */
  readonly id: string;
  readonly revokedBefore: Seq;
  readonly revokedAt: number;
  readonly keepUntil: number;
}

/** Raises a watermark. Those of a user count as swept: its rows are removed in the same act. */
export function* raiseWatermark(mark: Watermark): Script<void> {
  const swept = mark.scope === "user" ? 1 : 0;
  const [row] = yield statement(
    "select keep_until from symbolon_watermarks where scope = ? and id = ?",
    mark.scope,
    mark.id,
  );
  const keepUntil = Math.max(mark.keepUntil, row === undefined ? 0 : toInteger(row[0]));
  const params: SqlValue[] = [mark.revokedBefore, mark.revokedAt, keepUntil, swept];
  yield row === undefined
    ? statement(
        `insert into symbolon_watermarks (revoked_before, revoked_at, keep_until, swept, scope, id)
          values (?, ?, ?, ?, ?, ?)`,
        ...params,
        mark.scope,
        mark.id,
      )
    : statement(
        `update symbolon_watermarks set revoked_before = ?, revoked_at = ?, keep_until = ?, swept = ?
          where scope = ? and id = ?`,
        ...params,
        mark.scope,
        mark.id,
      );
}

/**
 * Removes up to `limit` rows that a tenant's or the common watermark has ended, and remembers when none is left
 * (`insert` refuses new ones). Answers whether there may be more.
 */
export function* sweepEnded(limit: number): Script<boolean> {
  const [mark] = yield {
    ...statement(
      "select scope, id, revoked_before from symbolon_watermarks where swept = 0 order by scope, id limit 1",
    ),
    lock: "exclusive",
  };
  if (mark === undefined) return false;
  const [scope, id] = [toText(mark[0]), toText(mark[1])];
  const before = toInteger(mark[2]);
  const ended =
    scope === "all"
      ? yield statement("select id from symbolon_sessions where mark < ? limit ?", before, limit)
      : yield statement(
          "select id from symbolon_sessions where tenant_id = ? and mark < ? limit ?",
          id,
          before,
          limit,
        );
  for (const row of ended) {
    yield statement("delete from symbolon_sessions where id = ?", toText(row[0]));
  }
  if (ended.length < limit) {
    yield statement(
      "update symbolon_watermarks set swept = 1 where scope = ? and id = ?",
      scope,
      id,
    );
  }
  return true;
}
