import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Store } from "../core/ports.ts";
import { signSlices } from "../core/slice-origin.ts";
import { Patience } from "./patience.ts";
import { sqlAttempts } from "./sql/attempts.ts";
import { sqlCredentials } from "./sql/credentials.ts";
import { sqliteDialect, type Dialect } from "./sql/dialect.ts";
import {
  applyMigration,
  lastMigrationSql,
  migrations,
  printMigrations,
  type Migration,
} from "./sql/migrations.ts";
import { sqlKeys } from "./sql/keys.ts";
import { sqlRevocation } from "./sql/revocation.ts";
import { toInteger } from "./sql/rows.ts";
import type { Schema } from "./sql/schema.ts";
import {
  inOrder,
  type Row,
  type Script,
  type SqlDriver,
  type SqlValue,
  type Statement,
} from "./sql/script.ts";
import { sqlSessions } from "./sql/sessions.ts";
import { sqlUsers } from "./sql/users.ts";

const memoryPath = ":memory:";

/** How long SQLite itself waits for a lock. It blocks the event loop while it does, so it is short. */
const busyTimeoutMs = 50;
/** How long a call tries in all; below the lease, so that an answer still counts when it comes. */
const deadlineMs = 1_000;
/** How long opening tries: other processes that start at once bring the schema up to date one after the other. */
const openDeadlineMs = 15_000;

/**
 * A store in one SQLite file, with every slice; several processes on one machine may share it.
 *
 * Takes a path (its folder is made when missing, a new file is readable by its owner only), or a handle of which
 * only the location is used: the store always opens its own connection, so an open iterator or transaction of
 * the application cannot freeze its reads or roll back its writes. Nothing touches the disk before `open()`,
 * which also brings the schema (`symbolon_*`) up to date. What was acknowledged survives a crash of the process
 * and of the machine (WAL, `synchronous=FULL`). With `':memory:'` nothing survives, and `traits.durable` is false.
 *
 * A busy database is tried again, without blocking the event loop, for one second; then the call throws.
 * @throws TypeError for a handle on an in-memory or temporary database, an empty path, or a `file:` URI.
 */
export function sqliteStore(pathOrHandle: string | DatabaseSync): Required<Store> {
  const path = pathOf(pathOrHandle);
  const driver = new SqliteDriver(path);
  const store: Required<Store> = {
    traits: { name: "sqlite", durable: path !== memoryPath, partitions: 1 },
    sessions: sqlSessions(driver),
    revocation: sqlRevocation(driver),
    keys: sqlKeys(driver),
    users: sqlUsers(driver),
    credentials: sqlCredentials(driver),
    attempts: sqlAttempts(driver),
    open: () => driver.open(),
    close: () => driver.close(),
  };
  return signSlices(store, { opensItself: false });
}

/** The tables of a SQLite store, of which `open()` brings them up to date by itself. */
export function sqliteSchema(path: string): Schema {
  return {
    async version() {
      if (!existsSync(path)) return 0;
      const database = new DatabaseSync(path, { readOnly: true });
      try {
        const table = database
          .prepare("select 1 from sqlite_master where name = 'symbolon_migrations'")
          .get();
        if (table === undefined) return 0;
        return toInteger(Object.values(database.prepare(lastMigrationSql).get() ?? {})[0]);
      } finally {
        database.close();
      }
    },
    async migrate(onApplied) {
      const driver = new SqliteDriver(pathOf(path));
      await driver.open(onApplied);
      await driver.close();
    },
    print: async (after) => sqliteMigrations(after),
  };
}

/** The SQL that `open()` would run on a file which has come as far as `after`. */
export function sqliteMigrations(after: number): string {
  return printMigrations({
    after,
    statementsOf: ({ sqlite }) => sqlite,
    begin: ["begin immediate"],
    end: ["commit"],
  });
}

function pathOf(pathOrHandle: string | DatabaseSync): string {
  if (typeof pathOrHandle !== "string") {
    if (!supports(pathOrHandle, "location")) {
      throw new TypeError(
        "sqliteStore: before Node 22.15 a handle cannot say where it is; give its path",
      );
    }
    const path = pathOrHandle.location();
    if (path === null || path === "") {
      throw new TypeError(
        "sqliteStore: the handle is on an in-memory database, which a second connection cannot reach; give the path of a file, or ':memory:' for a store of its own",
      );
    }
    return path;
  }
  if (pathOrHandle === "" || pathOrHandle.startsWith("file:")) {
    throw new TypeError(
      `sqliteStore: expected the path of a file, or ':memory:'; got ${JSON.stringify(pathOrHandle)}`,
    );
  }
  return pathOrHandle;
}

/** One connection and its prepared statements. */
class SqliteDriver implements SqlDriver {
  readonly dialect: Dialect = sqliteDialect;
  readonly #path: string;
  readonly #prepared = new Map<string, StatementSync>();
  #database: DatabaseSync | null = null;
  // Apart, because a connection that keeps the file locked stops writes but not reads.
  readonly #reads: Patience;
  readonly #writes: Patience;
  readonly #opening: Patience;

  constructor(path: string) {
    this.#path = path;
    const patience = (deadlineMs: number): Patience =>
      new Patience({
        isBusy,
        deadlineMs,
        gaveUp: (cause?: unknown) =>
          new Error(
            `sqliteStore: ${path} was kept locked by another connection for ${deadlineMs} ms`,
            { cause },
          ),
      });
    this.#reads = patience(deadlineMs);
    this.#writes = patience(deadlineMs);
    this.#opening = patience(openDeadlineMs);
  }

  async open(onApplied: (migration: Migration) => void = () => {}): Promise<void> {
    if (this.#database !== null) return;
    if (this.#path !== memoryPath) createFile(this.#path);
    const database = new DatabaseSync(this.#path, { enableForeignKeyConstraints: true });
    this.#database = database;
    try {
      database.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
      await this.#opening.try(() => this.#configure(database));
      for (const migration of migrations) {
        const applied = await this.#opening.try(() =>
          this.#runToEnd(applyMigration(migration, migration.sqlite, Date.now())),
        );
        if (applied) onApplied(migration);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#prepared.clear();
    this.#database?.close();
    this.#database = null;
  }

  read(sql: string, ...params: SqlValue[]): Promise<readonly Row[]> {
    return this.#reads.try(() => this.#rows(sql, params));
  }

  transactAtOnce(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    return this.transact(() => inOrder(statements));
  }

  transact<T>(script: () => Script<T>): Promise<T> {
    return this.#writes.try(() => this.#runToEnd(script()));
  }

  #configure(database: DatabaseSync): void {
    const mode = database.prepare("pragma journal_mode = wal").get()?.["journal_mode"];
    if (mode !== "wal" && this.#path !== memoryPath) {
      throw new Error(
        `sqliteStore: ${this.#path} cannot use write-ahead logging (journal_mode stays ${String(mode)}): is it on a network file system?`,
      );
    }
    database.exec("pragma synchronous = full");
  }

  /** Synchronous from `begin` to `commit`: no other call of this connection can come in between. */
  #runToEnd<T>(script: Script<T>): T {
    this.#rows("begin immediate", []);
    try {
      let step = script.next([]);
      while (step.done !== true) step = script.next(this.#rows(step.value.sql, step.value.params));
      this.#rows("commit", []);
      return step.value;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** Some failures (a full disk) have rolled back already; `savepoint` outside a transaction begins a new one. */
  #rollBack(): void {
    this.#rows("savepoint ended", []);
    this.#rows("rollback", []);
  }

  #rows(sql: string, params: readonly SqlValue[]): readonly Row[] {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      prepared = this.#open().prepare(sql);
      if (supports(prepared, "setReturnArrays")) prepared.setReturnArrays(true);
      this.#prepared.set(sql, prepared);
    }
    // `all` and never `iterate`: an open iterator would hold a snapshot and freeze later reads.
    const rows: unknown[] = prepared.all(...params);
    return (
      Array.isArray(rows[0]) ? rows : rows.map((row) => Object.values(row ?? {}))
    ) as readonly Row[];
  }

  #open(): DatabaseSync {
    if (this.#database === null) {
      throw new Error("sqliteStore: the store is not open; call open() first");
    }
    return this.#database;
  }
}

/** Node 22.13 has `node:sqlite` without its later methods. */
function supports<Holder extends object>(holder: Holder, method: keyof Holder): boolean {
  return method in holder;
}

function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function isBusy(error: unknown): boolean {
  // SQLITE_BUSY (5) and SQLITE_LOCKED (6), in the low byte of the extended codes.
  if (!(error instanceof Error) || !("errcode" in error)) return false;
  const code = Number(error.errcode) & 0xff;
  return code === 5 || code === 6;
}
