import type { SecretHash } from "../../core/sessions/session-token.ts";
import type {
  DataChange,
  SessionRecord,
  SessionStore,
  WriteDataVerdict,
} from "../../core/sessions/session-store.ts";
import { deepFreeze } from "../../util/deep-freeze.ts";
import type { JsonObject } from "../../util/json.ts";
import { dataBytes } from "../data-bytes.ts";
import type { RevocationLog, Unlogged } from "./log.ts";
import type { SessionRow, SessionTable } from "./session-table.ts";
import type { Watermarks } from "./watermarks.ts";

/** Sessions in memory. Each method does its work before its first `await`, hence in one piece. */
export function memorySessions(
  table: SessionTable,
  watermarks: Watermarks,
  log: RevocationLog,
): SessionStore {
  function see(row: SessionRow, lastSeenAt: number, purgeAt: number): void {
    if (row.record.lastSeenAt > lastSeenAt) return;
    row.record = { ...row.record, lastSeenAt, purgeAt };
    table.seen(row);
  }

  return {
    async insert(session, replaces, stamp) {
      const ending = watermarks.endingOf(session);
      if (ending !== undefined) {
        return {
          outcome: "superseded",
          by: ending.revokedBefore,
          decidedAt: ending.revokedAt,
        };
      }
      const change = log.newestCutOfChange(session);
      if (change !== null) {
        return { outcome: "superseded", by: change, decidedAt: Math.floor(change / 1000) };
      }
      if (table.get(session.id) !== undefined) return { outcome: "duplicate" };
      const replaced = replaces === null ? undefined : table.get(replaces);
      if (replaced !== undefined) table.remove(replaced);
      const data = replaced?.record.userId === null ? replaced.data : new Map<string, string>();
      table.add({ record: kept(session), data });
      if (replaced === undefined) return { outcome: "inserted", entries: [] };
      const target = replaced.record.id;
      return { outcome: "inserted", entries: [log.append(replacement(target), stamp)] };
    },

    async find(id) {
      const row = table.get(id);
      return row === undefined ? null : handedOut(row);
    },

    async listOf(userId) {
      return table
        .ofUser(userId)
        .map(handedOut)
        .sort((a, b) => b.lastSeenAt - a.lastSeenAt || b.createdAt - a.createdAt);
    },

    async touch(touches) {
      for (const { id, lastSeenAt, purgeAt } of touches) {
        const row = table.get(id);
        if (row !== undefined) see(row, lastSeenAt, purgeAt);
      }
    },

    async promote(id, { from, to, lastSeenAt, purgeAt }) {
      const row = table.get(id);
      if (row === undefined) return "ended";
      if (row.record.lineage !== from) return "superseded";
      row.record = { ...row.record, lineage: to };
      see(row, lastSeenAt, purgeAt);
      return "promoted";
    },

    async replaceClaims(id, { claims, after, unrecorded }, stamp) {
      const row = table.get(id);
      if (row === undefined && unrecorded !== true) return { outcome: "ended" };
      const by = log.lastChange(after, row?.record.userId ?? null, new Set([id]));
      if (by !== null) return { outcome: "superseded", by };
      if (row !== undefined) row.record = { ...row.record, claims: frozenCopy(claims) };
      const entries = [log.append(claimsChange("session", id), stamp)];
      return { outcome: "replaced", session: row === undefined ? null : handedOut(row), entries };
    },

    async replaceClaimsOf(userId, { claims, after }, stamp) {
      const rows = table.ofUser(userId);
      const by = log.lastChange(after, userId, new Set(rows.map((row) => row.record.id)));
      if (by !== null) return { outcome: "superseded", by };
      for (const row of rows) row.record = { ...row.record, claims: frozenCopy(claims) };
      const entries = [log.append(claimsChange("user", userId), stamp)];
      return { outcome: "replaced", sessions: rows.length, entries };
    },

    async readData(id) {
      const row = table.get(id);
      return row === undefined ? null : new Map(row.data);
    },

    async writeData(id, change) {
      const row = table.get(id);
      return row === undefined ? "ended" : write(row.data, change);
    },

    async purge(now) {
      const rows = table.where((record) => record.purgeAt <= now);
      for (const row of rows) table.remove(row);
      return rows.length;
    },
  };
}

function replacement(target: string): Unlogged {
  return { scope: "session", target, kind: "revoked", except: null, reason: "replaced" };
}

function claimsChange(scope: "session" | "user", target: string): Unlogged {
  return { scope, target, kind: "changed", except: null, reason: "claims_changed" };
}

function write(data: Map<string, string>, change: DataChange): WriteDataVerdict {
  const { key, to, from, maxBytes } = change;
  if (from !== undefined && (data.get(key) ?? null) !== from) return "conflict";
  if (to === null) {
    data.delete(key);
    return "written";
  }
  let total = dataBytes(key, to);
  for (const [otherKey, value] of data) {
    if (otherKey !== key) total += dataBytes(otherKey, value);
  }
  if (total > maxBytes) return "too_large";
  data.set(key, to);
  return "written";
}

/** A copy, so that what the caller does with its own object later changes nothing here. */
function kept(session: SessionRecord): SessionRecord {
  return {
    ...session,
    secretHash: session.secretHash.slice() as SecretHash,
    methods: deepFreeze(session.methods.map((method) => ({ ...method }))),
    claims: frozenCopy(session.claims),
  };
}

function handedOut(row: SessionRow): SessionRecord {
  return { ...row.record, secretHash: row.record.secretHash.slice() as SecretHash };
}

function frozenCopy(claims: JsonObject): JsonObject {
  return deepFreeze(JSON.parse(JSON.stringify(claims)) as JsonObject);
}
