import { Buffer } from "node:buffer";
import type { PooledConnection } from "../sql/pooled-driver.ts";
import type { Row, SqlValue } from "../sql/script.ts";

/** A query as `mysql2` takes it. */
export interface MysqlQuery {
  sql: string;
  values?: (string | number | bigint | Buffer | null)[];
  rowsAsArray: true;
  nestTables: false;
  supportBigNumbers: true;
  bigNumberStrings: true;
  typeCast: true;
  timeout: number;
}

/** What the store needs of a connection of `mysql2/promise`. */
export interface MysqlConnectionLike {
  query(query: MysqlQuery): Promise<[unknown, unknown]>;
  execute(query: MysqlQuery): Promise<[unknown, unknown]>;
  release(): void;
  destroy(): void;
}

/** The caller's pool, as `mysql2/promise` makes it: `createPool({ uri })`. */
export interface MysqlPool {
  execute(query: MysqlQuery): Promise<[unknown, unknown]>;
  getConnection(): Promise<MysqlConnectionLike>;
}

/** Longer than any lock is waited for; then the connection is given up, not the whole process. */
const statementMs = 10_000;

const beginSql = [
  // For the next transaction only; under REPEATABLE READ the head would be seen as it was at the first read.
  "set transaction isolation level read committed",
  // 50 s by default. The connection is the application's, so what it had before is put back at the end.
  "set @symbolon_lock_wait = @@session.innodb_lock_wait_timeout, @@session.innodb_lock_wait_timeout = 1",
  "start transaction read write",
];
const putBackSql = "set @@session.innodb_lock_wait_timeout = @symbolon_lock_wait";

/** Rows as arrays and integers as texts, whatever the pool's settings are. */
export function mysqlQuery(sql: string, params: readonly SqlValue[] = []): MysqlQuery {
  return {
    sql,
    values: params.map((value) =>
      value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.length)
        : value,
    ),
    rowsAsArray: true,
    nestTables: false,
    supportBigNumbers: true,
    bigNumberStrings: true,
    typeCast: true,
    timeout: statementMs,
  };
}

export class MysqlConnection implements PooledConnection {
  readonly #connection: MysqlConnectionLike;
  #broken = false;

  constructor(connection: MysqlConnectionLike) {
    this.#connection = connection;
  }

  /** InnoDB gives locks out in their order, so nobody has to wait for a turn. */
  async begin(): Promise<void> {
    for (const sql of beginSql) await this.#plain(sql);
  }

  async run(text: string, params: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#asked(() => this.#connection.execute(mysqlQuery(text, params)));
  }

  async end(how: "commit" | "rollback"): Promise<void> {
    if (this.#broken) throw new Error("The connection is lost");
    await this.#plain(how);
    await this.#plain(putBackSql);
  }

  async release(): Promise<void> {
    if (this.#broken) this.#connection.destroy();
    else this.#connection.release();
  }

  destroy(): void {
    this.#connection.destroy();
  }

  #plain(sql: string): Promise<readonly Row[]> {
    return this.#asked(() => this.#connection.query(mysqlQuery(sql)));
  }

  async #asked(ask: () => Promise<[unknown, unknown]>): Promise<readonly Row[]> {
    try {
      return rowsOf(await ask());
    } catch (error) {
      // What has no number was not said by the server: a time that ran out, or a connection that is gone.
      if (mysqlErrorOf(error) === null) this.#broken = true;
      throw error;
    }
  }
}

/** Statements that answer no rows answer one object instead. */
export function rowsOf([rows]: [unknown, unknown]): readonly Row[] {
  return Array.isArray(rows) ? (rows as Row[]) : [];
}

/** The server's number of an error, or null when it is not the server's. */
export function mysqlErrorOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("errno" in error)) return null;
  return typeof error.errno === "number" && error.errno >= 1_000 ? error.errno : null;
}
