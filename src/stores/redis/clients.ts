import { ioredisPort, type IoredisClient } from "./ioredis.ts";
import { nodeRedisPort, type NodeRedisClient } from "./node-redis.ts";
import type { RedisPort } from "./port.ts";

/**
 * A connected client of the application: of the package `redis` 5 or later (`createClient`, `createCluster`,
 * `createSentinel`) or of `ioredis` 5 (`Redis`, with or without Sentinel, or `Cluster`).
 */
export type RedisClient = NodeRedisClient | IoredisClient;

/**
 * Tells the libraries apart by their shape, so that neither is imported.
 * @throws TypeError for what is neither, for a pool, and for a cluster client that reads from replicas.
 */
export function portOf(client: RedisClient): RedisPort {
  if (isIoredis(client)) return ioredisPort(client);
  if (isNodeRedis(client)) return nodeRedisPort(client);
  throw new TypeError(
    "redisStore: expected a client of `redis` (createClient, createCluster, createSentinel) or of `ioredis`",
  );
}

function isIoredis(client: RedisClient): client is IoredisClient {
  return has(client, "call", "pipeline", "duplicate");
}

function isNodeRedis(client: RedisClient): client is NodeRedisClient {
  return has(client, "sendCommand", "duplicate", "subscribe");
}

function has(client: unknown, ...methods: readonly string[]): boolean {
  return (
    typeof client === "object" &&
    client !== null &&
    methods.every((method) => typeof Reflect.get(client, method) === "function")
  );
}
