import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import mysql from "mysql2/promise";
import pg from "pg";
import { mysqlStore } from "symbolon/stores/mysql";
import { postgresStore } from "symbolon/stores/postgres";
import type { Damage } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";

/** A server that tests may use, with a place of their own in it. */
export interface TestDatabase {
  readonly name: string;
  /** Null when it does not answer. */
  readonly server: TestServer | null;
  /** Why there is none. */
  readonly reason: string;
}

export interface TestServer {
  /** A store on the place, which is emptied; it is not open. */
  readonly make: () => Promise<Required<Store>>;
  readonly damage: Damage;
  /** A store on the same place over the pool that `wrap` makes of a new one. */
  readonly over: (wrap: (pool: object) => object) => Promise<Required<Store>>;
  /** Runs SQL on the place, beside the stores. */
  readonly run: (sql: string) => Promise<unknown[]>;
}

const tables = ["session_data", "sessions", "credentials", "users", "attempts", "watermarks"]
  .concat("log", "processes")
  .map((name) => `symbolon_${name}`);
const emptied = [
  ...tables.map((name) => `delete from ${name}`),
  "update symbolon_head set seq = 0, pruned_to = 0",
];
const answerMs = 500;
const place = `symbolon_test_${randomBytes(6).toString("hex")}`;

/** PostgreSQL, with a schema of this file's own that is dropped after its tests. */
export async function testPostgres(): Promise<TestDatabase> {
  const url = process.env["SYMBOLON_TEST_POSTGRES"] ?? "postgres://postgres@127.0.0.1:5432/test";
  const connect = () =>
    new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: answerMs }).on(
      "error",
      () => {},
    );
  const pool = connect();
  const name = "postgres";
  try {
    await pool.query("select 1");
  } catch (error) {
    await pool.end();
    return { name, server: null, reason: `${url} does not answer: ${String(error)}` };
  }
  const others: pg.Pool[] = [];
  after(async () => {
    await pool.query(`drop schema if exists ${place} cascade`);
    await Promise.all([pool, ...others].map((one) => one.end()));
  });
  const own = new pg.Pool({ connectionString: url, max: 4, options: `-c search_path=${place}` });
  others.push(own);
  const run = async (sql: string): Promise<unknown[]> =>
    (await own.query({ text: sql, rowMode: "array" })).rows;
  const options = { schema: place, autoMigrate: true };
  await postgresStore(pool, options).open();
  const server: TestServer = {
    async make() {
      await run(emptied.join("; "));
      return postgresStore(pool, options);
    },
    async over(wrap) {
      const another = connect();
      others.push(another);
      return postgresStore(wrap(another) as pg.Pool, options);
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
export async function testMysql(): Promise<TestDatabase> {
  const url = process.env["SYMBOLON_TEST_MYSQL"] ?? "mysql://root@127.0.0.1:3306/test";
  const first = mysql.createPool({ uri: url, connectionLimit: 1, connectTimeout: answerMs });
  const name = "mysql";
  try {
    await first.query("select 1");
  } catch (error) {
    await first.end();
    return { name, server: null, reason: `${url} does not answer: ${String(error)}` };
  }
  await first.query(`create database ${place}`);
  const connect = () => mysql.createPool({ uri: url, database: place, connectionLimit: 10 });
  const pool = connect();
  const others: mysql.Pool[] = [];
  after(async () => {
    await first.query(`drop database if exists ${place}`);
    await Promise.all([first, pool, ...others].map((one) => one.end()));
  });
  const run = async (sql: string): Promise<unknown[]> => {
    const [rows] = await pool.query({ sql, rowsAsArray: true });
    return Array.isArray(rows) ? rows : [];
  };
  const options = { autoMigrate: true };
  await mysqlStore(pool, options).open();
  const server: TestServer = {
    async make() {
      for (const sql of emptied) await run(sql);
      return mysqlStore(pool, options);
    },
    async over(wrap) {
      const another = connect();
      others.push(another);
      return mysqlStore(wrap(another) as mysql.Pool, options);
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

/** Says in the results that a database was not there; under CI that is a failure. */
export function didNotRun({ name, reason }: TestDatabase): void {
  const told = `did not run: ${name}: ${reason}`;
  test(told, { skip: process.env["CI"] === undefined }, () => {
    throw new Error(told);
  });
}
