import type { Seq } from "../../core/revocation/revocation-store.ts";
import { removeSessions } from "./removal.ts";
import { toInteger, toText } from "./rows.ts";
import { statement, type Script } from "./script.ts";

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

export interface Watermark {
  readonly scope: "user" | "tenant" | "all";
  /** Empty for all. */
  readonly id: string;
  readonly revokedBefore: Seq;
  readonly revokedAt: number;
  readonly keepUntil: number;
}

/**
 * Raises a watermark, under the head's exclusive lock; a higher one stays. Those of a user count as swept: its rows are
 * removed in the same act.
 */
export function* raiseWatermark(mark: Watermark): Script<void> {
  const { scope, id } = mark;
  // Locked, because a purge that forgets it now would leave the update below without a row.
  const [before] = yield {
    ...statement(
      "select revoked_before, revoked_at, keep_until from symbolon_watermarks where scope = ? and id = ?",
      scope,
      id,
    ),
    lock: "exclusive",
  };
  const swept = scope === "user" ? 1 : 0;
  if (before === undefined) {
    yield statement(
      `insert into symbolon_watermarks (revoked_before, revoked_at, keep_until, swept, scope, id)
        values (?, ?, ?, ?, ?, ?)`,
      mark.revokedBefore,
      mark.revokedAt,
      mark.keepUntil,
      swept,
      scope,
      id,
    );
    return;
  }
  const higher = toInteger(before[0]) > mark.revokedBefore;
  yield statement(
    `update symbolon_watermarks set revoked_before = ?, revoked_at = ?, keep_until = ?, swept = ?
      where scope = ? and id = ?`,
    higher ? toInteger(before[0]) : mark.revokedBefore,
    higher ? toInteger(before[1]) : mark.revokedAt,
    Math.max(mark.keepUntil, toInteger(before[2])),
    swept,
    scope,
    id,
  );
}

/** Removes watermarks that nobody can need: none before the last row is gone that it keeps from coming back. */
export function* forgetWatermarks(now: number): Script<void> {
  yield statement("delete from symbolon_watermarks where keep_until <= ? and swept = 1", now);
}

/**
 * Removes up to 500 rows that a tenant's or the common watermark has ended, and remembers when none is left
 * (`insert` refuses new ones). Answers whether there may be more.
 */
export function* sweepEnded(): Script<boolean> {
  const [mark] = yield {
    ...statement(
      "select scope, id, revoked_before from symbolon_watermarks where swept = 0 order by scope, id limit 1",
    ),
    lock: "exclusive",
  };
  if (mark === undefined) return false;
  const [scope, id, before] = [toText(mark[0]), toText(mark[1]), toInteger(mark[2])];
  const ended =
    scope === "all"
      ? yield statement("select id from symbolon_sessions where mark < ? limit 500", before)
      : yield statement(
          "select id from symbolon_sessions where tenant_id = ? and mark < ? limit 500",
          id,
          before,
        );
  yield* removeSessions(ended.map((row) => toText(row[0])));
  if (ended.length < 500) {
    yield statement(
      "update symbolon_watermarks set swept = 1 where scope = ? and id = ?",
      scope,
      id,
    );
  }
  return true;
}
