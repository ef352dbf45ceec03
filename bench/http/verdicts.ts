import { brief, type Part, type Target } from "../harness/report.ts";
import {
  intervalOf,
  quantile,
  spreadOf,
  type Interval,
  type Spread,
} from "../harness/statistics.ts";
import type { FrameworkName } from "./frameworks.ts";
import { names, strategies } from "./served.ts";
import type { Seen } from "./trial.ts";

/** The factors that DESIGN asks for. */
const mostOfHandWritten = 1.5;
const leastOfExpressSession = 20;
const mostOfBareP99 = 1.1;

/** For which frameworks there is a target. */
const judged: readonly FrameworkName[] = ["Express", "Fastify", "Hono"];

/** What a guard adds to a request, in each round. */
interface Extra {
  readonly name: string;
  readonly rounds: readonly number[];
  readonly spread: Spread;
  readonly interval: Interval;
}

/** The servers of one framework as a table, with what each adds to the bare one of the same round. */
export function reportOf(framework: FrameworkName, seen: readonly Seen[]): Part {
  const [bare, ...guarded] = seen;
  if (bare === undefined) return { sections: [], targets: [] };
  const extras = guarded.map((each) => extraOf(each, bare));
  const own = extras.find(({ name }) => name === names.symbolon.session);
  const rows = seen.map(({ guard: { name }, cpu, p50, p99 }) => {
    const extra = extras.find((each) => each.name === name);
    return {
      "": name,
      "CPU µs": median(cpu),
      "p10 … p90": range(spreadOf(cpu)),
      "extra µs": extra === undefined ? null : extra.spread.median,
      "99 of 100": extra === undefined ? null : within(extra.interval),
      "x symbolon": extra === undefined || own === undefined ? null : timesOf(extra, own),
      "p50 µs": median(p50),
      "p99 µs": median(p99),
      "p99 x bare": median(p99) / median(bare.p99),
    };
  });
  const data = seen.map(({ guard: { name, kind }, cpu, p50, p99, requests, reads }) => {
    const extra = extras.find((each) => each.name === name);
    return {
      name,
      kind,
      requests,
      ...(kind === "symbolon" && { storeReads: reads }),
      cpuMicroseconds: spreadOf(cpu),
      ...(extra && { extraMicroseconds: extra.spread, extraInterval: extra.interval }),
      p50Microseconds: spreadOf(p50),
      p99Microseconds: spreadOf(p99),
    };
  });
  const section = {
    title: `a guarded request in ${framework}, over loopback`,
    about: `"extra" is CPU time beyond the bare server's of the same round: its median, and the interval in which that lies in ninety-nine of a hundred repetitions. "x symbolon" is the extra in terms of ${names.symbolon.session}; "-" where that is lost in noise. Latencies by one connection.`,
    rows,
    notes: seen.flatMap(({ guard: { name, note } }) =>
      note === undefined ? [] : [`${name}: ${note}`],
    ),
    data: { baseline: bare.guard.name, contestants: data },
  };
  const targets = judged.includes(framework) ? targetsOf(framework, bare, seen, extras) : [];
  return { sections: [section], targets };
}

function targetsOf(
  framework: string,
  bare: Seen,
  seen: readonly Seen[],
  extras: readonly Extra[],
): Target[] {
  const extraNamed = (name: string) => extras.find((extra) => extra.name === name);
  const byHands = [names.handWritten, names.handWrittenInLayers].map(extraNamed);
  const theirs = extraNamed("express-session, memory");
  return strategies.flatMap((strategy) => {
    const name = names.symbolon[strategy];
    const ours = extraNamed(name);
    const own = seen.find(({ guard }) => guard.name === name);
    if (ours === undefined || own === undefined) return [];
    const { p99, reads } = own;
    const targets: Target[] = [];
    if (reads > 0) {
      targets.push({
        target: `${framework}, ${name}: no session is read from the store`,
        measured: brief(reads),
        met: false,
      });
    }
    for (const byHand of byHands) {
      if (byHand === undefined) continue;
      targets.push({
        target: `${framework}, ${name}: adds at most ${mostOfHandWritten}x what ${byHand.name} adds`,
        measured: `${told(ours)} against ${told(byHand)}`,
        met: isWithinHandWritten(ours, byHand),
      });
    }
    if (theirs !== undefined) {
      targets.push({
        target: `${framework}, ${name}: express-session adds at least ${leastOfExpressSession}x as much`,
        measured: `${told(theirs)} against ${told(ours)}`,
        met: isAtMost(ours.rounds, 1 / leastOfExpressSession, theirs.rounds),
      });
    }
    const times = intervalOf(
      p99.length,
      (drawn) => medianOf(p99, drawn) / medianOf(bare.p99, drawn),
    );
    targets.push({
      target: `${framework}, ${name}: p99 at most ${mostOfBareP99}x the bare server's`,
      measured: `${brief(median(p99) / median(bare.p99))}x (${within(times)})`,
      met: isAtMost(p99, mostOfBareP99, bare.p99),
    });
    return targets;
  });
}

/** Where what is added by hand is lost in noise, it is taken for the most that it may be: then ours can only be too much. */
function isWithinHandWritten(ours: Extra, byHand: Extra): boolean | null {
  if (byHand.interval.low > 0) return isAtMost(ours.rounds, mostOfHandWritten, byHand.rounds);
  const most = mostOfHandWritten * Math.max(0, byHand.interval.high);
  return ours.interval.low > most ? false : null;
}

/**
 * Whether the median of `these` is at most `factor` times that of `those`, of the same rounds. Null when ninety-nine of a
 * hundred repetitions would not agree. A difference is judged, and not a quotient, which means nothing where the divisor is near zero.
 */
function isAtMost(
  these: readonly number[],
  factor: number,
  those: readonly number[],
): boolean | null {
  const { low, high } = intervalOf(
    these.length,
    (drawn) => medianOf(these, drawn) - factor * medianOf(those, drawn),
  );
  if (high <= 0) return true;
  return low > 0 ? false : null;
}

function extraOf({ guard: { name }, cpu }: Seen, bare: Seen): Extra {
  const rounds = cpu.map((time, round) => time - (bare.cpu[round] ?? Number.NaN));
  const interval = intervalOf(rounds.length, (drawn) => medianOf(rounds, drawn));
  return { name, rounds, spread: spreadOf(rounds), interval };
}

/** How many times as much; a dash when the lesser cannot be told from nothing. */
function timesOf(extra: Extra, own: Extra): string {
  return own.interval.low > 0 ? brief(extra.spread.median / own.spread.median) : "-";
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function medianOf(values: readonly number[], drawn: readonly number[]): number {
  return median(drawn.map((round) => values[round] ?? Number.NaN));
}

function told({ spread, interval }: Extra): string {
  return `${brief(spread.median)} µs (${within(interval)})`;
}

function within({ low, high }: Interval): string {
  return `${brief(low)} … ${brief(high)}`;
}

function range({ p10, p90 }: Spread): string {
  return `${brief(p10)} … ${brief(p90)}`;
}
