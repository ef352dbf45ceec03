import type { Store } from "../core/ports.ts";
import { signSlices } from "../core/slice-origin.ts";
import type { PostgresPool } from "./postgres/connection.ts";
import { channelOf, completing, postgresDatabase, turnsOf } from "./postgres/database.ts";
import { PostgresHints } from "./postgres/hints.ts";
import { PostgresSchema } from "./postgres/schema.ts";
import { sqlAttempts } from "./sql/attempts.ts";
import { sqlCredentials } from "./sql/credentials.ts";
import { PooledDriver } from "./sql/pooled-driver.ts";
import { sqlKeys } from "./sql/keys.ts";
import { sqlRevocation } from "./sql/revocation.ts";
import { refuseOutdated } from "./sql/schema.ts";
import { sqlSessions } from "./sql/sessions.ts";
import { sqlUsers } from "./sql/users.ts";

export type { PostgresClient, PostgresPool, PostgresQuery } from "./postgres/connection.ts";
export { postgresMigrations } from "./postgres/schema.ts";

export interface PostgresStoreOptions {
  /** The schema that has the `symbolon_` tables; that of the connection's `search_path` when left out. */
  readonly schema?: string;
  /** Whether `open()` brings the schema up to date; otherwise it refuses a database that is not. */
  readonly autoMigrate?: boolean;
}

/**
 * A store in PostgreSQL 13 or later, with every slice, over the caller's `pg` pool. The pool stays the caller's: it is
 * not closed here. It must lead to one primary; reads go there too.
 *
 * Every acknowledged write was made with `synchronous_commit = on`: it survives a crash, and where
 * `synchronous_standby_names` is set, the loss of the primary. `sync` fails on a standby. Other processes are told
 * of revocations by `LISTEN/NOTIFY` on one connection more, made from the pool's options; behind a pooler that
 * swallows notifications a warning says so and they are found by asking. A transaction that the database ends because of
 * another is run again for up to two seconds.
 * @throws TypeError when `schema` is empty or has a NUL.
 */
export function postgresStore(
  pool: PostgresPool,
  options: PostgresStoreOptions = {},
): Required<Store> {
  const { schema, autoMigrate = false } = options;
  const channel = channelOf(schema);
  const driver = new PooledDriver(
    postgresDatabase(pool, completing(schema, channel), turnsOf(schema)),
  );
  const hints = new PostgresHints(pool, channel);
  const tables = new PostgresSchema(pool, schema);
  const store: Required<Store> = {
    traits: { name: "postgres", durable: true, partitions: 1 },
    sessions: sqlSessions(driver),
    revocation: { ...sqlRevocation(driver), onHint: (listener) => hints.add(listener) },
    keys: sqlKeys(driver),
    users: sqlUsers(driver),
    credentials: sqlCredentials(driver),
    attempts: sqlAttempts(driver),
    open: () => (autoMigrate ? tables.migrate() : refuseOutdated(tables, "postgres")),
    close: () => hints.close(),
  };
  return signSlices(store, { opensItself: false });
}
