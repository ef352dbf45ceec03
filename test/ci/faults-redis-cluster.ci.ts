import { test } from "node:test";
import { ownServersMissing } from "../stores/redis/where.ts";
import { directRun } from "./faults/director.ts";
import { planFaults } from "./faults/fault-plan.ts";
import { judgeRun } from "./faults/judge-run.ts";
import { faultRunOptions, notAskedFor } from "./faults/options.ts";
import { nodeTimeoutMs, startFailingCluster } from "./faults/redis-cluster-server.ts";

const leaseMs = 2_000;
const settledMs = 4_000;
/** Detection, election, and that everybody hears of it. */
const failoverMs = nodeTimeoutMs * 3;

test(
  "on a Redis Cluster that waits for its replicas the lease holds while replicas take over from masters",
  { timeout: 200_000, skip: notAskedFor("redis-cluster") || ownServersMissing() },
  async (t) => {
    const options = faultRunOptions({ signIns: 1_500, seconds: 28, processes: 4 });
    const { seed, processes } = options;
    const server = await startFailingCluster();
    t.after(() => server.stop());
    const run = await directRun({
      ...options,
      server,
      direct: true,
      storiesPerSecond: 4,
      calmMs: settledMs + 2_000,
      customers: Array.from({ length: processes }, (_, nth) => ({
        store: nth % 2 === 0 ? "node-redis cluster" : "ioredis cluster",
        // With this prefix each of the three masters has one of the four partitions, the last one two.
        place: "faults",
        leaseMs,
        waitForReplica: true,
        clockSlowedBy: 1,
      })),
      plan: (random) => [
        ...planFaults(random, {
          processes,
          leaseMs,
          fromMs: 2_000,
          untilMs: 26_000,
          kinds: ["stopped", "killed"],
          server: [],
        }),
        { at: 3_000, forMs: failoverMs, process: null, kind: "server killed" },
        { at: 16_000, forMs: failoverMs, process: null, kind: "server stopped" },
      ],
    });
    judgeRun(t, seed, run, { leaseMs, settledMs, sharedFate: false });
  },
);
