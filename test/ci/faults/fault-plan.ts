import type { SeededRandom } from "./seeded-random.ts";

/** What is done to one process: to itself, or to its connections. */
export const processFaults = [
  "stopped",
  "killed",
  "stalled",
  "requests stalled",
  "answers stalled",
  "half open",
  "reset",
  "refused",
  "slow",
  "too slow",
] as const;

/** What is done to the store, for everybody. */
export const serverFaults = ["server stopped", "server killed"] as const;

export type ProcessFault = (typeof processFaults)[number];
export type ServerFault = (typeof serverFaults)[number];

/** When what is done to whom: milliseconds since the beginning. */
export type PlannedFault = { readonly at: number; readonly forMs: number } & (
  | { readonly process: number; readonly kind: ProcessFault }
  | { readonly process: null; readonly kind: ServerFault }
);

export interface FaultPlanOptions {
  readonly processes: number;
  readonly leaseMs: number;
  /** When the first fault may begin, and when the last must have ended. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly kinds: readonly ProcessFault[];
  /** The server's faults, spread over the time. */
  readonly server: readonly ServerFault[];
}

/**
 * Faults by chance: each process has them one after another, in an order of its own in which all kinds come, with calm
 * times between. Most last longer than the lease.
 */
export function planFaults(random: SeededRandom, options: FaultPlanOptions): PlannedFault[] {
  const { leaseMs, fromMs, untilMs, kinds } = options;
  const plan: PlannedFault[] = [];
  for (let process = 0; process < options.processes; process += 1) {
    const order = [...kinds].sort(() => random.next() - 0.5);
    let at = fromMs + random.between(0, 8_000);
    for (let nth = 0; order.length > 0; nth += 1) {
      const kind = order[nth % order.length] ?? "reset";
      const forMs = random.happens(0.75)
        ? random.between(leaseMs * 1.2, leaseMs * 2.2)
        : random.between(leaseMs * 0.2, leaseMs);
      if (at + forMs > untilMs) break;
      plan.push({ at, process, kind, forMs });
      at += forMs + random.between(5_000, 13_000);
    }
  }
  const share = (untilMs - fromMs) / options.server.length;
  for (const [nth, kind] of options.server.entries()) {
    const forMs = random.between(leaseMs * 0.5, leaseMs * 1.8);
    plan.push({
      at: fromMs + share * nth + random.between(0, share - forMs),
      process: null,
      kind,
      forMs,
    });
  }
  return plan.sort((one, other) => one.at - other.at);
}
