import type { Clock } from "../../util/clock.ts";
import type { LogFollower } from "./follower.ts";
import type { RevocationStore, Seq } from "./revocation-store.ts";

/** How a wait for every process ended. */
export type Propagation = "acknowledged" | "lease_passed";

/** How often the acknowledgements of other processes are looked at while somebody waits for them. */
const watchEveryMs = 25;

/**
 * Waits until every process that decides by itself has acknowledged an entry of a partition's log, or decides no more: no
 * longer than the longest lease, with the longest `staleFor`, that any of them has.
 * @throws AuthError `store_unavailable`
 */
export async function untilAcknowledged(
  seq: Seq,
  deps: {
    readonly partition: number;
    readonly follower: LogFollower;
    readonly store: Pick<RevocationStore, "processes">;
    /** The process that waits, which knows already. */
    readonly processId: string;
    readonly clock: Clock;
    /** The store's time. */
    readonly time: Pick<Clock, "now">;
  },
): Promise<Propagation> {
  const waitedFor = new Set<string>();
  for (;;) {
    await deps.follower.sync();
    const processes = await deps.store.processes(deps.partition, deps.time.now());
    const live = new Map(processes.map((each) => [each.processId, each.acknowledged]));
    live.delete(deps.processId);
    const behind = [...live].filter(([, acknowledged]) => acknowledged < seq);
    if (behind.length === 0) {
      return [...waitedFor].every((id) => live.has(id)) ? "acknowledged" : "lease_passed";
    }
    for (const [id] of behind) waitedFor.add(id);
    await new Promise<void>((resolve) => void deps.clock.schedule(watchEveryMs, resolve, true));
  }
}
