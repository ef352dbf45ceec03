import type { Lineage } from "../../../src/core/refresh-tokens/lineage.ts";
import { realRules, type Rules, type Ruling } from "./rules.ts";
import type { ThiefBounds } from "./thief-space.ts";
import type { Failing } from "./verdicts.ts";
import type { ModelToken } from "./tokens.ts";

/**
 * Rules that others have written, or would. They must be seen to fail, or the explorer proves nothing about ours. Written
 * out rather than derived from ours, so that a slip in ours is not in them too.
 */
interface Variant {
  /** How old a child must be to be promoted, in race windows. */
  readonly ripe: number;
  /** Who loses a race is given a child of the current token. */
  readonly loserGetsToken?: true;
  /** Siblings of the current token are served for as long as it is current. */
  readonly siblings?: true;
  /** The race window is for children of previous and displaced too; later, siblings take over. */
  readonly takeover?: true;
  /** From how many generations ahead on a token proves that promotions were lost. */
  readonly recoverFrom?: number;
}

/** The four rules of the design: current, its child, the previous one for a while, else reuse. */
export const design: Rules = variant({ ripe: 1 });
/** The design before it asked for a child's age. */
export const unripe: Rules = variant({ ripe: 0, siblings: true });
/** The repair of the design that was reviewed: two race windows, takeover once, recovery by generation alone. */
export const reviewed: Rules = variant({ ripe: 2, takeover: true, recoverFrom: 2 });

export const variants: readonly {
  readonly name: string;
  readonly rules: Rules;
  readonly failing: Failing;
  readonly bounds: Partial<ThiefBounds>;
}[] = [
  {
    name: "the design's four rules, with a window of three round trips",
    rules: design,
    failing: "an honest session ends",
    bounds: { raceWindow: 3, roundTrip: 1 },
  },
  {
    name: "the design, and the loser of a race is given a refresh token",
    rules: variant({ ripe: 1, loserGetsToken: true }),
    failing: "both are served for ever",
    bounds: { roundTrip: 0, held: 1 },
  },
  {
    name: "the design, and siblings are served while one of them is current",
    rules: variant({ ripe: 1, siblings: true }),
    failing: "both are served for ever",
    bounds: { roundTrip: 0, held: 1 },
  },
  {
    name: "children that are promoted at once, with a thief who polls",
    rules: unripe,
    failing: "both are served for ever",
    bounds: { roundTrip: 0, held: 1 },
  },
  {
    name: "children that are promoted at once: two promotions inside one race, without any delay",
    rules: unripe,
    failing: "an honest session ends",
    bounds: { roundTrip: 0 },
  },
  {
    name: "children that ripen in two race windows, with a round trip of one",
    rules: reviewed,
    failing: "an honest session ends",
    bounds: {},
  },
  {
    name: "children that ripen in two race windows, and a browser that is killed",
    rules: reviewed,
    failing: "an honest session ends",
    bounds: { roundTrip: 1, flush: 2 },
  },
  {
    name: "late answers that are judged again instead of refused",
    rules: realRules,
    failing: "an honest session ends",
    bounds: { roundTrip: 1, pauses: { answerWithin: 2, late: "judged again" } },
  },
  {
    name: "two race windows, and a failover during a race of two tabs",
    rules: reviewed,
    failing: "an honest session ends",
    bounds: { roundTrip: 1, forgets: 1 },
  },
  {
    name: "no recovery, and a failover",
    rules: variant({ ripe: 2, takeover: true }),
    failing: "an honest session ends",
    bounds: { roundTrip: 1, forgets: 1, requests: 1 },
  },
];

function variant(rules: Variant): Rules {
  return (lineage, token, now, raceWindow) => {
    const { current, previous, displaced, generation } = lineage;
    const become = (outcome: Ruling["outcome"], change: Partial<Lineage>): Ruling => ({
      outcome,
      next: { ...lineage, current: token.hash, promotedAt: now, ...change },
      childOf: token.hash,
    });
    if (token.hash === current) return { outcome: "current", next: null, childOf: token.hash };
    if (token.parent === current) {
      if (now - token.issuedAt < rules.ripe * raceWindow) return accessOnly("too_young");
      const change = { previous: current, displaced: null, generation: generation + 1 };
      return become("promote", change);
    }
    if (rules.recoverFrom !== undefined && token.generation >= generation + rules.recoverFrom) {
      const { parent: previous } = token;
      const change = { previous, displaced: null, generation: token.generation, recovered: true };
      return become("recovered", change);
    }
    if (now - lineage.promotedAt <= raceWindow && isRace(rules, lineage, token)) {
      return { ...accessOnly("race"), childOf: rules.loserGetsToken ? current : null };
    }
    if (previous !== null && token.parent === previous) {
      if (rules.siblings) return accessOnly("race");
      if (rules.takeover && displaced === null)
        return become("takeover", { displaced: current, recovered: false });
    }
    return { outcome: "reuse", next: null, childOf: null };
  };
}

function isRace(rules: Variant, lineage: Lineage, token: ModelToken): boolean {
  if (lineage.recovered) return true;
  const { previous, displaced } = lineage;
  if (token.hash === previous) return true;
  if (rules.takeover === undefined) return false;
  const known = [previous, displaced].filter((hash) => hash !== null);
  return known.some((hash) => hash === token.hash || hash === token.parent);
}

function accessOnly(outcome: "too_young" | "race"): Ruling {
  return { outcome, next: null, childOf: null };
}
