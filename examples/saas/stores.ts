import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Pool } from "pg";
import { createClient } from "redis";
import { combineStores, type Store } from "symbolon";
import { postgresStore } from "symbolon/stores/postgres";
import { redisStore } from "symbolon/stores/redis";
import { sqliteStore } from "symbolon/stores/sqlite";
import { postgresSql, sqliteSql, type Sql } from "./sql.ts";

export interface Stores {
  /** Symbolon's. */
  readonly store: Store;
  /** The application's own tables. */
  readonly sql: Sql;
  /** Which it became, and why, for whoever started the program. */
  readonly told: string;
  readonly close: () => Promise<void>;
}

const connectMs = 1_000;

/**
 * Sessions on Redis and everything else on PostgreSQL where both answer; else all of it in one SQLite file. Whatever is
 * written there is below one name: a schema in PostgreSQL, a prefix in Redis.
 */
export async function openStores(env: NodeJS.ProcessEnv): Promise<Stores> {
  const place = env["SAAS_PLACE"] ?? "symbolon_saas_example";
  if (!/^[a-z_]\w*$/.test(place)) throw new TypeError("SAAS_PLACE must be a plain name");
  const file = env["DATABASE"] ?? "data/saas.db";
  const pool = await connectPostgres(env["POSTGRES_URL"], place);
  if (pool instanceof Error) return openSqlite(file, `PostgreSQL: ${pool.message}`);
  const client = await connectRedis(env["REDIS_URL"]);
  if (client instanceof Error) {
    await pool.end();
    return openSqlite(file, `Redis: ${client.message}`);
  }
  return {
    store: combineStores({
      sessions: redisStore(client, { prefix: place }),
      accounts: postgresStore(pool, { schema: place, autoMigrate: true }),
    }),
    sql: postgresSql(pool),
    told: `sessions on Redis (prefix ${place}), accounts and tenants on PostgreSQL (schema ${place})`,
    async close() {
      client.destroy();
      await pool.end();
    },
  };
}

function openSqlite(file: string, why: string): Stores {
  const store = sqliteStore(file);
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec("pragma journal_mode = wal");
  return {
    store,
    sql: sqliteSql(database),
    told: `all in SQLite (${file}), because PostgreSQL and Redis do not both answer (${why})`,
    close: async () => database.close(),
  };
}

async function connectPostgres(
  url = "postgres://postgres@127.0.0.1:5432/postgres",
  schema: string,
): Promise<Pool | Error> {
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: connectMs,
    options: `-c search_path=${schema}`,
  });
  pool.on("error", (error) => console.error(`PostgreSQL: ${error.message}`));
  try {
    await pool.query("select 1");
  } catch (error) {
    await pool.end();
    return reasonOf(error);
  }
  await pool.query(`create schema if not exists ${schema}`);
  return pool;
}

/** Reconnects quickly and queues nothing while it is cut off, as docs/stores.md asks; and gives up where there has never been a connection. */
async function connectRedis(url = "redis://127.0.0.1:6379") {
  let wasThere = false;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: connectMs, reconnectStrategy: () => (wasThere ? 200 : false) },
  });
  client.on("error", (error: Error) => {
    if (wasThere) console.error(`Redis: ${error.message}`);
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.destroy();
    return reasonOf(error);
  }
  wasThere = true;
  return client;
}

/** Where a name has several addresses, Node puts what became of each into one error without a message. */
function reasonOf(error: unknown): Error {
  const [first = error] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return first instanceof Error ? first : new Error(String(first));
}
