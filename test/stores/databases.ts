import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { createPool, type Pool as MysqlPool } from "mysql2/promise";
import { Pool as PostgresPool } from "pg";
import { mysqlStore } from "symbolon/stores/mysql";
import { postgresStore } from "symbolon/stores/postgres";
import type { Damage } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";

/** A server that tests may use, with a place of their own in it. */
export interface TestDatabase<Pool extends object = object> {
  readonly name: string;
  /** Null when it does not answer. */
  readonly server: TestServer<Pool> | null;
  /** Why there is none. */
  readonly reason: string;
}

export interface TestServer<Pool extends object = object> {
  /** The name of the place: a schema in PostgreSQL, a database in MySQL. */
  readonly place: string;
  /** Another pool on the server, closed after the tests. */
  readonly connect: (settings?: object) => Pool;
  /** A store on the place, which is emptied; it is not open. */
  readonly make: () => Promise<Required<Store>>;
  readonly damage: Damage;
  /** A store on the same place over the pool that `wrap` makes of a new one. */
  readonly over: (wrap: (pool: object) => object) => Promise<Required<Store>>;
  /** Runs SQL on the place, beside the stores. */
  readonly run: (sql: string) => Promise<unknown[]>;
}

const tables = ["session_data", "sessions", "credentials", "users", "attempts", "watermarks"]
  .concat("log", "processes", "key_ring")
  .map((name) => `symbolon_${name}`);
const emptied = [
  ...tables.map((name) => `delete from ${name}`),
  "update symbolon_head set seq = 0, pruned_to = 0",
];
const answerMs = 500;
const place = `symbolon_test_${randomBytes(6).toString("hex")}`;

/** Where the servers are. */
export const postgresUrl: string =
  process.env["SYMBOLON_TEST_POSTGRES"] ?? "postgres://postgres@127.0.0.1:5432/test";
export const mysqlUrl: string =
  process.env["SYMBOLON_TEST_MYSQL"] ?? "mysql://root@127.0.0.1:3306/test";

/** PostgreSQL, with a schema of this file's own that is dropped after its tests. */
export async function testPostgres(): Promise<TestDatabase<PostgresPool>> {
  const pools: PostgresPool[] = [];
  const connect = (settings: object = {}): PostgresPool => {
    const pool = new PostgresPool({
      connectionString: postgresUrl,
      connectionTimeoutMillis: 5_000,
      ...settings,
    });
    pools.push(pool.on("error", () => {}));
    return pool;
  };
  const pool = connect({ connectionTimeoutMillis: answerMs });
  const name = "postgres";
  try {
    await pool.query("select 1");
  } catch (error) {
    await pool.end();
    return { name, server: null, reason: silence(postgresUrl, error) };
  }
  after(async () => {
    await pool.query(`drop schema if exists ${place} cascade`);
    await Promise.all(pools.map((one) => one.end()));
  });
  const own = connect({ max: 4, options: `-c search_path=${place}` });
  const run = async (sql: string): Promise<unknown[]> =>
    (await own.query({ text: sql, rowMode: "array" })).rows;
  const options = { schema: place, autoMigrate: true };
  await postgresStore(pool, options).open();
  const server: TestServer<PostgresPool> = {
    place,
    connect,
    async make() {
      await run(emptied.join("; "));
      return postgresStore(pool, options);
    },
    async over(wrap) {
      return postgresStore(wrap(connect()) as PostgresPool, options);
    },
    damage: {
      async loseEntriesAfter(_store, seq) {
        await run(
          `delete from symbolon_log where seq > ${seq}; update symbolon_head set seq = ${seq}`,
        );
      },
    },
    run,
  };
  return { name, server, reason: "" };
}

/** MySQL or MariaDB, with a database of this file's own that is dropped after its tests. */
export async function testMysql(): Promise<TestDatabase<MysqlPool>> {
  const first = createPool({ uri: mysqlUrl, connectionLimit: 1, connectTimeout: answerMs });
  const name = "mysql";
  try {
    await first.query("select 1");
  } catch (error) {
    await first.end();
    return { name, server: null, reason: silence(mysqlUrl, error) };
  }
  await first.query(`create database ${place}`);
  const pools: MysqlPool[] = [];
  const connect = (settings: object = {}): MysqlPool => {
    const pool = createPool({ uri: mysqlUrl, database: place, ...settings });
    pools.push(pool);
    return pool;
  };
  const pool = connect();
  after(async () => {
    await first.query(`drop database if exists ${place}`);
    await Promise.all([first, ...pools].map((one) => one.end()));
  });
  const run = async (sql: string): Promise<unknown[]> => {
    const [rows] = await pool.query({ sql, rowsAsArray: true });
    return Array.isArray(rows) ? rows : [];
  };
  const options = { autoMigrate: true };
  await mysqlStore(pool, options).open();
  const server: TestServer<MysqlPool> = {
    place,
    connect,
    async make() {
      for (const sql of emptied) await run(sql);
      return mysqlStore(pool, options);
    },
    async over(wrap) {
      return mysqlStore(wrap(connect()) as MysqlPool, options);
    },
    damage: {
      async loseEntriesAfter(_store, seq) {
        await run(`delete from symbolon_log where seq > ${seq}`);
        await run(`update symbolon_head set seq = ${seq}`);
      },
    },
    run,
  };
  return { name, server, reason: "" };
}

function silence(url: string, error: unknown): string {
  return `${url.replace(/\/\/.*@/, "//…@")} does not answer: ${String(error)}`;
}

/** Says in the results that a database was not there; under CI that is a failure. */
export function didNotRun({ name, reason }: TestDatabase): void {
  const told = `did not run: ${name}: ${reason}`;
  test(told, { skip: process.env["CI"] === undefined }, () => {
    throw new Error(told);
  });
}
