import { createHash } from "node:crypto";
import { postgresDialect } from "../sql/dialect.ts";
import type { PooledDatabase } from "../sql/pooled-driver.ts";
import type { Row } from "../sql/script.ts";
import {
  beginSql,
  namedQuery,
  PostgresConnection,
  sqlStateOf,
  type PostgresPool,
} from "./connection.ts";

/** PostgreSQL behind the caller's pool. */
export function postgresDatabase(
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
  /\bsymbolon_(?:sessions|session_data|head|log|processes|watermarks|users|credentials|attempts|key_ring|migrations)\b/g;

/** Puts the schema before the names of tables, and the channel where it is notified. */
export function completing(
  schema: string | undefined,
  channel: string,
): PooledDatabase["complete"] {
  const prefix = schema === undefined ? "" : `${quoted(schema)}.`;
  return (text) =>
    text
      .replaceAll(tableNames, (name) => prefix + name)
      .replaceAll("{channel}", () => `'${channel}'`);
}

/** Where revocations are notified: a name of a channel has at most 63 bytes, like that of a schema. */
export function channelOf(schema: string | undefined): string {
  if (schema === undefined) return "symbolon";
  return `symbolon_${createHash("sha256").update(schema).digest("hex").slice(0, 16)}`;
}

/** One queue for each schema: 64 bits, so that it is nobody else's. */
export function turnsOf(schema = ""): string {
  return String(createHash("sha256").update(`symbolon head ${schema}`).digest().readBigInt64BE());
}

/** @throws TypeError when it is empty or has a NUL. */
export function quoted(schema: string): string {
  if (schema === "" || schema.includes("\0")) {
    throw new TypeError(`postgresStore: ${JSON.stringify(schema)} is not the name of a schema`);
  }
  return `"${schema.replaceAll('"', '""')}"`;
}
