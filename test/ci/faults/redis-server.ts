import { Redis } from "ioredis";
import { startServer } from "../../stores/redis/server.ts";
import type { StoreServer } from "./fault-maker.ts";

/** A Redis that keeps what it acknowledged, also when it is killed. */
export async function startDurableRedis(): Promise<StoreServer> {
  const server = await startServer(["--appendonly", "yes", "--appendfsync", "always"]);
  const client = new Redis({ host: "127.0.0.1", port: server.port, retryStrategy: () => 100 });
  client.on("error", () => undefined);
  return {
    ...server,
    resume: async () => server.resume(),
    probe: () => client.set("probe", "1"),
    async stop() {
      client.disconnect();
      await server.stop();
    },
  };
}
