import { setTimeout as pause } from "node:timers/promises";
import { render, type Dialect } from "./dialect.ts";
import {
  inOrder,
  type Row,
  type Script,
  type SqlDriver,
  type SqlValue,
  type Statement,
} from "./script.ts";
import { within } from "./within.ts";

/** One connection, for one transaction. */
export interface PooledConnection {
  /** Begins at READ COMMITTED: each statement sees what was committed before it, the head above all. */
  begin(turn: Statement["turn"]): Promise<void>;
  run(text: string, params: readonly SqlValue[]): Promise<readonly Row[]>;
  /**
   * A whole transaction in one message, from its begin to its commit. Left out where a message has one statement; null where
   * it was done, but the caller's pool does not tell what each statement answered.
   */
  transactAtOnce?(
    turn: Statement["turn"],
    texts: readonly string[],
  ): Promise<readonly (readonly Row[])[] | null>;
  /** Ends the transaction. */
  end(how: "commit" | "rollback"): Promise<void>;
  /** Gives it back to its pool. */
  release(): Promise<void>;
  /** Closes it: nobody knows in which state it is. */
  destroy(): void;
}

/** A database server behind the caller's pool. */
export interface PooledDatabase {
  readonly dialect: Dialect;
  /** Completes what the dialect cannot know, such as the names of schemas. */
  readonly complete: (text: string) => string;
  connect(): Promise<PooledConnection>;
  /** One read in autocommit, which bounds its time itself: the hot path. */
  read(text: string, params: readonly SqlValue[]): Promise<readonly Row[]>;
  /**
   * `conflict`: the database ended the transaction because of another one, to be tried again. `duplicate`: a row with
   * this key came in between; the second try will find it.
   */
  failureOf(error: unknown): "conflict" | "duplicate" | "other";
}

/** How long a free connection is waited for. */
const connectMs = 5_000;
/** A transaction that others get in the way of is tried again until then, and this often. */
const deadlineMs = 2_000;
const maxTries = { conflict: 20, duplicate: 4, other: 1 } as const;

/** Runs the scripts over a pool, each in one transaction. */
export class PooledDriver implements SqlDriver {
  readonly dialect: Dialect;
  readonly #database: PooledDatabase;
  // Texts are constants, so these maps stay small; building a text costs more than finding it.
  readonly #reads = new Map<string, string>();
  readonly #texts = new Map<string, string>();
  readonly #parts = new Map<string, readonly string[]>();

  constructor(database: PooledDatabase) {
    this.#database = database;
    this.dialect = database.dialect;
  }

  read(sql: string, ...params: SqlValue[]): Promise<readonly Row[]> {
    let text = this.#reads.get(sql);
    if (text === undefined) {
      text = this.#complete({ sql, params });
      this.#reads.set(sql, text);
    }
    return this.#database.read(text, params);
  }

  transact<T>(script: () => Script<T>): Promise<T> {
    return this.#patiently(() => this.transactOnce(script));
  }

  transactAtOnce(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    const texts = statements.map((each) => this.#inlined(each));
    return this.#patiently(() =>
      this.#withConnection(async (connection) => {
        const answers = texts.every((text) => text !== null)
          ? await connection.transactAtOnce?.(statements[0]?.turn, texts)
          : null;
        return answers ?? this.#runAndCommit(connection, inOrder(statements));
      }),
    );
  }

  async #patiently<T>(act: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + deadlineMs;
    for (let tries = 1; ; tries += 1) {
      try {
        return await act();
      } catch (error) {
        const failure = this.#database.failureOf(error);
        if (tries >= maxTries[failure] || performance.now() >= giveUpAt) throw error;
      }
      // Longer each time and by chance, so that those who met do not meet again.
      await pause(Math.random() * Math.min(10 * tries, 50));
    }
  }

  /** Runs the script once, whatever gets in its way. */
  transactOnce<T>(script: () => Script<T>): Promise<T> {
    return this.#withConnection((connection) => this.#runAndCommit(connection, script()));
  }

  async #withConnection<T>(act: (connection: PooledConnection) => Promise<T>): Promise<T> {
    const connection = await within(
      connectMs,
      "getting a connection from the pool",
      this.#database.connect(),
      (late) => void late.release(),
    );
    let answer: T;
    try {
      answer = await act(connection);
    } catch (error) {
      await rollBack(connection);
      throw error;
    }
    await connection.release();
    return answer;
  }

  async #runAndCommit<T>(connection: PooledConnection, script: Script<T>): Promise<T> {
    let step = script.next([]);
    await connection.begin(step.done === true ? undefined : step.value.turn);
    while (step.done !== true) {
      step = script.next(await connection.run(this.#textOf(step.value), step.value.params));
    }
    await connection.end("commit");
    return step.value;
  }

  #textOf(statement: Statement): string {
    const { sql, lock, hints } = statement;
    const key = `${lock ?? ""}${hints === true ? "!" : ""} ${sql}`;
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = this.#complete(statement);
      this.#texts.set(key, text);
    }
    return text;
  }

  /** The statement with its parameters in it; null when one is not plain. */
  #inlined(statement: Statement): string | null {
    const { params } = statement;
    if (!params.every(isPlain)) return null;
    const [first = "", ...rest] = this.#partsOf(statement);
    return rest.reduce((text, part, index) => `${text}'${params[index] ?? ""}'${part}`, first);
  }

  /** The text between the parameters. Taken apart before it is completed: a schema may be called `$1`. */
  #partsOf({ sql, lock, hints }: Statement): readonly string[] {
    const key = `${lock ?? ""}${hints === true ? "!" : ""} ${sql}`;
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      const pieces = sql.split("?");
      parts = pieces.map((piece, index) =>
        this.#complete({
          sql: piece,
          params: [],
          ...(index === pieces.length - 1 && { ...(lock && { lock }), ...(hints && { hints }) }),
        }),
      );
      this.#parts.set(key, parts);
    }
    return parts;
  }

  #complete(statement: Statement): string {
    return this.#database.complete(render(this.dialect, statement));
  }
}

/** What may stand in a text as it is, in any encoding and with any setting of the server: all that a sync says. */
const plain = /^[\w.-]*$/;

function isPlain(value: SqlValue): value is string | number {
  const isScalar = typeof value === "string" || typeof value === "number";
  return isScalar && plain.test(String(value));
}

async function rollBack(connection: PooledConnection): Promise<void> {
  try {
    await connection.end("rollback");
    await connection.release();
  } catch {
    connection.destroy();
  }
}
