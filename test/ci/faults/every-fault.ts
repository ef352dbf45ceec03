import type { TestContext } from "node:test";
import { directRun } from "./director.ts";
import type { StoreServer } from "./fault-maker.ts";
import { planFaults, processFaults, serverFaults } from "./fault-plan.ts";
import { judgeRun } from "./judge-run.ts";
import { faultRunOptions, type FaultRunOptions } from "./options.ts";
import type { CustomerSettings } from "./orders.ts";

export interface EveryFault {
  readonly server: StoreServer;
  /** What the processes speak to it with, in turn. */
  readonly stores: readonly [CustomerSettings["store"], ...CustomerSettings["store"][]];
  readonly storiesPerSecond: number;
  /** Whether a process that fails may hold up the others. */
  readonly sharedFate: boolean;
  readonly defaults: Omit<FaultRunOptions, "seed">;
}

/** The default of the engine. */
const leaseMs = 2_000;
/** The clients wait for up to two seconds before they connect again. */
const settledMs = 4_000;

/** Processes, each behind a proxy, that suffer every kind of fault there is; the server too. */
export async function surviveEveryFault(t: TestContext, run: EveryFault): Promise<void> {
  const { server, stores, storiesPerSecond, sharedFate } = run;
  const options = faultRunOptions(run.defaults);
  const { seed, seconds, processes } = options;
  t.diagnostic(`seed ${seed}`);
  const done = await directRun({
    ...options,
    server,
    storiesPerSecond,
    calmMs: settledMs + 2_000,
    customers: Array.from({ length: processes }, (_, nth) => ({
      store: stores[nth % stores.length] ?? stores[0],
      place: "faults",
      leaseMs,
      waitForReplica: false,
      clockSlowedBy: 1,
    })),
    plan: (random) =>
      planFaults(random, {
        processes,
        leaseMs,
        fromMs: 2_000,
        untilMs: seconds * 1_000,
        kinds: processFaults,
        server: serverFaults,
      }),
  });
  judgeRun(t, seed, done, { leaseMs, settledMs, sharedFate });
}
