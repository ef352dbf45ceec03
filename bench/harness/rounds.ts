import { setImmediate as turn } from "node:timers/promises";
import type { Contestant } from "./contestant.ts";
import { shuffle } from "./deck.ts";
import type { Effort } from "./effort.ts";
import { spreadOf, type Spread } from "./statistics.ts";

/** What was found out about a contestant. Times are microseconds of CPU for one operation. */
export interface Figures {
  readonly name: string;
  readonly kind: Contestant["kind"];
  readonly note?: string;
  readonly cpuMicroseconds: Spread;
  /** By the clock: says something where operations wait for others. */
  readonly wallMicroseconds: Spread;
  /** Its time divided by the baseline's of the same round. Null without a baseline. */
  readonly ratio: Spread | null;
  readonly wallRatio: Spread | null;
  /** The time in each round, for who compares rounds in another way. */
  readonly rounds: readonly number[];
  readonly operations: number;
  /** By how much its counts grew while it was timed. */
  readonly counts?: Readonly<Record<string, number>>;
  /** What ran beside the operations, for one of them: microseconds of CPU that are not in their time. */
  readonly besideMicroseconds?: number;
  readonly facts?: Readonly<Record<string, number>>;
}

/** The most operations that are made ready at once: their inputs should stay in the processor's caches, as a request's do. */
const largestBatch = 1_000;
/** A batch should last this long at least, so that reading the clock costs nothing beside it. */
const leastBatchMicroseconds = 500;

/**
 * Measures in alternating rounds: in each, every contestant has one turn, in shuffled order, so that a machine which speeds
 * up or slows down does so for all. Times are of the CPU, of all threads of the process: what a library lets other threads
 * do (as WebCrypto does) is a cost too.
 */
export async function measure(
  contestants: readonly Contestant[],
  effort: Effort,
  baseline: string | null,
): Promise<Figures[]> {
  const runs = contestants.map((contestant) => new Run(contestant));
  // Once, and not in each round: a forced collection of everything throws away compiled code whose objects all lay in one
  // request, and those who make objects for a request would be measured compiling it again.
  globalThis.gc?.();
  for (const run of runs) await run.warmUp(effort);
  for (let round = 0; round < effort.rounds; round += 1) {
    const order = [...runs];
    shuffle(order);
    for (const run of order) await run.sample(effort.sampleMs);
  }
  const base = runs.find((run) => run.contestant.name === baseline);
  return runs.map((run) => run.figures(base));
}

/** The turns of one contestant. */
class Run {
  readonly contestant: Contestant;
  readonly samples: number[] = [];
  readonly walls: number[] = [];
  readonly #counted = new Map<string, number>();
  #batchSize = 1;
  #operations = 0;
  #besideMicroseconds = 0;

  constructor(contestant: Contestant) {
    this.contestant = contestant;
  }

  async warmUp({ warmUpMs, warmUpOperations = 0 }: Effort): Promise<void> {
    await this.contestant.settle?.();
    let spent = 0;
    let operations = 0;
    do {
      await this.contestant.beside?.();
      const took = await this.#batch();
      spent += took.cpu;
      operations += this.#batchSize;
      if (took.cpu < leastBatchMicroseconds) {
        this.#batchSize = Math.min(largestBatch, this.#batchSize * 2);
      }
    } while (spent < warmUpMs * 1_000 || operations < warmUpOperations);
  }

  async sample(milliseconds: number): Promise<void> {
    await this.contestant.settle?.();
    globalThis.gc?.({ type: "minor" });
    let cpu = 0;
    let wall = 0;
    let operations = 0;
    do {
      // Timers and sockets have their turn too; what they do is not this contestant's operation.
      await turn();
      this.#besideMicroseconds += (await timed(async () => this.contestant.beside?.())).cpu;
      const before = this.contestant.counts?.() ?? {};
      const took = await this.#batch();
      cpu += took.cpu;
      wall += took.wall;
      this.#count(before, this.contestant.counts?.() ?? {});
      operations += this.#batchSize;
    } while (cpu < milliseconds * 1_000);
    this.samples.push(cpu / operations);
    this.walls.push(wall / operations);
    this.#operations += operations;
  }

  figures(base: Run | undefined): Figures {
    const { name, kind, note, counts, beside, facts } = this.contestant;
    return {
      name,
      kind,
      ...(note !== undefined && { note }),
      cpuMicroseconds: spreadOf(this.samples),
      wallMicroseconds: spreadOf(this.walls),
      ratio: ratioOf(this.samples, base?.samples),
      wallRatio: ratioOf(this.walls, base?.walls),
      rounds: this.samples,
      operations: this.#operations,
      ...(counts && { counts: Object.fromEntries(this.#counted) }),
      ...(beside && { besideMicroseconds: this.#besideMicroseconds / this.#operations }),
      ...(facts && { facts: facts() }),
    };
  }

  #batch(): Promise<Took> {
    return timed(this.contestant.batch(this.#batchSize));
  }

  #count(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(after)) {
      this.#counted.set(name, (this.#counted.get(name) ?? 0) + count - (before[name] ?? 0));
    }
  }
}

function ratioOf(samples: readonly number[], base: readonly number[] | undefined): Spread | null {
  return base === undefined
    ? null
    : spreadOf(samples.map((sample, round) => sample / (base[round] ?? 0)));
}

/** Microseconds. */
interface Took {
  readonly cpu: number;
  readonly wall: number;
}

/** How long the work takes: the CPU, in all threads, and the clock. */
export async function timed(work: () => void | Promise<void>): Promise<Took> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const pending = work();
  if (pending instanceof Promise) await pending;
  const { user, system } = process.cpuUsage(before);
  return { cpu: user + system, wall: 1_000 * (performance.now() - startedAt) };
}
