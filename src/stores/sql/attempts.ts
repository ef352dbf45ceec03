import type {
  AttemptLimit,
  AttemptStore,
  TakeVerdict,
} from "../../core/throttling/attempt-store.ts";
import { judgeTake } from "../gcra.ts";
import { toInteger } from "./rows.ts";
import { statement, type Script, type SqlDriver } from "./script.ts";

/** The attempts slice over SQL. */
export function sqlAttempts(driver: SqlDriver): AttemptStore {
  return {
    take: (key, limit, now) => driver.transact(() => take(key, limit, now)),

    refund: (key, limit) =>
      driver.transact(() =>
        only(
          "update symbolon_attempts set unused_at = unused_at - ? where name = ?",
          limit.refillMs,
          key,
        ),
      ),

    clear: (key) =>
      driver.transact(() => only("delete from symbolon_attempts where name = ?", key)),

    purge: (now) =>
      driver.transact(() => only("delete from symbolon_attempts where unused_at <= ?", now)),
  };
}

function* take(key: string, limit: AttemptLimit, now: number): Script<TakeVerdict> {
  const [row] = yield {
    ...statement("select unused_at from symbolon_attempts where name = ?", key),
    lock: "exclusive",
  };
  const judged = judgeTake(row === undefined ? null : toInteger(row[0]), limit, now);
  if ("unusedAt" in judged) {
    yield row === undefined
      ? statement(
          "insert into symbolon_attempts (unused_at, name) values (?, ?)",
          judged.unusedAt,
          key,
        )
      : statement(
          "update symbolon_attempts set unused_at = ? where name = ?",
          judged.unusedAt,
          key,
        );
  }
  return judged.verdict;
}

function* only(sql: string, ...params: (string | number)[]): Script<void> {
  yield statement(sql, ...params);
}
