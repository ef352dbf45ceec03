import { test } from "node:test";
import { ownServersMissing } from "../stores/redis/where.ts";
import { surviveEveryFault } from "./faults/every-fault.ts";
import { notAskedFor } from "./faults/options.ts";
import { startDurableRedis } from "./faults/redis-server.ts";

test(
  "on Redis no process accepts a revoked session past the lease, nor ends one that nobody revoked, while processes, networks and the server fail",
  { timeout: 280_000, skip: notAskedFor("redis") || ownServersMissing() },
  async (t) => {
    const server = await startDurableRedis();
    t.after(() => server.stop());
    await surviveEveryFault(t, {
      server,
      stores: ["node-redis", "ioredis"],
      storiesPerSecond: 5,
      sharedFate: false,
      defaults: { signIns: 10_000, seconds: 50, processes: 8 },
    });
  },
);
