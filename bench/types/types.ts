import { join } from "node:path";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import type { Bench } from "../harness/bench.ts";
import { shuffle } from "../harness/deck.ts";
import { byEffort } from "../harness/effort.ts";
import { brief, type Report, type Section, type Target } from "../harness/report.ts";
import { spreadOf, type Spread } from "../harness/statistics.ts";
import { buildSymbolon, compile, makeConsumer, type Diagnostics } from "./compile.ts";

/** A small application: a server that signs users in, and a page that knows its type. */
interface Consumer {
  readonly name: string;
  readonly folder: string;
  readonly note: string;
}

const consumers: readonly Consumer[] = [
  {
    name: "empty",
    folder: "empty",
    note: "nothing but the types of the language, of pages and of Node",
  },
  { name: "symbolon", folder: "symbolon", note: "createAuth, createClient<typeof auth>" },
  {
    name: "symbolon, with schemas",
    folder: "symbolon-schemas",
    note: "session data that valibot describes, whose own types are in the figures",
  },
  {
    name: "better-auth",
    folder: "better-auth",
    note: "betterAuth, createAuthClient, which knows nothing of that server",
  },
  {
    name: "better-auth, with fields",
    folder: "better-auth-fields",
    note: "a field of its users, which inferAdditionalFields<typeof auth> tells the page",
  },
];

/** What was found out about a consumer. */
interface Figures {
  readonly name: string;
  readonly note: string;
  readonly totalMs: Spread;
  readonly checkMs: Spread;
  /** Total time divided by that of the empty project in the same round. */
  readonly ratio: Spread;
  /** What does not change from round to round. */
  readonly counts: Diagnostics;
}

/** What a consumer's compiler pays for the types of Symbolon, beside better-auth and beside nothing. */
export const types: Bench = {
  name: "types",
  about: "what tsc pays for an application's types: time, types, instantiations, memory",
  async run({ effort, only }) {
    buildSymbolon();
    const { path, remove } = temporaryFolder();
    try {
      const chosen = consumers.filter(({ name }) => name === "empty" || name.includes(only ?? ""));
      for (const { folder } of chosen) makeConsumer(folder, join(path, folder));
      const rounds = byEffort(effort, { full: 25, quick: 7, tiny: 1 });
      return reportOf(measure(chosen, path, rounds));
    } finally {
      remove();
    }
  },
};

/** In alternating rounds: a machine that speeds up or slows down does so for all. */
function measure(chosen: readonly Consumer[], path: string, rounds: number): Figures[] {
  const samples = new Map<string, Diagnostics[]>(chosen.map(({ name }) => [name, []]));
  // The first finds no file in the cache of the machine.
  for (const { folder } of chosen) compile(join(path, folder));
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`  round ${round} of ${rounds} …\n`);
    const order = [...chosen];
    shuffle(order);
    for (const { name, folder } of order) samples.get(name)?.push(compile(join(path, folder)));
  }
  const empty = samples.get("empty") ?? [];
  return chosen.flatMap(({ name, note }) => {
    const own = samples.get(name) ?? [];
    const [counts] = own;
    if (counts === undefined) return [];
    const ratios = own.map(({ totalMs }, round) => totalMs / (empty[round]?.totalMs ?? 0));
    return {
      name,
      note,
      totalMs: spreadOf(own.map(({ totalMs }) => totalMs)),
      checkMs: spreadOf(own.map(({ checkMs }) => checkMs)),
      ratio: spreadOf(ratios),
      counts,
    };
  });
}

function reportOf(figures: readonly Figures[]): Report {
  return { bench: "types", sections: [sectionOf(figures)], targets: targetsOf(figures) };
}

function sectionOf(figures: readonly Figures[]): Section {
  return {
    title: "checking a small application",
    about:
      "tsc --singleThreaded over a server and a page, each in strict mode and with skipLibCheck, beside a project that holds nothing. Times are the compiler's own.",
    rows: figures.map(({ name, totalMs, checkMs, ratio, counts }) => ({
      "": name,
      "total ms": totalMs.median,
      "p10 … p90": `${brief(totalMs.p10)} … ${brief(totalMs.p90)}`,
      "x empty": ratio.median,
      "check ms": checkMs.median,
      files: counts.files,
      types: counts.types,
      instantiations: counts.instantiations,
      "memory MiB": counts.memory,
    })),
    notes: figures.map(({ name, note }) => `${name}: ${note}`),
    data: { baseline: "empty", consumers: figures },
  };
}

function targetsOf(figures: readonly Figures[]): Target[] {
  const own = figures.find(({ name }) => name === "symbolon");
  const peer = figures.find(({ name }) => name === "better-auth");
  if (own === undefined || peer === undefined) return [];
  const share = own.counts.instantiations / peer.counts.instantiations;
  return [
    {
      target: "symbolon: at most 1.5x the time of an empty project",
      measured: `${brief(own.ratio.median)}x`,
      met: own.ratio.median <= 1.5,
    },
    {
      target: "symbolon: at most a hundredth of the instantiations of better-auth",
      measured: `${brief(100 * share)} %`,
      met: share <= 0.01,
    },
  ];
}
