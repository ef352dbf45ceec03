import type { Contestant, Entrant } from "./contestant.ts";
import type { Effort } from "./effort.ts";
import type { Report } from "./report.ts";
import type { Figures } from "./rounds.ts";
import { brief, type Section } from "./report.ts";

/** How a bench is to be run. */
export interface BenchOptions {
  readonly effort: Effort;
  /** Only contestants whose name holds this. */
  readonly only: string | null;
}

/** Something that can be run by name. */
export interface Bench {
  readonly name: string;
  /** What it measures, in a sentence. */
  readonly about: string;
  readonly run: (options: BenchOptions) => Promise<Report>;
}

/** Makes those who are asked for, one after the other. */
export async function admit(
  entrants: readonly Entrant[],
  { only }: BenchOptions,
): Promise<Contestant[]> {
  const contestants: Contestant[] = [];
  for (const { name, make } of entrants) {
    if (only !== null && !name.includes(only)) continue;
    process.stderr.write(`  ${name} …\n`);
    contestants.push({ ...(await make()), name });
  }
  return contestants;
}

/** Figures as rows of a table, with ratios to `baseline`. */
export function sectionOf(
  title: string,
  about: string,
  figures: readonly Figures[],
  baseline: string,
): Section {
  return {
    title,
    about,
    rows: figures.map(({ name, cpuMicroseconds, ratio }) => ({
      "": name,
      "CPU µs": cpuMicroseconds.median,
      "p10 … p90": `${brief(cpuMicroseconds.p10)} … ${brief(cpuMicroseconds.p90)}`,
      [`x ${baseline}`]: ratio?.median ?? null,
      "p10 … p90 ": ratio === null ? null : `${brief(ratio.p10)} … ${brief(ratio.p90)}`,
    })),
    notes: [...noiseOf(figures, baseline), ...figures.flatMap(notesOf)],
    data: { baseline, contestants: figures },
  };
}

/** Says so when the machine was too busy for small differences to mean anything. */
function noiseOf(figures: readonly Figures[], baseline: string): string[] {
  const base = figures.find(({ name }) => name === baseline)?.cpuMicroseconds;
  const spread = base === undefined ? 1 : base.p90 / base.p10;
  if (spread < 1.5) return [];
  return [
    `the machine was busy: ${baseline} took ${brief(spread)} times as long in one round as in another (ninetieth to tenth percentile)`,
  ];
}

function notesOf({ name, note, counts, facts, besideMicroseconds }: Figures): string[] {
  const told = [
    ...(note === undefined ? [] : [note]),
    ...Object.entries(counts ?? {}).map(([what, count]) => `${what} while timed: ${brief(count)}`),
    ...Object.entries(facts ?? {}).map(([what, value]) => `${what}: ${brief(value)}`),
    ...(besideMicroseconds === undefined
      ? []
      : [`beside it, not in its time: ${brief(besideMicroseconds)} µs for each operation`]),
  ];
  return told.length === 0 ? [] : [`${name}: ${told.join("; ")}`];
}
