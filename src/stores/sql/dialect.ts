import type { Statement } from "./script.ts";

/** In what the databases differ, for those who run the statements; what is not here is the same SQL everywhere. */
export interface Dialect {
  readonly name: "sqlite" | "postgres" | "mysql";
  /** How the n-th parameter is written, from 1. */
  readonly placeholder: (position: number) => string;
  /** What is appended to a read whose rows stay locked until the transaction ends. */
  readonly lockClause: Readonly<Record<NonNullable<Statement["lock"]>, string>>;
  /** What is appended to the insertion of a log entry, so that its commit wakes up whoever waits for one. */
  readonly hintClause: string;
  /**
   * Two columns: whether this server is a replica or was told not to write (0 for "it may write"), and its own time in
   * milliseconds since the epoch (null: it has the clock of whoever asks).
   */
  readonly serverFacts: string;
}

/** A transaction that writes has the whole file to itself, so nothing is locked by row. */
export const sqliteDialect: Dialect = {
  name: "sqlite",
  placeholder: () => "?",
  lockClause: { exclusive: "", shared: "" },
  hintClause: "",
  serverFacts: "0, null",
};

export const postgresDialect: Dialect = {
  name: "postgres",
  placeholder: (position) => `$${position}`,
  lockClause: { exclusive: " for update", shared: " for share" },
  // The notification leaves with the commit and costs no round trip under the head's lock.
  hintClause: " returning pg_notify({channel}, '')",
  serverFacts:
    "pg_is_in_recovery()::int, floor(extract(epoch from clock_timestamp()) * 1000)::bigint",
};

export const mysqlDialect: Dialect = {
  name: "mysql",
  placeholder: () => "?",
  // `for share` is unknown to MariaDB; MySQL still knows the older words.
  lockClause: { exclusive: " for update", shared: " lock in share mode" },
  hintClause: "",
  // Not `unix_timestamp()`: it goes through the session's time zone, where an hour a year is there twice.
  serverFacts:
    "@@global.read_only, timestampdiff(microsecond, '1970-01-01', utc_timestamp(6)) div 1000",
};

/** The text that a database is given for a statement. */
export function render(dialect: Dialect, { sql, lock, hints }: Statement): string {
  let position = 0;
  const placed = sql.replaceAll("?", () => dialect.placeholder((position += 1)));
  const locked = lock === undefined ? placed : placed + dialect.lockClause[lock];
  return hints === true ? locked + dialect.hintClause : locked;
}
