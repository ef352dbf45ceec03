import * as mysql from "./mysql-schema.ts";
import * as postgres from "./postgres-schema.ts";
import { toInteger } from "./rows.ts";
import { statement, type Script } from "./script.ts";

/** One step of the schema. Never edited once released: what follows is a new one. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sqlite: readonly string[];
  readonly postgres: readonly string[];
  /** With `{text}` for a collation that MySQL and MariaDB name differently. */
  readonly mysql: readonly string[];
}

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: "sessions, revocation, users, credentials, attempts",
    postgres: postgres.sessionsAndAccounts,
    mysql: mysql.sessionsAndAccounts,
    sqlite: [
      `create table symbolon_sessions (
        id text not null primary key,
        secret_hash blob not null,
        user_id text,
        tenant_id text,
        mark integer not null,
        created_at integer not null,
        last_seen_at integer not null,
        purge_at integer not null,
        methods text not null,
        assurance_level text not null,
        persistent integer not null,
        user_agent text,
        claims text not null
      ) strict`,
      "create index symbolon_sessions_by_user on symbolon_sessions (user_id)",
      // With the mark, so that revoking all counts a million sessions without reading their rows.
      "create index symbolon_sessions_by_tenant on symbolon_sessions (tenant_id, mark)",
      "create index symbolon_sessions_by_purge on symbolon_sessions (purge_at)",
      `create table symbolon_session_data (
        session_id text not null references symbolon_sessions (id) on delete cascade,
        name text not null,
        value text not null,
        bytes integer not null,
        primary key (session_id, name)
      ) strict, without rowid`,
      `create table symbolon_head (
        one integer not null primary key check (one = 1),
        seq integer not null
      ) strict`,
      "insert into symbolon_head (one, seq) values (1, 0)",
      `create table symbolon_watermarks (
        scope text not null,
        id text not null,
        revoked_before integer not null,
        revoked_at integer not null,
        keep_until integer not null,
        swept integer not null,
        primary key (scope, id)
      ) strict, without rowid`,
      "create index symbolon_watermarks_unswept on symbolon_watermarks (scope, id) where swept = 0",
      `create table symbolon_users (
        id text not null primary key,
        email text not null,
        email_key text not null unique,
        email_verified integer not null,
        name text,
        created_at integer not null
      ) strict`,
      `create table symbolon_credentials (
        user_id text not null primary key references symbolon_users (id) on delete cascade,
        hash text not null,
        revocation_pending_since integer
      ) strict`,
      `create index symbolon_credentials_pending on symbolon_credentials (revocation_pending_since)
        where revocation_pending_since is not null`,
      `create table symbolon_attempts (
        name text not null primary key,
        unused_at integer not null
      ) strict, without rowid`,
      "create index symbolon_attempts_by_time on symbolon_attempts (unused_at)",
    ],
  },
  {
    number: 2,
    name: "the revocation log and the processes that read it",
    postgres: postgres.logAndProcesses,
    mysql: mysql.logAndProcesses,
    sqlite: [
      "alter table symbolon_head add column pruned_to integer not null default 0",
      `create table symbolon_log (
        seq integer not null primary key,
        id text not null unique,
        cut integer not null,
        scope text not null,
        target text not null,
        kind text not null,
        excepted text,
        reason text not null,
        keep_until integer not null
      ) strict`,
      "create index symbolon_log_by_end on symbolon_log (keep_until)",
      `create table symbolon_processes (
        id text not null primary key,
        acknowledged integer not null,
        live_until integer not null,
        keep_for_ms integer not null,
        seen_at integer not null
      ) strict, without rowid`,
    ],
  },
  {
    number: 3,
    name: "the key ring",
    postgres: postgres.keyRing,
    mysql: mysql.keyRing,
    sqlite: [
      `create table symbolon_key_ring (
        one integer not null primary key check (one = 1),
        version integer not null,
        sealed text not null
      ) strict`,
    ],
  },
  {
    number: 4,
    name: "the refresh tokens of a session",
    postgres: postgres.lineage,
    mysql: mysql.lineage,
    sqlite: ["alter table symbolon_sessions add column lineage text"],
  },
];

const tableSql = `create table if not exists symbolon_migrations (
    number integer not null primary key, name text not null, applied_at bigint not null)`;

/** How far the schema has come; fails where there is none. */
export const lastMigrationSql = "select coalesce(max(number), 0) from symbolon_migrations";

/**
 * Applies the migration unless another process did: what decides is read under the write lock. Answers whether it did.
 * @throws Error when the database was migrated by a newer release, whose schema this one does not know.
 */
export function* applyMigration(
  migration: Migration,
  statements: readonly string[],
  now: number,
): Script<boolean> {
  yield statement(tableSql);
  const [row] = yield statement(lastMigrationSql);
  const last = toInteger(row?.[0]);
  refuseNewer(last);
  if (last >= migration.number) return false;
  for (const sql of statements) yield statement(sql);
  yield statement(
    "insert into symbolon_migrations (number, name, applied_at) values (?, ?, ?)",
    migration.number,
    migration.name,
    now,
  );
  return true;
}

/** @throws Error when the schema is newer than this release. */
export function refuseNewer(last: number): void {
  if (last > migrations.length) {
    throw new Error(
      `The database has Symbolon's migration ${last}, this release knows ${migrations.length}: use the newer release`,
    );
  }
}

/** The migrations as one text for an administrator, from the first on or from those after `after`. */
export function printMigrations(options: {
  readonly after: number | undefined;
  readonly statementsOf: (migration: Migration) => readonly string[];
  readonly begin: readonly string[];
  readonly end: readonly string[];
}): string {
  const { after = 0, statementsOf, begin, end } = options;
  const steps = migrations
    .filter(({ number }) => number > after)
    .flatMap((migration) => [
      `-- Symbolon's migration ${migration.number}: ${migration.name}`,
      ...begin.map(ended),
      ended(tableSql),
      ...statementsOf(migration).map(ended),
      ended(
        `insert into symbolon_migrations (number, name, applied_at) values (${migration.number}, '${migration.name}', 0)`,
      ),
      ...end.map(ended),
    ]);
  return `${steps.join("\n")}\n`;
}

function ended(sql: string): string {
  return `${sql};`;
}
