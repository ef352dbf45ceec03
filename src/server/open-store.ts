import { combineStores } from "../core/combine-stores.ts";
import type { Store } from "../core/ports.ts";
import { drivers } from "./drivers.ts";
import { parseStoreAddresses, type StoreAddress } from "./store-address.ts";

/** How the standalone server uses its store. */
export interface StoreUse {
  /** Whether opening brings PostgreSQL and MySQL up to date; a SQLite file always is. */
  readonly autoMigrate: boolean;
  /** Told of connections that broke while nobody used them; the drivers make new ones by themselves. */
  readonly onLostConnection: (error: unknown) => void;
}

/** Longer than the server waits for its store at start, so that a host which swallows packets is "away", not "wrong". */
const connectMs = 10_000;

/** A store that comes back is to be used again within a second; the client's own pauses grow to two. */
const reconnectMs = 200;

/**
 * The store that `SYMBOLON_STORE` names: of two addresses the first takes the sessions and the second the accounts.
 * Only the drivers that are needed are loaded, and nothing is connected to before `open()`. Closing the store ends what
 * was connected.
 * @throws TypeError for an address that is not known, or that has no accounts; Error when a driver is not installed.
 */
export async function storeAt(addresses: string, use: StoreUse): Promise<Store> {
  const [first, second] = parseStoreAddresses(addresses);
  if (first === undefined) throw new TypeError("SYMBOLON_STORE is empty");
  const last = second ?? first;
  if (last.kind === "redis") {
    throw new TypeError(
      `SYMBOLON_STORE: ${last.shown} keeps sessions, not accounts. Write a pair, the sessions first and a database for the accounts second: redis://localhost:6379,postgres://user:password@localhost:5432/database`,
    );
  }
  const store = await openOne(first, use);
  if (second === undefined) return store;
  return combineStores({ sessions: store, accounts: await openOne(second, use) });
}

async function openOne(address: StoreAddress, use: StoreUse): Promise<Store> {
  switch (address.kind) {
    case "memory":
      return (await import("../stores/memory.ts")).memoryStore();
    case "sqlite":
      return (await import("../stores/sqlite.ts")).sqliteStore(address.path);
    case "postgres":
      return postgresAt(address.url, use);
    case "mysql":
      return mysqlAt(address.url, use);
    case "redis":
      return redisAt(address.url, use);
  }
}

async function postgresAt(
  url: string,
  { autoMigrate, onLostConnection }: StoreUse,
): Promise<Store> {
  const { Pool } = await drivers.pg();
  const { postgresStore } = await import("../stores/postgres.ts");
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: connectMs });
  pool.on("error", onLostConnection);
  return closedWith(postgresStore(pool, { autoMigrate }), () => pool.end());
}

async function mysqlAt(url: string, { autoMigrate }: StoreUse): Promise<Store> {
  const { createPool } = await drivers.mysql2();
  const { mysqlStore } = await import("../stores/mysql.ts");
  const pool = createPool({ uri: url, charset: "utf8mb4" });
  return closedWith(mysqlStore(pool, { autoMigrate }), () => pool.end());
}

async function redisAt(url: string, { onLostConnection }: StoreUse): Promise<Store> {
  const { createClient } = await drivers.redis();
  const { redisStore } = await import("../stores/redis.ts");
  const { url: server, prefix } = takePrefix(url);
  // What waits for a server that is away would be sent, one by one, long after everybody had given it up.
  const socket = { reconnectStrategy: () => reconnectMs };
  const client = createClient({ url: server, socket, disableOfflineQueue: true });
  client.on("error", onLostConnection);
  const store = redisStore(client, prefix === null ? {} : { prefix });
  return {
    ...store,
    async open() {
      if (!client.isOpen) await firstConnection(client);
      await store.open();
    },
    async close() {
      await store.close();
      if (client.isOpen) client.destroy();
    },
  };
}

/** Resolves with the first connection, or rejects when there is none yet; the client goes on trying by itself. */
async function firstConnection(client: {
  connect(): Promise<unknown>;
  once(event: "ready" | "error", listener: (error?: unknown) => void): unknown;
}): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.once("ready", () => resolve());
  client.once("error", reject);
  client.connect().catch(reject);
  await promise;
}

/** `?prefix=` is ours; what else the address says is the driver's. */
function takePrefix(url: string): { readonly url: string; readonly prefix: string | null } {
  const parsed = new URL(url);
  const prefix = parsed.searchParams.get("prefix");
  parsed.searchParams.delete("prefix");
  return { url: parsed.href, prefix };
}

function closedWith(store: Store, end: () => Promise<void>): Store {
  return {
    ...store,
    async close() {
      try {
        await store.close?.();
      } finally {
        await end();
      }
    },
  };
}
