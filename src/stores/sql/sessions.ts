import { setImmediate as turn } from "node:timers/promises";
import type {
  ClaimsChange,
  DataChange,
  InsertVerdict,
  PromoteVerdict,
  Promotion,
  ReplaceClaimsOfVerdict,
  ReplaceClaimsVerdict,
  SessionRecord,
  SessionStore,
  Touch,
  WriteDataVerdict,
} from "../../core/sessions/session-store.ts";
import type { Stamp } from "../../core/revocation/revocation-store.ts";
import type { JsonObject } from "../../util/json.ts";
import { dataBytes } from "../data-bytes.ts";
import { inBatches } from "./batches.ts";
import { append, lastChange, lockHead, newestCutOfChange, type Unlogged } from "./log.ts";
import { removeSessions } from "./removal.ts";
import { isLive, sweepEnded } from "./watermarks.ts";
import { sessionColumns, sessionParams, toInteger, toSession, toText } from "./rows.ts";
import { statement, type Script, type SqlDriver, type Statement } from "./script.ts";

const findSql = `select ${sessionColumns} from symbolon_sessions where id = ? and ${isLive}`;

const listSql = `select ${sessionColumns} from symbolon_sessions where user_id = ? and ${isLive}
  order by last_seen_at desc, created_at desc, id`;

// The join makes "no such session" (no row) and "no data" (one row of nulls) one read.
const readDataSql = `select d.name, d.value from symbolon_sessions
  left join symbolon_session_data d on d.session_id = symbolon_sessions.id
  where symbolon_sessions.id = ? and ${isLive}`;

const purgeBatch = 500;

/** The sessions slice over SQL. */
export function sqlSessions(driver: SqlDriver): SessionStore {
  return {
    insert: (session, replaces, stamp) =>
      driver.transact(() => insertSession(session, replaces, stamp)),

    async find(id) {
      const [row] = await driver.read(findSql, id);
      return row === undefined ? null : toSession(row);
    },

    async listOf(userId) {
      return (await driver.read(listSql, userId)).map(toSession);
    },

    async touch(touches) {
      if (touches.length > 0) await driver.transact(() => touchSessions(touches));
    },

    promote: (id, promotion) => driver.transact(() => promote(id, promotion)),

    replaceClaims: (id, change, stamp) => driver.transact(() => replaceClaims(id, change, stamp)),

    replaceClaimsOf: (userId, change, stamp) =>
      driver.transact(() => replaceClaimsOf(userId, change, stamp)),

    async readData(id) {
      const rows = await driver.read(readDataSql, id);
      if (rows.length === 0) return null;
      const data = new Map<string, string>();
      for (const [name, value] of rows) {
        if (name !== null) data.set(fromName(toText(name)), toText(value));
      }
      return data;
    },

    writeData: (id, change) => driver.transact(() => writeData(id, change)),

    async purge(now) {
      // Ended sessions first: they are not counted, whether or not their rows were still there.
      await inBatches(driver, sweepEnded);
      for (let purged = 0; ; await turn()) {
        const batch = await driver.transact(() => purgeSome(now));
        purged += batch;
        if (batch < purgeBatch) return purged;
      }
    },
  };
}

function* insertSession(
  session: SessionRecord,
  replaces: string | null,
  stamp: Stamp,
): Script<InsertVerdict> {
  // First and on its own: a revocation under way ends before the watermarks are read (REVIEW, finding 4). Whoever may
  // log takes the exclusive lock at once: two that held the shared one and wanted more would wait for each other.
  const head = yield* lockHead(replaces === null ? "shared" : "exclusive");
  const [ending] = yield statement(
    `select revoked_before, revoked_at from symbolon_watermarks
      where revoked_before > ? and ((scope = 'all' and id = '')
        or (scope = 'user' and id = ?) or (scope = 'tenant' and id = ?))
      order by revoked_before desc limit 1`,
    session.mark,
    session.userId,
    session.tenantId,
  );
  if (ending !== undefined) {
    return {
      outcome: "superseded",
      by: toInteger(ending[0]),
      decidedAt: toInteger(ending[1]),
    };
  }
  const { userId, mark } = session;
  const by = userId === null ? null : yield* newestCutOfChange(mark, userId);
  if (by !== null) return { outcome: "superseded", by, decidedAt: Math.floor(by / 1000) };
  const [taken] = yield statement("select id from symbolon_sessions where id = ?", session.id);
  if (taken !== undefined) return { outcome: "duplicate" };
  const [replaced] = replaces === null ? [] : yield lockLive(replaces);
  yield statement(
    `insert into symbolon_sessions (${sessionColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...sessionParams(session),
  );
  if (replaces === null || replaced === undefined) return { outcome: "inserted", entries: [] };
  if (toSession(replaced).userId === null) {
    yield statement(
      "update symbolon_session_data set session_id = ? where session_id = ?",
      session.id,
      replaces,
    );
  }
  yield statement("delete from symbolon_sessions where id = ?", replaces);
  return { outcome: "inserted", entries: [yield* append(head, replacement(replaces), stamp)] };
}

function* touchSessions(touches: readonly Touch[]): Script<void> {
  // In one order everywhere, so that two batches cannot wait for each other where rows are locked.
  const inOrder = touches.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  for (const { id, lastSeenAt, purgeAt } of inOrder) {
    yield statement(
      `update symbolon_sessions set last_seen_at = ?, purge_at = ?
        where id = ? and last_seen_at <= ? and ${isLive}`,
      lastSeenAt,
      purgeAt,
      id,
      lastSeenAt,
    );
  }
}

/**
 * The row's lock decides who comes first, and is the only one that is taken: refreshing waits for no revocation but its own
 * session's. Whoever waited for it reads the row as it is then, under READ COMMITTED; so a loser sees the winner's lineage.
 */
function* promote(id: string, promotion: Promotion): Script<PromoteVerdict> {
  const [row] = yield lockLive(id);
  if (row === undefined) return "ended";
  const found = toSession(row);
  if (found.lineage !== promotion.from) return "superseded";
  const { lastSeenAt, purgeAt } = promotion.lastSeenAt < found.lastSeenAt ? found : promotion;
  yield statement(
    "update symbolon_sessions set lineage = ?, last_seen_at = ?, purge_at = ? where id = ?",
    promotion.to,
    lastSeenAt,
    purgeAt,
    id,
  );
  return "promoted";
}

function* replaceClaims(
  id: string,
  { claims, after, unrecorded }: ClaimsChange,
  stamp: Stamp,
): Script<ReplaceClaimsVerdict> {
  const head = yield* lockHead("exclusive");
  const [row] = yield lockLive(id);
  if (row === undefined && unrecorded !== true) return { outcome: "ended" };
  const found = row === undefined ? null : toSession(row);
  const by = yield* lastChange(after, found?.userId ?? null, new Set([id]));
  if (by !== null) return { outcome: "superseded", by };
  const text = JSON.stringify(claims);
  if (found !== null) {
    yield statement("update symbolon_sessions set claims = ? where id = ?", text, id);
  }
  const session = found && { ...found, claims: JSON.parse(text) as JsonObject };
  const entries = [yield* append(head, claimsChange("session", id), stamp)];
  return { outcome: "replaced", session, entries };
}

function* replaceClaimsOf(
  userId: string,
  { claims, after }: ClaimsChange,
  stamp: Stamp,
): Script<ReplaceClaimsOfVerdict> {
  const head = yield* lockHead("exclusive");
  // In the order in which touches take them.
  const live = yield {
    ...statement(
      `select id from symbolon_sessions where user_id = ? and ${isLive} order by id`,
      userId,
    ),
    lock: "exclusive",
  };
  const by = yield* lastChange(after, userId, new Set(live.map((row) => toText(row[0]))));
  if (by !== null) return { outcome: "superseded", by };
  yield statement(
    `update symbolon_sessions set claims = ? where user_id = ? and ${isLive}`,
    JSON.stringify(claims),
    userId,
  );
  const entries = [yield* append(head, claimsChange("user", userId), stamp)];
  return { outcome: "replaced", sessions: live.length, entries };
}

function replacement(target: string): Unlogged {
  return { scope: "session", target, kind: "revoked", except: null, reason: "replaced" };
}

function claimsChange(scope: "session" | "user", target: string): Unlogged {
  return { scope, target, kind: "changed", except: null, reason: "claims_changed" };
}

function* writeData(id: string, change: DataChange): Script<WriteDataVerdict> {
  const { key, to, from, maxBytes } = change;
  const name = toName(key);
  const [session] = yield lockLive(id);
  if (session === undefined) return "ended";
  const [current] = yield statement(
    "select value from symbolon_session_data where session_id = ? and name = ?",
    id,
    name,
  );
  const value = current === undefined ? null : toText(current[0]);
  if (from !== undefined && from !== value) return "conflict";
  if (to === value) return "written";
  if (to === null) {
    yield statement(
      "delete from symbolon_session_data where session_id = ? and name = ?",
      id,
      name,
    );
    return "written";
  }
  const [others] = yield statement(
    `select coalesce(sum(bytes), 0) from symbolon_session_data
      where session_id = ? and name <> ?`,
    id,
    name,
  );
  const bytes = dataBytes(key, to);
  if (toInteger(others?.[0]) + bytes > maxBytes) return "too_large";
  yield value === null
    ? statement(
        "insert into symbolon_session_data (value, bytes, session_id, name) values (?, ?, ?, ?)",
        to,
        bytes,
        id,
        name,
      )
    : statement(
        "update symbolon_session_data set value = ?, bytes = ? where session_id = ? and name = ?",
        to,
        bytes,
        id,
        name,
      );
  return "written";
}

function* purgeSome(now: number): Script<number> {
  const rows = yield {
    ...statement(
      `select id from symbolon_sessions where purge_at <= ? order by purge_at, id limit ${purgeBatch}`,
      now,
    ),
    lock: "exclusive",
  };
  yield* removeSessions(rows.map((row) => toText(row[0])));
  return rows.length;
}

function lockLive(id: string): Statement {
  return { ...statement(findSql, id), lock: "exclusive" };
}

// A key may be any string. As JSON text it has no NUL (which PostgreSQL refuses) and no lone surrogate
// (which UTF-8 cannot say, so that two keys would become one).
function toName(key: string): string {
  return JSON.stringify(key);
}

function fromName(name: string): string {
  return JSON.parse(name) as string;
}
