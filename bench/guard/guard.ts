import { admit, sectionOf, type Bench, type BenchOptions } from "../harness/bench.ts";
import { byEffort } from "../harness/effort.ts";
import { brief, type Part, type Target } from "../harness/report.ts";
import { measure, type Figures } from "../harness/rounds.ts";
import { betterAuthEntrants } from "./better-auth.ts";
import { expressSessionEntrants } from "./express-session.ts";
import { measureExpress } from "./express.ts";
import { floorEntrants } from "./floors.ts";
import { measureMillion } from "./million.ts";
import { symbolonEntrants } from "./symbolon.ts";
import { tokenEntrants } from "./tokens.ts";

/** Who is this? Asked of a session, or a token, that this process has seen before. */
export const guard: Bench = {
  name: "guard",
  about: "CPU time of checking a session that was seen before: alone, and in Express",
  async run(options) {
    const parts = [
      await measureChecks(options),
      await measureExpress(options),
      await measureMillion(options),
    ];
    return {
      bench: "guard",
      sections: parts.flatMap(({ sections }) => sections),
      targets: parts.flatMap(({ targets }) => targets),
    };
  },
};

async function measureChecks(options: BenchOptions): Promise<Part> {
  const { effort } = options;
  const sessions = byEffort(effort, { full: 10_000, quick: 2_000, tiny: 20 });
  const contestants = await admit(
    [
      ...floorEntrants(sessions),
      ...symbolonEntrants(sessions),
      ...expressSessionEntrants(sessions),
      ...betterAuthEntrants(sessions),
      ...tokenEntrants(sessions),
    ],
    options,
  );
  const figures = await measure(contestants, effort, "symbolon");
  for (const contestant of contestants) await contestant.close?.();
  const section = sectionOf(
    "one check, in process",
    `${sessions.toLocaleString("en")} sessions in shuffled order, each request with fresh header strings.`,
    figures,
    "symbolon",
  );
  return { sections: [section], targets: targetsOf(figures) };
}

function targetsOf(figures: readonly Figures[]): Target[] {
  const own = figures.find(({ name }) => name === "symbolon");
  if (own === undefined) return [];
  const { median } = own.cpuMicroseconds;
  const targets: Target[] = [
    {
      target: "a session seen before: at most 1.5 µs",
      measured: `${brief(median)} µs`,
      met: median <= 1.5,
    },
  ];
  const floor = figures.find(({ name }) => name === "hand-written")?.ratio;
  if (floor) {
    const times = 1 / floor.median;
    targets.push({
      target:
        "a session seen before: at most 3.75x the hand-written guard, which took 0.4 µs where 1.5 µs was asked for",
      measured: `${brief(times)}x`,
      met: times <= 3.75,
    });
  }
  for (const { name, ratio } of figures) {
    const factor = name.startsWith("express-session")
      ? 20
      : name.startsWith("better-auth")
        ? 150
        : null;
    if (factor === null || ratio === null) continue;
    targets.push({
      target: `at least ${factor}x ${name}`,
      measured: `${brief(ratio.median)}x`,
      met: ratio.median >= factor,
    });
  }
  for (const { name, counts } of figures) {
    const calls = counts?.["store calls"];
    if (calls === undefined) continue;
    targets.push({ target: `no store call: ${name}`, measured: String(calls), met: calls === 0 });
  }
  return targets;
}
