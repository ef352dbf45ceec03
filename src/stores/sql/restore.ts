import type { Cursor, LogEntry } from "../../core/revocation/revocation-store.ts";
import { lockHead, moveHead, seqAfter, writeEntry } from "./log.ts";
import { statement, type Script, type SqlDriver } from "./script.ts";
import { raiseWatermark } from "./watermarks.ts";

const atOnce = 50;

/** Writes back what the log has lost, in batches: after a failover it may be an hour of sign-outs, under the head's lock. */
export async function restore(
  driver: SqlDriver,
  entries: readonly LogEntry[],
  cursor: Cursor,
  now: number,
): Promise<void> {
  const due = entries.filter((entry) => entry.keepUntil > now);
  let from = 0;
  do {
    const some = due.slice(from, from + atOnce);
    await driver.transact(() => restoreSome(some, cursor, now));
    from += atOnce;
  } while (from < due.length);
}

function* restoreSome(entries: readonly LogEntry[], cursor: Cursor, now: number): Script<void> {
  const head = yield* lockHead("exclusive");
  let last = Math.max(head.seq, cursor.seq);
  if (last > head.seq) yield* moveHead(last);
  for (const entry of entries) {
    const [known] = yield statement("select seq from symbolon_log where id = ?", entry.id);
    if (known !== undefined) continue;
    last = seqAfter(last, now);
    yield* writeEntry({ ...entry, seq: last });
    if (entry.kind === "revoked") yield* revokeAgain(entry);
  }
}

/** By the entry's `cut`: who signed in after the revocation itself is not ended by its second copy. */
function* revokeAgain({ scope, target, cut, except, keepUntil }: LogEntry): Script<void> {
  if (scope === "key") return;
  if (scope === "session") {
    yield statement("delete from symbolon_sessions where id = ? and mark < ?", target, cut);
    return;
  }
  yield* raiseWatermark({
    scope,
    id: target,
    revokedBefore: cut,
    revokedAt: Math.floor(cut / 1000),
    keepUntil,
  });
  if (scope !== "user") return;
  if (except !== null) {
    // That its mark was raised may be lost too.
    yield statement(
      "update symbolon_sessions set mark = ? where id = ? and user_id = ? and mark < ?",
      cut,
      except,
      target,
      cut,
    );
  }
  yield statement("delete from symbolon_sessions where user_id = ? and mark < ?", target, cut);
}
