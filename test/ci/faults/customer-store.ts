import { Cluster, Redis } from "ioredis";
import { Pool } from "pg";
import { createClient, createCluster } from "redis";
import type { Store } from "symbolon";
import { postgresStore } from "symbolon/stores/postgres";
import { redisStore } from "symbolon/stores/redis";
import type { CustomerSettings } from "./orders.ts";

const host = "127.0.0.1";

/**
 * The store of one process, over a client such as an application would make: with the library's own ways to reconnect.
 * Nothing is waited for: a process may be started while its network is down.
 */
export function customerStore(settings: CustomerSettings): Store {
  const { port, place, waitForReplica } = settings;
  switch (settings.store) {
    case "node-redis": {
      const client = createClient({ socket: { host, port } });
      client.on("error", () => undefined);
      void client.connect();
      return redisStore(client, { prefix: place });
    }
    case "ioredis": {
      const client = new Redis({ host, port });
      client.on("error", () => undefined);
      return redisStore(client, { prefix: place });
    }
    case "node-redis cluster": {
      const client = createCluster({ rootNodes: [{ socket: { host, port } }] });
      client.on("error", () => undefined);
      void client.connect();
      return redisStore(client, { prefix: place, shards: 4, waitForReplica });
    }
    case "ioredis cluster": {
      const client = new Cluster([{ host, port }]);
      client.on("error", () => undefined);
      return redisStore(client, { prefix: place, shards: 4, waitForReplica });
    }
    case "postgres": {
      const pool = new Pool({
        host,
        port,
        user: "postgres",
        database: "postgres",
        connectionTimeoutMillis: 2_000,
      });
      pool.on("error", () => undefined);
      return postgresStore(pool, { schema: place });
    }
  }
}
