import {
  applyMigration,
  lastMigrationSql,
  migrations,
  printMigrations,
  refuseNewer,
  type Migration,
} from "../sql/migrations.ts";
import { PooledDriver } from "../sql/pooled-driver.ts";
import { toInteger } from "../sql/rows.ts";
import type { Schema } from "../sql/schema.ts";
import { statement } from "../sql/script.ts";
import { PostgresConnection, sqlStateOf, type PostgresPool } from "./connection.ts";
import { channelOf, completing, postgresDatabase, quoted, turnsOf } from "./database.ts";

const beginSql = [
  "begin isolation level read committed read write",
  // For the lock that whoever migrates holds; a step itself may take as long as it takes.
  "set local lock_timeout to '60s'",
  "set local statement_timeout to 0",
].join("; ");

/** The tables of a PostgreSQL store, in the schema of that name or in that of the connection's `search_path`. */
export class PostgresSchema implements Schema {
  readonly #pool: PostgresPool;
  readonly #name: string | undefined;

  constructor(pool: PostgresPool, name: string | undefined) {
    this.#pool = pool;
    this.#name = name;
  }

  async version(): Promise<number> {
    const complete = completing(this.#name, channelOf(this.#name));
    const driver = new PooledDriver(postgresDatabase(this.#pool, complete, "0"));
    try {
      const [row] = await driver.read(lastMigrationSql);
      return toInteger(row?.[0]);
    } catch (error) {
      // undefined_table, invalid_schema_name
      if (["42P01", "3F000"].includes(sqlStateOf(error) ?? "")) return 0;
      throw error;
    }
  }

  /** In one transaction for each step, and one process at a time: the others wait, and find nothing left to do. */
  async migrate(onApplied: (migration: Migration) => void = () => {}): Promise<void> {
    // Whoever has nothing to create needs no right to create.
    const last = await this.version();
    refuseNewer(last);
    if (last === migrations.length) return;
    const [pool, name] = [this.#pool, this.#name];
    const driver = new PooledDriver({
      ...postgresDatabase(pool, (text) => text, "0"),
      connect: async () => new PostgresConnection(await pool.connect(), beginSql, "0", 0),
    });
    for (const migration of migrations) {
      const applied = await driver.transactOnce(function* () {
        yield statement(`select pg_advisory_xact_lock(${turnsOf(name)})`);
        for (const sql of enterSchema(name)) yield statement(sql);
        return yield* applyMigration(migration, migration.postgres, Date.now());
      });
      if (applied) onApplied(migration);
    }
  }

  async print(after: number): Promise<string> {
    return postgresMigrations({ after, ...(this.#name !== undefined && { schema: this.#name }) });
  }
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

function enterSchema(schema: string | undefined): string[] {
  if (schema === undefined) return [];
  const name = quoted(schema);
  return [`create schema if not exists ${name}`, `set local search_path to ${name}`];
}
