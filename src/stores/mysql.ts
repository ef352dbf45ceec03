import type { Store } from "../core/ports.ts";
import { signSlices } from "../core/slice-origin.ts";
import {
  mysqlErrorOf,
  mysqlQuery,
  MysqlConnection,
  rowsOf,
  type MysqlPool,
} from "./mysql/connection.ts";
import { MysqlSchema } from "./mysql/schema.ts";
import { sqlAttempts } from "./sql/attempts.ts";
import { sqlCredentials } from "./sql/credentials.ts";
import { mysqlDialect } from "./sql/dialect.ts";
import { PooledDriver, type PooledDatabase } from "./sql/pooled-driver.ts";
import { sqlKeys } from "./sql/keys.ts";
import { sqlRevocation } from "./sql/revocation.ts";
import { toText } from "./sql/rows.ts";
import { refuseOutdated } from "./sql/schema.ts";
import { sqlSessions } from "./sql/sessions.ts";
import { sqlUsers } from "./sql/users.ts";

export type { MysqlConnectionLike, MysqlPool, MysqlQuery } from "./mysql/connection.ts";
export { mysqlMigrations, type MysqlFlavour } from "./mysql/schema.ts";

export interface MysqlStoreOptions {
  /** Whether `open()` brings the schema up to date; otherwise it refuses a database that is not. */
  readonly autoMigrate?: boolean;
}

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
  const tables = new MysqlSchema(pool);
  const store: Required<Store> = {
    traits: { name: "mysql", durable: true, partitions: 1 },
    sessions: sqlSessions(driver),
    revocation: sqlRevocation(driver),
    keys: sqlKeys(driver),
    users: sqlUsers(driver),
    credentials: sqlCredentials(driver),
    attempts: sqlAttempts(driver),
    async open() {
      await refuseUnfit(driver);
      if (autoMigrate) await tables.migrate();
      else await refuseOutdated(tables, "mysql");
    },
    async close() {},
  };
  return signSlices(store, { opensItself: false });
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
