import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Lineages from "../../../src/core/refresh-tokens/lineage.ts";
import type { ThiefBounds } from "./thief-space.ts";
import type { Failing } from "./verdicts.ts";
import { sleepy } from "./honest-worlds.ts";
import { rulesOf, type Rules } from "./rules.ts";

/** A rule of the real judge, what it would be without it, and a small world in which that is noticed. */
export interface Mutant {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly failing: Failing;
  readonly bounds: Partial<ThiefBounds>;
}

export const mutants: readonly Mutant[] = [
  {
    rule: "a child has to be ripe",
    from: "ripeAfterRaceWindows = 3",
    to: "ripeAfterRaceWindows = 2",
    failing: "an honest session ends",
    bounds: {},
  },
  {
    rule: "ripe is older than three race windows, not as old",
    from: "token.issuedAt <= ripeAfterRaceWindows",
    to: "token.issuedAt < ripeAfterRaceWindows",
    failing: "an honest session ends",
    bounds: { flush: 2 },
  },
  {
    rule: "losers of a race are served",
    from: "now - lineage.promotedAt <= raceWindowMs",
    to: "now - lineage.promotedAt < 0",
    failing: "an honest session ends",
    bounds: sleepy,
  },
  {
    rule: "children of the previous token race too",
    from: "isOneOf(token.hash, lineage) || isOneOf(token.parent, lineage)",
    to: "isOneOf(token.hash, lineage)",
    failing: "an honest session ends",
    bounds: sleepy,
  },
  {
    rule: "siblings take over later",
    from: "if (displaced === null && same(token.parent, previous)) {",
    to: "if (now < 0) {",
    failing: "an honest session ends",
    bounds: sleepy,
  },
  {
    rule: "takeover is once a generation",
    from: "if (displaced === null && same(token.parent, previous)) {",
    to: "if (same(token.parent, previous)) {",
    failing: "both are served for ever",
    bounds: { roundTrip: 0 },
  },
  {
    rule: "a child of the displaced token proves no loss",
    from: "token.generation > lineage.generation && !same(token.parent, displaced)",
    to: "token.generation > lineage.generation",
    failing: "both are served for ever",
    bounds: { roundTrip: 0 },
  },
  {
    rule: "a token that the lineage cannot have issued proves that promotions were lost",
    from: "token.generation > lineage.generation &&",
    to: "now < 0 &&",
    failing: "an honest session ends",
    bounds: { roundTrip: 1, forgets: 1 },
  },
  {
    rule: "after a recovery the race is as long as a child takes to ripen",
    from: "<= ripeAfterRaceWindows * raceWindowMs;\n",
    to: "<= raceWindowMs;\n",
    failing: "an honest session ends",
    bounds: { forgets: 1 },
  },
];

const source = fileURLToPath(new URL("../../../src", import.meta.url));
const judged = "core/refresh-tokens/lineage.ts";

/** The real judge with a rule broken, loaded from a copy that is gone when this has answered. */
export async function brokenRules({ from, to }: Mutant): Promise<Rules> {
  const copy = mkdtempSync(join(tmpdir(), "symbolon-mutant-"));
  try {
    for (const folder of ["util", "core/refresh-tokens"])
      cpSync(join(source, folder), join(copy, folder), { recursive: true });
    const file = join(copy, judged);
    const text = readFileSync(file, "utf8");
    if (!text.includes(from)) throw new Error(`${judged} has no "${from}"`);
    writeFileSync(file, text.replace(from, to));
    const { judgeRefresh } = (await import(pathToFileURL(file).href)) as typeof Lineages;
    return rulesOf(judgeRefresh);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
