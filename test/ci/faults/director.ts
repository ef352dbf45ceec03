import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Crowd, type Settings } from "./crowd.ts";
import { FaultMaker, type StoreServer } from "./fault-maker.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { History } from "./history.ts";
import { SeededRandom } from "./seeded-random.ts";
import { playCrowdScene, playStory } from "./story.ts";
import { Witness } from "./witness.ts";

export interface RunOptions {
  readonly seed: number;
  readonly server: StoreServer;
  /** One for each process. */
  readonly customers: readonly Settings[];
  /** Whether the processes speak to the server without a proxy between. */
  readonly direct?: boolean;
  readonly signIns: number;
  /** How long people sign in and are signed out. */
  readonly seconds: number;
  /** How long then everybody is let alone, before every session is looked at once more. */
  readonly calmMs: number;
  readonly storiesPerSecond: number;
  readonly plan: (random: SeededRandom) => readonly PlannedFault[];
}

export interface Run {
  readonly history: History;
  /** Processes that did not end as they should. */
  readonly problems: readonly string[];
  /** Where the histories are, until `discard`. */
  readonly folder: string;
  readonly discard: () => void;
}

const sessionsPerStory = 5;
const peoplePerScene = 40;
/** At once: as many as disturb nobody, because everybody should be served then. */
const latecomers = 8;
const mostRestMs = 40_000;
/** How many sessions one process looks at in one go. */
const lookSize = 200;

// A run that takes too long is ended by a signal: then everything that it started ends with it.
process.once("SIGTERM", () => process.exit(143));

// Node 24 never ends a process in which a reset came to a connection that was being shut down: the handle counts as closing
// and is not, and the cleanup at the end waits for it, busily. `process.exit` cleans up nothing.
after(() => void process.once("exit", () => process.exit()));

/** Lets it all happen, and answers what the processes wrote down. */
export async function directRun(options: RunOptions): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "symbolon-faults-"));
  const random = new SeededRandom(options.seed);
  const plan = options.plan(random);
  const crowd = await Crowd.start({
    folder,
    random,
    port: options.server.port,
    settings: options.customers,
    ...(options.direct !== undefined && { direct: options.direct }),
  });
  const maker = new FaultMaker(crowd, options.server);
  const witness = new Witness(options.server);
  let problems: readonly string[] = [];
  try {
    await Promise.all([maker.carryOut(plan), playAll(crowd, random, options)]);
    await pause(options.calmMs);
    await signInTheRest(crowd, options.signIns);
    await lookAtAll(crowd);
  } finally {
    problems = await crowd.end();
    await witness.stop();
  }
  const faults = [...maker.done, ...witness.slow];
  writeFileSync(join(folder, "faults.json"), JSON.stringify(faults));
  return {
    history: { processes: crowd.histories(), faults },
    problems,
    folder,
    discard: () => rmSync(folder, { recursive: true }),
  };
}

/** Stories and scenes begin at an even pace; resolves when the last has ended. */
async function playAll(
  crowd: Crowd,
  random: SeededRandom,
  { seconds, signIns, storiesPerSecond }: RunOptions,
): Promise<void> {
  const stories = Math.round(seconds * storiesPerSecond);
  const scenes = Math.ceil((signIns - stories * sessionsPerStory) / peoplePerScene);
  const begin = (
    count: number,
    play: (random: SeededRandom, nth: number) => Promise<void>,
  ): Promise<void>[] =>
    Array.from({ length: count }, async (_, nth) => {
      // Of its own: what happens meanwhile elsewhere decides nothing here.
      const own = new SeededRandom(random.index(2 ** 32));
      await pause((seconds * 1_000 * nth) / count);
      await play(own, nth);
    });
  await Promise.all([
    ...begin(stories, (own, nth) => playStory(crowd, own, `story ${nth}`)),
    ...begin(Math.max(scenes, 0), (own, nth) =>
      playCrowdScene(crowd, own, `scene ${nth}`, peoplePerScene),
    ),
  ]);
}

/** As many as could not sign in while everything failed. */
async function signInTheRest(crowd: Crowd, signIns: number): Promise<void> {
  const until = performance.now() + mostRestMs;
  for (let nth = 0; crowd.credentials.length < signIns; nth += 1) {
    if (performance.now() > until) throw new Error(`only ${crowd.credentials.length} signed in`);
    const people = Array.from({ length: latecomers }, (_, each) =>
      crowd.signIn(`late ${each}`, `late ${nth}`),
    );
    await Promise.all(people);
  }
}

/** Every session, by whichever process. */
async function lookAtAll(crowd: Crowd): Promise<void> {
  const { credentials } = crowd;
  const looks = Array.from({ length: Math.ceil(credentials.length / lookSize) }, (_, nth) =>
    crowd.look(crowd.any(), credentials.slice(nth * lookSize, (nth + 1) * lookSize)),
  );
  await Promise.all(looks);
}
