import type { Store } from "../core/ports.ts";
import {
  mysqlErrorOf,
  mysqlQuery,
  MysqlConnection,
  rowsOf,
  type MysqlPool,
} from "./mysql/connection.ts";
import { sqlAttempts } from "./sql/attempts.ts";
import { sqlCredentials } from "./sql/credentials.ts";
import { mysqlDialect } from "./sql/dialect.ts";
import {
  applyMigration,
  lastMigrationSql,
  migrations,
  printMigrations,
  refuseNewer,
  type Migration,
} from "./sql/migrations.ts";
import { PooledDriver, type PooledDatabase } from "./sql/pooled-driver.ts";
import { sqlRevocation } from "./sql/revocation.ts";
import { toInteger, toText } from "./sql/rows.ts";
import type { Row } from "./sql/script.ts";
import { sqlSessions } from "./sql/sessions.ts";
import { sqlUsers } from "./sql/users.ts";

export type { MysqlConnectionLike, MysqlPool, MysqlQuery } from "./mysql/connection.ts";

export interface MysqlStoreOptions {
  /** Whether `open()` brings the schema up to date; otherwise it refuses a database that is not. */
  readonly autoMigrate?: boolean;
}

/** MySQL 8.0.17 and later, or MariaDB 10.6 and later: the same SQL, but for the name of a collation. */
export type MysqlFlavour = "mysql" | "mariadb";

/**
 * A store in MySQL or MariaDB, with every slice, over the caller's `mysql2/promise` pool and in its database. The pool
 * stays the caller's: it is not closed here. It must lead to one primary; reads go there too. Texts must travel as
 * `utf8mb4` and `sql_mode` be strict, which `open()` makes sure of.
 *
 * Transactions are READ COMMITTED and wait one second for a lock; one that the database ends because of another is run
 * again for up to two seconds. `sync` fails on a server that is `read_only`. MySQL cannot push, so there are no hints:
 * processes find revocations by asking.
 */
export function mysqlStore(pool: MysqlPool, options: MysqlStoreOptions = {}): Required<Store> {
  const { autoMigrate = false } = options;
  const driver = new PooledDriver(mysqlDatabase(pool));
  return {
    traits: { name: "mysql", durable: true, partitions: 1 },
    sessions: sqlSessions(driver),
    revocation: sqlRevocation(driver),
    users: sqlUsers(driver),
    credentials: sqlCredentials(driver),
    attempts: sqlAttempts(driver),
    async open() {
      await refuseUnfit(driver);
      if (autoMigrate) await migrate(pool);
      else await refuseOutdated(driver);
    },
    async close() {},
  };
}

/** The SQL that `autoMigrate` would run on a database which has come as far as `after`: to be run by whoever may. */
export function mysqlMigrations(
  options: { readonly flavour?: MysqlFlavour; readonly after?: number } = {},
): string {
  const { flavour = "mysql", after } = options;
  return printMigrations({
    after,
    statementsOf: (migration) => statementsFor(migration, flavour),
    begin: [],
    end: [],
  });
}

function mysqlDatabase(pool: MysqlPool): PooledDatabase {
  return {
    dialect: mysqlDialect,
    complete: (text) => text,
    connect: async () => new MysqlConnection(await pool.getConnection()),
    read: async (text, params) => rowsOf(await pool.execute(mysqlQuery(text, params))),
    failureOf: (error) => failures.get(mysqlErrorOf(error) ?? 0) ?? "other",
  };
}

const failures: ReadonlyMap<number, "conflict" | "duplicate"> = new Map([
  [1213, "conflict"], // deadlock; also a write that another node of a cluster was faster with
  [1205, "conflict"], // lock wait timeout
  [1020, "conflict"], // MariaDB: the record has changed since the last read
  [1062, "duplicate"],
]);

const collations: Readonly<Record<MysqlFlavour, string>> = {
  mysql: "utf8mb4_0900_bin",
  mariadb: "utf8mb4_nopad_bin",
};

function statementsFor({ mysql }: Migration, flavour: MysqlFlavour): string[] {
  return mysql.map((sql) => sql.replaceAll("{text}", collations[flavour]));
}

/** One process at a time: the others wait, and find nothing left to do. */
async function migrate(pool: MysqlPool): Promise<void> {
  const connection = await pool.getConnection();
  const ask = async (sql: string, params: readonly (string | number)[] = []) =>
    rowsOf(await connection.query(mysqlQuery(sql, params)));
  try {
    const [locked] = await ask("select get_lock(concat('symbolon.', database()), 9)");
    if (String(locked?.[0]) !== "1") {
      throw new Error("mysqlStore: another process has been migrating the database for 9 s");
    }
    const [version] = await ask("select version()");
    const flavour = toText(version?.[0]).includes("MariaDB") ? "mariadb" : "mysql";
    for (const migration of migrations) await apply(migration, flavour, ask);
    await ask("select release_lock(concat('symbolon.', database()))");
    connection.release();
  } catch (error) {
    // With the connection goes its lock.
    connection.destroy();
    throw error;
  }
}

async function apply(
  migration: Migration,
  flavour: MysqlFlavour,
  ask: (sql: string, params: readonly (string | number)[]) => Promise<readonly Row[]>,
): Promise<void> {
  const script = applyMigration(migration, statementsFor(migration, flavour), Date.now());
  let step = script.next([]);
  while (step.done !== true) {
    step = script.next(await ask(step.value.sql, step.value.params as (string | number)[]));
  }
}

/** What would lose or merge names in silence is refused before the first write. */
async function refuseUnfit(driver: PooledDriver): Promise<void> {
  const [row] = await driver.read("select @@character_set_client, @@sql_mode");
  const [charset, mode] = [toText(row?.[0]), toText(row?.[1])];
  if (charset !== "utf8mb4") {
    throw new Error(
      `mysqlStore: the pool's connections send ${charset}: create it with { charset: "utf8mb4" }`,
    );
  }
  if (!/STRICT_(?:TRANS|ALL)_TABLES/.test(mode)) {
    throw new Error(
      `mysqlStore: without STRICT_TRANS_TABLES in sql_mode (now ${JSON.stringify(mode)}) the database would cut what is too long`,
    );
  }
}

async function refuseOutdated(driver: PooledDriver): Promise<void> {
  const last = await driver.read(lastMigrationSql).then(
    ([row]) => toInteger(row?.[0]),
    (error: unknown) => {
      if (mysqlErrorOf(error) === 1146) return 0; // no such table
      throw error;
    },
  );
  refuseNewer(last);
  if (last < migrations.length) {
    throw new Error(
      `mysqlStore: the database has come to Symbolon's migration ${last} of ${migrations.length}: run the SQL that mysqlMigrations({ after: ${last} }) answers, or open the store with { autoMigrate: true }`,
    );
  }
}
