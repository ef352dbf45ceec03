import type { Connection } from "./connection.ts";
import type { PartitionKeys } from "./keys.ts";
import { sweepScript } from "./lua/session-scripts.ts";

/** How many ids one script looks at: about a millisecond, in which Redis does nothing else. */
const batchSize = 500;
/** How many ids of a partition a purge looks at: all of few, of many a thirtieth, so that it comes round in half an hour. */
const leastPerPurge = 5_000;
const purgesPerRound = 30;
/** How many ids of a partition a revocation looks at before it answers. */
const mostPerRevocation = 2_000;

interface Swept {
  readonly due: number;
  readonly ended: number;
  /** How many ids the partition has. */
  readonly ids: number;
  /** How many of them are to be looked at before all sessions that a revocation ended are removed. */
  readonly left: number;
}

/**
 * Removes sessions that are due and those that a revocation ended, and answers how many were due. Of very many sessions
 * it looks at a part only, and goes on there the next time; Redis itself drops what it does not come to, an hour later.
 */
export async function sweepDue(connection: Connection, now: number): Promise<number> {
  let due = 0;
  for (const keys of connection.partitions.all) {
    let looked = 0;
    let budget = batchSize;
    while (looked < budget) {
      const swept = await sweepBatch(connection, keys, now);
      due += swept.due;
      if (looked === 0) budget = Math.min(swept.ids, budgetOf(swept.ids));
      looked += batchSize;
    }
  }
  return due;
}

function budgetOf(ids: number): number {
  return Math.max(leastPerPurge, Math.ceil(ids / purgesPerRound));
}

/** Removes sessions that the revocation of a tenant or of all has ended, as many as do not take long; answers how many. */
export async function sweepEnded(connection: Connection, keys: PartitionKeys): Promise<number> {
  let ended = 0;
  for (let looked = 0; looked < mostPerRevocation; looked += batchSize) {
    const swept = await sweepBatch(connection, keys, 0);
    ended += swept.ended;
    if (swept.left === 0) break;
  }
  return ended;
}

async function sweepBatch(
  connection: Connection,
  keys: PartitionKeys,
  now: number,
): Promise<Swept> {
  const args = [String(now), String(batchSize)];
  const reply = await connection.run(sweepScript, keys.common, args);
  const [due = 0, ended = 0, ids = 0, left = 0] = (reply as readonly unknown[]).map(Number);
  return { due, ended, ids, left };
}
