import assert from "node:assert/strict";
import { test } from "node:test";
import { ownServersMissing } from "../stores/redis/where.ts";
import { directRun } from "./faults/director.ts";
import { checkHistory } from "./faults/history-checker.ts";
import { faultRunOptions, notAskedFor } from "./faults/options.ts";
import { startDurableRedis } from "./faults/redis-server.ts";
import { summarize } from "./faults/summary.ts";

const leaseMs = 2_000;
const promised = { leaseMs, settledMs: 4_000, sharedFate: false };
const broken = 1;

test(
  "a process whose lease does not pass is found out by the same run and the same checker",
  { timeout: 120_000, skip: notAskedFor("redis") || ownServersMissing() },
  async (t) => {
    const { seed } = faultRunOptions({ signIns: 0, seconds: 0, processes: 0 });
    const server = await startDurableRedis();
    t.after(() => server.stop());
    const run = await directRun({
      seed,
      server,
      signIns: 900,
      seconds: 11,
      // Enough that some are revoked elsewhere and asked for here while it is cut off, whatever the seed.
      storiesPerSecond: 24,
      calmMs: 1_000,
      customers: [1, 100, 1, 1].map((clockSlowedBy) => ({
        store: "node-redis",
        place: "faults",
        leaseMs,
        waitForReplica: false,
        clockSlowedBy,
      })),
      // Both are cut off alike; only one of them knows when to stop.
      plan: () =>
        [broken, broken + 1].map((process) => ({
          at: 4_000,
          forMs: 6_000,
          process,
          kind: "stalled" as const,
        })),
    });
    const verdict = checkHistory(run.history, promised);
    for (const line of summarize(seed, run.history, verdict)) t.diagnostic(line);
    assert.deepEqual(run.problems, []);
    const found = verdict.violations.filter(({ rule }) => rule === "accepted after the bound");
    assert.deepEqual(
      [...new Set(found.map(({ process }) => process))],
      [`customer-${broken}, run 0`],
    );
    // What the honest ones did is within the lease, and would not be within a twentieth of it.
    const honest = {
      ...run.history,
      processes: run.history.processes.filter(({ process }) => process !== `customer-${broken}`),
    };
    const tooStrict = checkHistory(honest, { ...promised, leaseMs: leaseMs / 20 });
    assert.ok(tooStrict.violations.some(({ rule }) => rule === "accepted after the bound"));
    run.discard();
  },
);
