import { createHash } from "node:crypto";
import type { Store } from "../core/ports.ts";
import {
  beginSql,
  namedQuery,
  PostgresConnection,
  sqlStateOf,
  type PostgresPool,
} from "./postgres/connection.ts";
import { PostgresHints } from "./postgres/hints.ts";
import { sqlAttempts } from "./sql/attempts.ts";
import { sqlCredentials } from "./sql/credentials.ts";
import { postgresDialect } from "./sql/dialect.ts";
import {
  applyMigration,
  lastMigrationSql,
  migrations,
  printMigrations,
  refuseNewer,
} from "./sql/migrations.ts";
import { PooledDriver, type PooledDatabase } from "./sql/pooled-driver.ts";
import { sqlRevocation } from "./sql/revocation.ts";
import { toInteger } from "./sql/rows.ts";
import { statement, type Row } from "./sql/script.ts";
import { sqlSessions } from "./sql/sessions.ts";
import { sqlUsers } from "./sql/users.ts";

export type { PostgresClient, PostgresPool, PostgresQuery } from "./postgres/connection.ts";

export interface PostgresStoreOptions {
  /** The schema that has the `symbolon_` tables; that of the connection's `search_path` when left out. */
  readonly schema?: string;
  /** Whether `open()` brings the schema up to date; otherwise it refuses a database that is not. */
  readonly autoMigrate?: boolean;
}

/**
 * A store in PostgreSQL 13 or later, with every slice, over the caller's `pg` pool. The pool stays the caller's: it is
 * not closed here. It must lead to one primary; reads go there too.
 *
 * Every acknowledged write was made with `synchronous_commit = on`: it survives a crash, and where
 * `synchronous_standby_names` is set, the loss of the primary. `sync` fails on a standby. Other processes are told
 * of revocations by `LISTEN/NOTIFY` on one connection more, made from the pool's options; behind a pooler that
 * swallows notifications a warning says so and they are found by asking. A transaction that the database ends because of
 * another is run again for up to two seconds.
 * @throws TypeError when `schema` is empty or has a NUL.
 */
export function postgresStore(
  pool: PostgresPool,
  options: PostgresStoreOptions = {},
): Required<Store> {
  const { schema, autoMigrate = false } = options;
  const channel = channelOf(schema);
  const driver = new PooledDriver(
    postgresDatabase(pool, completing(schema, channel), turnsOf(schema)),
  );
  const hints = new PostgresHints(pool, channel);
  return {
    traits: { name: "postgres", durable: true, partitions: 1 },
    sessions: sqlSessions(driver),
    revocation: { ...sqlRevocation(driver), onHint: (listener) => hints.add(listener) },
    users: sqlUsers(driver),
    credentials: sqlCredentials(driver),
    attempts: sqlAttempts(driver),
    open: () => (autoMigrate ? migrate(pool, schema) : refuseOutdated(driver)),
    close: () => hints.close(),
  };
}

/** The SQL that `autoMigrate` would run on a database which has come as far as `after`: to be run by whoever may. */
export function postgresMigrations(
  options: { readonly schema?: string; readonly after?: number } = {},
): string {
  return printMigrations({
    after: options.after,
    statementsOf: ({ postgres }) => postgres,
    begin: ["begin", ...enterSchema(options.schema)],
    end: ["commit"],
  });
}

function postgresDatabase(
  pool: PostgresPool,
  complete: PooledDatabase["complete"],
  turns: string,
): PooledDatabase {
  return {
    dialect: postgresDialect,
    complete,
    connect: async () => new PostgresConnection(await pool.connect(), beginSql, turns),
    async read(text, params) {
      const { rows } = await pool.query(namedQuery(text, params));
      return rows as Row[];
    },
    failureOf: (error) => failures.get(sqlStateOf(error) ?? "") ?? "other",
  };
}

const failures: ReadonlyMap<string, "conflict" | "duplicate"> = new Map([
  ["40001", "conflict"], // serialization_failure
  ["40P01", "conflict"], // deadlock_detected
  ["55P03", "conflict"], // lock_not_available: waited for longer than lock_timeout
  ["23505", "duplicate"], // unique_violation
]);

const tableNames =
  /\bsymbolon_(?:sessions|session_data|head|log|processes|watermarks|users|credentials|attempts|migrations)\b/g;

function completing(schema: string | undefined, channel: string): PooledDatabase["complete"] {
  const prefix = schema === undefined ? "" : `${quoted(schema)}.`;
  return (text) =>
    text
      .replaceAll(tableNames, (name) => prefix + name)
      .replaceAll("{channel}", () => `'${channel}'`);
}

// A name of a channel has at most 63 bytes, like that of a schema.
function channelOf(schema: string | undefined): string {
  if (schema === undefined) return "symbolon";
  return `symbolon_${createHash("sha256").update(schema).digest("hex").slice(0, 16)}`;
}

// One queue for each schema: 64 bits, so that it is nobody else's.
function turnsOf(schema = ""): string {
  return String(createHash("sha256").update(`symbolon head ${schema}`).digest().readBigInt64BE());
}

function enterSchema(schema: string | undefined): string[] {
  if (schema === undefined) return [];
  const name = quoted(schema);
  return [`create schema if not exists ${name}`, `set local search_path to ${name}`];
}

function quoted(schema: string): string {
  if (schema === "" || schema.includes("\0")) {
    throw new TypeError(`postgresStore: ${JSON.stringify(schema)} is not the name of a schema`);
  }
  return `"${schema.replaceAll('"', '""')}"`;
}

/** In one transaction for each step, and one process at a time: the others wait, and find nothing left to do. */
async function migrate(pool: PostgresPool, schema: string | undefined): Promise<void> {
  const begin = "begin isolation level read committed read write; set local lock_timeout to '60s'";
  const driver = new PooledDriver({
    ...postgresDatabase(pool, (text) => text, "0"),
    connect: async () => new PostgresConnection(await pool.connect(), begin, "0"),
  });
  for (const migration of migrations) {
    await driver.transactOnce(function* () {
      yield statement(`select pg_advisory_xact_lock(${turnsOf(schema)})`);
      for (const sql of enterSchema(schema)) yield statement(sql);
      yield* applyMigration(migration, migration.postgres, Date.now());
    });
  }
}

async function refuseOutdated(driver: PooledDriver): Promise<void> {
  const last = await driver.read(lastMigrationSql).then(
    ([row]) => toInteger(row?.[0]),
    (error: unknown) => {
      // undefined_table, invalid_schema_name
      if (["42P01", "3F000"].includes(sqlStateOf(error) ?? "")) return 0;
      throw error;
    },
  );
  refuseNewer(last);
  if (last < migrations.length) {
    throw new Error(
      `postgresStore: the database has come to Symbolon's migration ${last} of ${migrations.length}: run the SQL that postgresMigrations({ after: ${last} }) answers, or open the store with { autoMigrate: true }`,
    );
  }
}
