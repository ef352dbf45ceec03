import { setImmediate as turn } from "node:timers/promises";
import type { CheckHeaders, ColumnProgram } from "../column.ts";

/** As in `npm run bench`: what waits for the event loop costs less in company, and a server under load has company. */
const width = 64;
const largestBatch = 1_000;
/** A batch should last this long at least, so that reading the clock costs nothing beside it. */
const leastBatchMicroseconds = 500;
const warmUpMs = 300;
const sampleMs = 20;
const rounds = 31;
/** By the wall clock, on a machine that has much else to do. */
const boundMs = 1_500;

/**
 * CPU microseconds, in all threads of the process, of one check that lets the request through: the median of rounds.
 * Takes 1.5 s at most.
 * @throws Error when the check refuses
 */
export async function checkCost(program: ColumnProgram, headers: CheckHeaders): Promise<number> {
  const startedAt = performance.now();
  let batchSize = 1;
  const batch = async (): Promise<number> => {
    const inputs = Array.from({ length: batchSize }, () => fresh(headers));
    const before = process.cpuUsage();
    await inFlight(inputs, async (input) => {
      if (!(await program.check(input))) throw new Error("The guard refuses this request.");
    });
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };

  for (let spent = 0; spent < warmUpMs * 1_000 && performance.now() - startedAt < boundMs / 2;) {
    const took = await batch();
    spent += took;
    if (took < leastBatchMicroseconds) batchSize = Math.min(largestBatch, batchSize * 2);
  }
  const samples: number[] = [];
  while (samples.length < rounds && performance.now() - startedAt < boundMs) {
    let cpu = 0;
    let checks = 0;
    do {
      // Timers and sockets have their turn too; what they do is not the check's.
      await turn();
      cpu += await batch();
      checks += batchSize;
    } while (cpu < sampleMs * 1_000);
    samples.push(cpu / checks);
  }
  return median(samples);
}

/** A parser hands over new strings with each request; one string used again and again has its hash cached. */
function fresh(headers: CheckHeaders): CheckHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Buffer.from(value, "latin1").toString("latin1"),
    ]),
  );
}

async function inFlight(
  inputs: readonly CheckHeaders[],
  run: (input: CheckHeaders) => Promise<void>,
): Promise<void> {
  const waiting = inputs.values();
  const lane = async (): Promise<void> => {
    for (const input of waiting) await run(input);
  };
  await Promise.all(Array.from({ length: Math.min(width, inputs.length) }, lane));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
