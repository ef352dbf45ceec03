import type {
  LogEntry,
  Revocation,
  RevocationStore,
  RevokeVerdict,
} from "../../core/revocation/revocation-store.ts";
import type { SecretHash } from "../../core/sessions/session-token.ts";
import type { RevocationLog } from "./log.ts";
import type { SessionRow, SessionTable } from "./session-table.ts";
import type { Watermarks } from "./watermarks.ts";

/** The revocation slice in memory. Rows are removed at once, so only `insert` has to look at the watermarks. */
export function memoryRevocation(
  table: SessionTable,
  watermarks: Watermarks,
  log: RevocationLog,
): RevocationStore {
  return {
    async revoke(revocation, stamp): Promise<RevokeVerdict> {
      const { now, watermarkUntil } = stamp;
      const victims = victimsOf(revocation, table);
      if (!Array.isArray(victims)) return victims;
      const except = revocation.scope === "user" ? revocation.except : undefined;
      const target = revocation.scope === "all" ? "" : revocation.id;
      const { scope, reason } = revocation;
      const logged = log.append(
        { scope, target, kind: "revoked", except: except?.sessionId ?? null, reason },
        stamp,
      );
      const { seq } = logged.entry;
      for (const row of victims) table.remove(row);
      if (scope !== "session") {
        watermarks.raise(scope, target, {
          revokedBefore: seq,
          revokedAt: now,
          keepUntil: watermarkUntil,
        });
      }
      const excepted = except && table.get(except.sessionId);
      if (excepted !== undefined) goOn(excepted, seq, except?.secretHash);
      return { outcome: "revoked", entries: [logged], sessions: victims.length };
    },

    async sync(request) {
      return log.sync(request);
    },

    async restore(_partition, entries, cursor, now) {
      for (const entry of log.restore(entries, cursor, now)) revokeAgain(entry, table, watermarks);
    },

    async processes(_partition, now) {
      return log.processes(now);
    },

    async leave(processId) {
      log.leave(processId);
    },

    async purge(now) {
      watermarks.forget(now);
      log.prune(now);
    },

    async onHint(listener) {
      const stop = log.onHint(listener);
      return async () => stop();
    },
  };
}

/** By the entry's `cut`: who signed in after the revocation itself is not ended by its second copy. */
function revokeAgain(entry: LogEntry, table: SessionTable, watermarks: Watermarks): void {
  const { scope, target, cut, except } = entry;
  if (entry.kind === "changed" || scope === "key") return;
  // That the excepted session's mark was raised may be lost too.
  const excepted = except === null ? undefined : table.get(except);
  if (excepted !== undefined && excepted.record.mark < cut) goOn(excepted, cut, undefined);
  for (const row of table.where((record) => record.mark < cut && record.id !== except)) {
    const { id, userId, tenantId } = row.record;
    const named = { session: id, user: userId, tenant: tenantId, all: "" }[scope];
    if (named === target) table.remove(row);
  }
  if (scope !== "session") {
    watermarks.raise(scope, target, {
      revokedBefore: cut,
      revokedAt: Math.floor(cut / 1000),
      keepUntil: entry.keepUntil,
    });
  }
}

function victimsOf(
  revocation: Revocation,
  table: SessionTable,
): SessionRow[] | Exclude<RevokeVerdict, { outcome: "revoked" }> {
  switch (revocation.scope) {
    case "session": {
      const row = table.get(revocation.id);
      const { ofUser, lineage, unrecorded } = revocation;
      if (row === undefined) return unrecorded === true ? [] : { outcome: "absent" };
      const { record } = row;
      if (ofUser !== undefined && record.userId !== ofUser) return { outcome: "absent" };
      if (lineage !== undefined && record.lineage !== lineage) return { outcome: "absent" };
      return [row];
    }
    case "user": {
      const rows = table.ofUser(revocation.id);
      const { except } = revocation;
      if (except === undefined) return rows;
      const others = rows.filter((row) => row.record.id !== except.sessionId);
      const goesOn = others.length < rows.length || except.unrecorded === true;
      return goesOn ? others : { outcome: "except_ended" };
    }
    case "tenant":
    case "all":
    default:
      return table.where(
        ({ tenantId }) => revocation.scope === "all" || tenantId === revocation.id,
      );
  }
}

function goOn(row: SessionRow, mark: number, secretHash: SecretHash | undefined): void {
  row.record = {
    ...row.record,
    mark,
    secretHash: (secretHash ?? row.record.secretHash).slice() as SecretHash,
  };
}
