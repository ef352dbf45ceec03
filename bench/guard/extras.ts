import { brief, type Part } from "../harness/report.ts";
import type { Figures } from "../harness/rounds.ts";
import { quantile, spreadOf, type Spread } from "../harness/statistics.ts";

/** The contestants of one host, by their parts. */
export interface Roles {
  readonly host: string;
  readonly bare: string;
  readonly byHand: string;
  readonly ours: string;
  readonly theirs: string;
}

/** What each guard adds to the bare request, round by round, and how much more that is than what others add. */
export function compareExtras(figures: readonly Figures[], roles: Roles): Part {
  const bare = roundsOf(figures, roles.bare);
  const guards = [roles.byHand, roles.ours, roles.theirs].map((name) => ({
    name,
    extra: extrasOf(roundsOf(figures, name), bare),
  }));
  const [byHand = [], ours = [], theirs = []] = guards.map(({ extra }) => extra);
  if (byHand.length === 0 || ours.length === 0 || theirs.length === 0) {
    return { sections: [], targets: [] };
  }
  const rows = guards.map(({ name, extra }) => ({ name, microseconds: spreadOf(extra) }));
  // Medians are compared: the quotient of a round in which the map guard seems to cost nothing says nothing.
  const toFloor = quantile(ours, 0.5) / quantile(byHand, 0.5);
  const toPeer = quantile(theirs, 0.5) / quantile(ours, 0.5);
  return {
    sections: [
      {
        title: `what the guard adds, ${roles.host}`,
        about: "CPU time beyond the request without a guard, of the same round.",
        rows: rows.map(({ name, microseconds }) => ({
          "": name,
          "extra µs": microseconds.median,
          "p10 … p90": range(microseconds),
        })),
        data: { extras: rows, toHandWritten: toFloor, expressSessionToSymbolon: toPeer },
      },
    ],
    targets: [
      quantile(byHand, 0.1) > 0
        ? {
            target: `${roles.host}: at most 1.5x what the hand-written guard adds`,
            measured: `${brief(toFloor)}x`,
            met: toFloor <= 1.5,
          }
        : {
            target: `${roles.host}: at most 1.5x what the hand-written guard adds`,
            measured: `what that adds is lost in noise (${range(spreadOf(byHand))} µs)`,
            met: null,
          },
      {
        target: `${roles.host}: express-session adds at least 20x as much`,
        measured: `${brief(toPeer)}x`,
        met: toPeer >= 20,
      },
    ],
  };
}

function roundsOf(figures: readonly Figures[], name: string): readonly number[] {
  return figures.find((each) => each.name === name)?.rounds ?? [];
}

function extrasOf(guarded: readonly number[], bare: readonly number[]): number[] {
  return guarded.flatMap((time, round) => {
    const without = bare[round];
    return without === undefined ? [] : [time - without];
  });
}

function range({ p10, p90 }: Spread): string {
  return `${brief(p10)} … ${brief(p90)}`;
}
