import { Cluster as IoredisCluster, Redis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import type { RedisClient } from "symbolon/stores/redis";

/** A connected client, with a way to send it any command. */
export interface Connected {
  readonly client: RedisClient;
  readonly isCluster: boolean;
  readonly send: (key: string, ...command: readonly string[]) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** Both libraries, by name. */
export const libraries: Readonly<
  Record<"node-redis" | "ioredis", (port: number, host?: string) => Promise<Connected>>
> = {
  async "node-redis"(port, host = "127.0.0.1") {
    const client = createClient({ socket: { host, port, connectTimeout: 2_000 } });
    client.on("error", () => undefined);
    await client.connect();
    return {
      client,
      isCluster: false,
      send: (_key, ...command) => client.sendCommand(command),
      close: async () => client.destroy(),
    };
  },

  async ioredis(port, host = "127.0.0.1") {
    const client = new Redis({ host, port, lazyConnect: true, connectTimeout: 2_000 });
    client.on("error", () => undefined);
    await client.connect();
    return {
      client,
      isCluster: false,
      send: (_key, name = "", ...args) => client.call(name, ...args),
      close: async () => client.disconnect(),
    };
  },
};

/** The same for a cluster, of which one node is given. */
export const clusterLibraries: Readonly<
  Record<"node-redis" | "ioredis", (port: number) => Promise<Connected>>
> = {
  async "node-redis"(port) {
    const client = createCluster({ rootNodes: [{ socket: { host: "127.0.0.1", port } }] });
    client.on("error", () => undefined);
    await client.connect();
    return {
      client,
      isCluster: true,
      send: (key, ...command) => client.sendCommand(key, false, [...command]),
      close: async () => client.destroy(),
    };
  },

  async ioredis(port) {
    const client = new IoredisCluster([{ host: "127.0.0.1", port }], { lazyConnect: true });
    client.on("error", () => undefined);
    await client.connect();
    return {
      client,
      isCluster: true,
      send: (_key, name = "", ...args) => client.call(name, ...args),
      close: async () => client.disconnect(),
    };
  },
};

/** The same for the server `primary`, of which a Sentinel is given. */
export const sentinelLibraries: Readonly<
  Record<"node-redis" | "ioredis", (port: number) => Promise<Connected>>
> = {
  async "node-redis"(port) {
    const client = createSentinel({
      name: "primary",
      sentinelRootNodes: [{ host: "127.0.0.1", port }],
    });
    client.on("error", () => undefined);
    await client.connect();
    return {
      client,
      isCluster: false,
      send: (_key, ...command) => client.sendCommand(false, [...command]),
      close: async () => client.destroy(),
    };
  },

  async ioredis(port) {
    const sentinels = [{ host: "127.0.0.1", port }];
    const client = new Redis({ sentinels, name: "primary", lazyConnect: true });
    client.on("error", () => undefined);
    await client.connect();
    return {
      client,
      isCluster: false,
      send: (_key, name = "", ...args) => client.call(name, ...args),
      close: async () => client.disconnect(),
    };
  },
};
