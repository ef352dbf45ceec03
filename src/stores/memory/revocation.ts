import type {
  Revocation,
  RevocationStore,
  RevokeVerdict,
} from "../../core/revocation/revocation-store.ts";
import type { SecretHash } from "../../core/sessions/session-token.ts";
import type { SessionRow, SessionTable } from "./session-table.ts";
import type { Watermarks } from "./watermarks.ts";

/** The revocation slice in memory. Rows are removed at once, so only `insert` has to look at the watermarks. */
export function memoryRevocation(table: SessionTable, watermarks: Watermarks): RevocationStore {
  return {
    async revoke(revocation, { now, keepUntil }): Promise<RevokeVerdict> {
      const victims = victimsOf(revocation, table);
      if (!Array.isArray(victims)) return victims;
      const seq = watermarks.nextSeq(now);
      for (const row of victims) table.remove(row);
      if (revocation.scope !== "session") {
        const id = revocation.scope === "all" ? "" : revocation.id;
        watermarks.raise(revocation.scope, id, { revokedBefore: seq, revokedAt: now, keepUntil });
      }
      if (revocation.scope === "user" && revocation.except !== undefined) {
        const { sessionId, secretHash } = revocation.except;
        const row = table.get(sessionId);
        if (row !== undefined) goOn(row, seq, secretHash);
      }
      return { outcome: "revoked", seq, sessions: victims.length };
    },

    async purge(now) {
      watermarks.forget(now);
    },
  };
}

function victimsOf(
  revocation: Revocation,
  table: SessionTable,
): SessionRow[] | Exclude<RevokeVerdict, { outcome: "revoked" }> {
  switch (revocation.scope) {
    case "session": {
      const row = table.get(revocation.id);
      const { ofUser } = revocation;
      if (row === undefined || (ofUser !== undefined && row.record.userId !== ofUser)) {
        return { outcome: "absent" };
      }
      return [row];
    }
    case "user": {
      const rows = table.ofUser(revocation.id);
      const { except } = revocation;
      if (except === undefined) return rows;
      const others = rows.filter((row) => row.record.id !== except.sessionId);
      return others.length < rows.length ? others : { outcome: "except_ended" };
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
