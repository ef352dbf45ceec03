import type { Bench } from "../harness/bench.ts";
import { byEffort } from "../harness/effort.ts";
import { brief, type Section, type Target } from "../harness/report.ts";
import { type Figures, measure } from "../harness/rounds.ts";
import { type Cell, cellsOf, contestantsOf } from "./cells.ts";

const verbs = ["sign", "verify"] as const;

/** One call of jsonwebtoken and the same call of the drop-in replacement. */
interface Measured {
  readonly cell: Cell;
  readonly theirs: Figures;
  readonly own: Figures;
}

/** `symbolon/compat/jsonwebtoken` beside jsonwebtoken: every call that applications make. */
export const jsonwebtoken: Bench = {
  name: "jsonwebtoken",
  about:
    "CPU time of jsonwebtoken and of its drop-in replacement, by algorithm, form of key and call",
  async run({ effort, only }) {
    // A signature of RSA takes a millisecond: warming up by operations would take longer than measuring.
    const warmUpOperations = byEffort(effort, { full: 3_000, quick: 1_000, tiny: 0 });
    const measured: Measured[] = [];
    for (const cell of verbs.flatMap(cellsOf)) {
      if (only !== null && !cell.name.includes(only)) continue;
      process.stderr.write(`  ${cell.name} …\n`);
      const [theirs, own] = contestantsOf(cell);
      const figures = await measure([theirs, own], { ...effort, warmUpOperations }, theirs.name);
      const [theirFigures, ownFigures] = figures;
      if (theirFigures === undefined || ownFigures === undefined) continue;
      measured.push({ cell, theirs: theirFigures, own: ownFigures });
    }
    return {
      bench: "jsonwebtoken",
      sections: verbs.map((verb) =>
        sectionOf(
          verb,
          measured.filter(({ cell }) => cell.verb === verb),
        ),
      ),
      targets: measured.map(targetOf),
    };
  },
};

function sectionOf(verb: Cell["verb"], measured: readonly Measured[]): Section {
  return {
    title: verb,
    about:
      "Both make the same call with the same key, whose text or object is the same each time, as in an application; payloads and tokens differ.",
    rows: measured.map(({ cell, theirs, own }) => ({
      "": cell.name,
      "jsonwebtoken µs": theirs.cpuMicroseconds.median,
      "symbolon µs": own.cpuMicroseconds.median,
      "x jsonwebtoken": own.ratio?.median ?? null,
      "p10 … p90": own.ratio === null ? null : `${brief(own.ratio.p10)} … ${brief(own.ratio.p90)}`,
    })),
    notes: [],
    data: {
      baseline: "jsonwebtoken",
      contestants: measured.flatMap(({ theirs, own }) => [theirs, own]),
    },
  };
}

/** Where the signature itself takes nearly all of the time, noise may hide who is faster. */
function targetOf({ cell, own: { ratio } }: Measured): Target {
  const isHidden = ratio === null || (ratio.p10 < 1 && ratio.p90 > 1);
  return {
    target: `${cell.name}: less CPU than jsonwebtoken`,
    measured: ratio === null ? "nothing" : `${brief(ratio.median)}x`,
    met: isHidden ? null : ratio.median < 1,
  };
}
