import { randomBytes } from "node:crypto";
import { after } from "node:test";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";

/** A database of a test file's own, dropped after its tests. */
export interface OwnDatabase {
  /** Its address, as `SYMBOLON_STORE` takes it. */
  readonly url: string;
  /** Runs SQL in it and answers the rows as arrays. */
  readonly run: (sql: string) => Promise<readonly (readonly unknown[])[]>;
  /** Another one, empty too. */
  readonly another: () => Promise<OwnDatabase>;
}

/** An empty database in PostgreSQL, or why there is none. */
export async function ownPostgres(): Promise<OwnDatabase | string> {
  const url = process.env["SYMBOLON_TEST_POSTGRES"] ?? "postgres://postgres@127.0.0.1:5432/test";
  const connect = async (address: string): Promise<Client> => {
    const client = new Client({ connectionString: address, connectionTimeoutMillis: 1_000 });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  const run = async (address: string, sql: string) => {
    const client = await connect(address);
    try {
      return (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows;
    } finally {
      await client.end();
    }
  };
  const database = await own(url, run, (name) => `drop database if exists ${name} with (force)`);
  if (typeof database === "string") return database;
  // Schemas of the one database: dropping a database waits for a checkpoint of the whole server.
  let schemas = 0;
  const another = async (): Promise<OwnDatabase> => {
    const name = `another_${(schemas += 1)}`;
    await database.run(`create schema ${name}`);
    const address = `${database.url}?options=-c%20search_path%3D${name}`;
    return { url: address, run: (sql) => run(address, sql), another };
  };
  return { ...database, another };
}

/** An empty database in MySQL or MariaDB, or why there is none. */
export async function ownMysql(): Promise<OwnDatabase | string> {
  const url = process.env["SYMBOLON_TEST_MYSQL"] ?? "mysql://root@127.0.0.1:3306/test";
  const run = async (address: string, sql: string) => {
    const connection = await createConnection({ uri: address, connectTimeout: 1_000 });
    try {
      const [rows] = await connection.query({ sql, rowsAsArray: true });
      return Array.isArray(rows) ? (rows as unknown[][]) : [];
    } finally {
      await connection.end();
    }
  };
  return own(url, run, (name) => `drop database if exists ${name}`);
}

async function own(
  server: string,
  run: (address: string, sql: string) => Promise<readonly (readonly unknown[])[]>,
  dropSql: (name: string) => string,
): Promise<OwnDatabase | string> {
  try {
    await run(server, "select 1");
  } catch (error) {
    const reason = `did not run: ${server.replace(/\/\/.*@/, "//…@")}: ${String(error)}`;
    if (process.env["CI"] !== undefined) throw new Error(reason, { cause: error });
    return reason;
  }
  const names: string[] = [];
  after(async () => {
    for (const name of names) await run(server, dropSql(name));
  });
  const make = async (): Promise<OwnDatabase> => {
    const name = `symbolon_test_${randomBytes(6).toString("hex")}`;
    names.push(name);
    await run(server, `create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return { url: url.href, run: (sql) => run(url.href, sql), another: make };
  };
  return make();
}
