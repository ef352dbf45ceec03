import type { BenchOptions } from "../harness/bench.ts";
import { shuffle } from "../harness/deck.ts";
import { inFlight } from "../harness/in-flight.ts";
import { latencyOf } from "../harness/statistics.ts";
import { Child } from "./calls.ts";
import type { LoadCalls } from "./load-process.ts";
import type { Framework, Guard, World } from "./served.ts";
import type { ServerCalls } from "./server-process.ts";

/** How much is sent. */
export interface Amounts {
  readonly users: number;
  /** How often all servers are started anew, with so many rounds each time: two processes of one program differ, too. */
  readonly starts: number;
  readonly rounds: number;
  /** Before the first round of a start, by each. */
  readonly warmUp: number;
  /** In a turn, for the CPU time, by so many connections. */
  readonly requests: number;
  readonly connections: number;
  /** In a turn, for latencies, by one connection. */
  readonly single: number;
}

/** What was seen of one contestant: of each round microseconds of CPU for a request, and latencies. */
export interface Seen {
  readonly guard: Guard;
  readonly cpu: number[];
  readonly p50: number[];
  readonly p99: number[];
  /** By how many of its requests its CPU time was measured. */
  requests: number;
  /** How often sessions were read from Symbolon's store meanwhile. */
  reads: number;
}

/** A server that runs, and has let in whom it should and nobody else. */
interface Running {
  readonly server: Child<ServerCalls>;
  readonly aim: number;
  readonly seen: Seen;
}

/** What a trial works with. */
export interface Trial {
  readonly load: Child<LoadCalls>;
  readonly world: World;
  readonly amounts: Amounts;
}

/** Measures the guards of one framework; answers nothing where none is asked for. The bare framework comes first. */
export async function tryFramework(
  framework: Framework,
  { only }: BenchOptions,
  trial: Trial,
): Promise<readonly Seen[]> {
  const [bare, ...others] = framework.guards;
  const chosen = others.filter(
    (guard) =>
      (guard.needsRedis !== true || trial.world.redisPort !== null) &&
      (only === null || `${framework.name}: ${guard.name}`.includes(only)),
  );
  if (chosen.length === 0) return [];
  const all = [bare, ...chosen].map((guard): Seen => {
    return { guard, cpu: [], p50: [], p99: [], requests: 0, reads: 0 };
  });
  for (let start = 0; start < trial.amounts.starts; start += 1) {
    process.stderr.write(`  ${framework.name}, start ${start + 1} of ${trial.amounts.starts} …\n`);
    await tryOnce(framework, all, trial);
  }
  return all;
}

/**
 * One start: alternating rounds, in each of which every server has one turn, in shuffled order. All servers of the framework
 * run at the same time, so that a round is over before the machine is another one.
 */
async function tryOnce(
  { name, guards: [bare] }: Framework,
  all: readonly Seen[],
  { load, world, amounts }: Trial,
): Promise<void> {
  const servers: Child<ServerCalls>[] = [];
  const start = async (seen: Seen): Promise<Running> => {
    const { guard } = seen;
    const server = new Child<ServerCalls>("./server-process.ts");
    servers.push(server);
    const known = await server.ask("serve", { framework: name, guard: guard.name, world });
    const isGuarded = guard !== bare;
    const aim = await load.ask("aim", { ...known, name: `${name}: ${guard.name}`, isGuarded });
    return { server, aim, seen };
  };
  try {
    const running: Running[] = [];
    // Two at a time: starting is not measured, and waits for disks and compilers.
    await inFlight(all, 2, async (seen) => void running.push(await start(seen)));
    const { warmUp, connections, rounds } = amounts;
    for (const { seen, aim } of running) {
      await load.ask("send", { aim, count: shareOf(seen.guard, warmUp), connections });
    }
    for (let round = 0; round < rounds; round += 1) {
      shuffle(running);
      for (const each of running) await turn(each, load, amounts);
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function turn(
  { seen, server, aim }: Running,
  load: Child<LoadCalls>,
  { requests, connections, single }: Amounts,
): Promise<void> {
  const count = shareOf(seen.guard, requests);
  const before = await server.ask("used", undefined);
  await load.ask("send", { aim, count, connections });
  const after = await server.ask("used", undefined);
  seen.cpu.push((after.cpu - before.cpu) / count);
  seen.requests += count;
  seen.reads += after.reads - before.reads;
  const latency = latencyOf(await load.ask("send", { aim, count: single, connections: 1 }));
  seen.p50.push(latency.p50);
  seen.p99.push(latency.p99);
}

function shareOf({ share = 1 }: Guard, requests: number): number {
  return Math.ceil(share * requests);
}
