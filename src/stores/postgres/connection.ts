import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { PooledConnection } from "../sql/pooled-driver.ts";
import type { Row, SqlValue, Statement } from "../sql/script.ts";

/** A query as `pg` takes it. */
export interface PostgresQuery {
  name?: string;
  text: string;
  values?: unknown[];
  rowMode: "array";
  types?: { getTypeParser(oid: number, format?: string): (text: string) => SqlValue };
  query_timeout?: number;
}

/** What the store needs of a client of `pg`. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<{ rows: unknown[][] }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  release(destroy?: Error | boolean): void;
}

/** The caller's pool, as `pg` makes it: `new Pool({ connectionString })`. */
export interface PostgresPool {
  query(query: PostgresQuery): Promise<{ rows: unknown[][] }>;
  connect(): Promise<PostgresClient>;
}

/** Longer than any lock is waited for; then the connection is given up, not the whole process. */
const statementMs = 10_000;

/** How a transaction begins. */
export const beginSql: string = [
  // `read write` fails on a standby; a default of `read only` would make the sync a read.
  "begin isolation level read committed read write",
  // What was acknowledged stays, also where the database's default is off (REVIEW, finding 9).
  "set local synchronous_commit to on",
  "set local lock_timeout to '1s'",
  `set local statement_timeout to '${statementMs}ms'`,
  // A process that was stopped in the middle holds up everybody's revocations and, behind them, syncs: for less than
  // the lease, then. Nobody waits for its transaction any more after a call's deadline, which is as long.
  "set local idle_in_transaction_session_timeout to '1s'",
].join("; ");

const byteaOid = 17;

// Of our own, because an application may have set its own parsers for the whole process: integers stay text here and
// are read exactly.
const types: NonNullable<PostgresQuery["types"]> = {
  getTypeParser: (oid) => (oid === byteaOid ? toBytes : asItIs),
};

/** A query with a name is prepared once for each connection. */
export function namedQuery(text: string, params: readonly SqlValue[]): PostgresQuery {
  return {
    name: nameOf(text),
    text,
    values: params as unknown[],
    rowMode: "array",
    types,
    query_timeout: statementMs + 1_000,
  };
}

const names = new Map<string, string>();

// From the text, so that two stores with different schemas over one pool never share a name.
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `symbolon_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
    names.set(text, name);
  }
  return name;
}

export function plainQuery(text: string): PostgresQuery {
  return { text, rowMode: "array", query_timeout: statementMs + 1_000 };
}

export class PostgresConnection implements PooledConnection {
  readonly #client: PostgresClient;
  readonly #begin: string;
  readonly #turns: string;
  readonly #queryMs: number;
  #broken = false;
  // Without a listener, the end of a connection that is in use ends the process.
  readonly #onError = (): void => {
    this.#broken = true;
  };

  /**
   * `turns` names the queue in which transactions wait for their turn. After `queryMs` without an answer the connection
   * is given up; never when it is 0.
   */
  constructor(
    client: PostgresClient,
    begin: string,
    turns: string,
    queryMs: number = statementMs + 1_000,
  ) {
    this.#client = client;
    this.#begin = begin;
    this.#turns = turns;
    this.#queryMs = queryMs;
    client.on("error", this.#onError);
  }

  /**
   * Row locks are not fair: as long as shared ones overlap, whoever wants the exclusive one waits, and a revocation
   * starved for ten seconds among 28 sign-ins at a time. Advisory locks are a queue. Row locks still decide; this only
   * says who comes next.
   */
  async begin(turn: Statement["turn"]): Promise<void> {
    await this.#query(plainQuery(this.#beginOf(turn)));
  }

  #beginOf(turn: Statement["turn"]): string {
    if (turn === undefined) return this.#begin;
    const shared = turn === "shared" ? "_shared" : "";
    return `${this.#begin}; select pg_advisory_xact_lock${shared}(${this.#turns})`;
  }

  /** The simple protocol answers each statement of a text. Each has a snapshot of its own, as it has in messages of its own. */
  async transactAtOnce(
    turn: Statement["turn"],
    texts: readonly string[],
  ): Promise<readonly (readonly Row[])[] | null> {
    const text = [this.#beginOf(turn), ...texts, "commit"].join("; ");
    const answers: unknown = await this.#query({ ...plainQuery(text), types });
    // A pool that is not `pg` itself may answer the last alone.
    if (!Array.isArray(answers)) return null;
    const results = answers as readonly { readonly rows: readonly Row[] }[];
    return results.slice(-texts.length - 1, -1).map(({ rows }) => rows);
  }

  async run(text: string, params: readonly SqlValue[]): Promise<readonly Row[]> {
    const { rows } = await this.#query(
      params.length === 0 ? { ...plainQuery(text), types } : namedQuery(text, params),
    );
    return rows as Row[];
  }

  async end(how: "commit" | "rollback"): Promise<void> {
    if (this.#broken) throw new Error("The connection is lost");
    await this.#query(plainQuery(how));
  }

  async release(): Promise<void> {
    this.#client.release(this.#broken);
    this.#client.removeListener("error", this.#onError);
  }

  destroy(): void {
    this.#broken = true;
    void this.release();
  }

  async #query(query: PostgresQuery): Promise<{ rows: unknown[][] }> {
    try {
      return await this.#client.query({ ...query, query_timeout: this.#queryMs });
    } catch (error) {
      // What has no SQLSTATE was not said by the server: a time that ran out, or a connection that is gone.
      if (sqlStateOf(error) === null) this.#broken = true;
      throw error;
    }
  }
}

export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  const { code } = error;
  return typeof code === "string" && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : null;
}

function asItIs(text: string): string {
  return text;
}

function toBytes(text: string): Uint8Array {
  if (!text.startsWith(String.raw`\x`)) {
    throw new TypeError("PostgreSQL answered bytes in an unknown form: is bytea_output not hex?");
  }
  return new Uint8Array(Buffer.from(text.slice(2), "hex"));
}
