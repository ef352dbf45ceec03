import type { Dialect } from "./dialect.ts";

/** What a column holds. Drivers answer wide integers as number, bigint or decimal text; all are taken. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * The values of one row, in the order of the select list: every driver can answer so (`rowMode: 'array'`,
 * `rowsAsArray`), and building an object of thirteen names costs more than the rest of reading a session.
 */
export type Row = readonly SqlValue[];

/** One statement: constant SQL with `?` for each parameter, so that a driver can prepare each text once. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /**
   * The rows read stay locked until the transaction ends: databases that lock by row append `for update` or
   * `for share`. SQLite ignores it, because a transaction that writes has the whole file to itself.
   */
  readonly lock?: "exclusive" | "shared";
  /**
   * Of the first statement of a script: before it, the transaction waits its turn among those that lock the head. For
   * databases whose row locks are not given out in the order in which they were asked for.
   */
  readonly turn?: "exclusive" | "shared";
  /** When this is committed, whoever waits for log entries is told, where the database can tell. */
  readonly hints?: true;
}

/**
 * One atomic act of several statements: yields each statement and receives its rows. Written once; a driver runs
 * it to its end within one transaction, and afresh from its start when the database asks to try again.
 */
export type Script<T> = Generator<Statement, T, readonly Row[]>;

/** What the SQL slices need from a database. */
export interface SqlDriver {
  readonly dialect: Dialect;
  /** One read, outside any transaction. */
  read(sql: string, ...params: SqlValue[]): Promise<readonly Row[]>;
  /** Runs a script in one transaction that is serialised with every other one that locks the same rows. */
  transact<T>(script: () => Script<T>): Promise<T>;
  /**
   * Runs statements that need no answer of each other as one transaction; in one message, where the database takes several.
   * Answers the rows of each.
   */
  transactAtOnce(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
}

/** Statements that need no answer of each other, as a script. */
export function* inOrder(statements: readonly Statement[]): Script<readonly (readonly Row[])[]> {
  const answers: (readonly Row[])[] = [];
  for (const each of statements) answers.push(yield each);
  return answers;
}

/** A statement of a script. */
export function statement(sql: string, ...params: SqlValue[]): Statement {
  return { sql, params };
}
