import {
  judgeRefresh,
  type Lineage,
  type RefreshVerdict,
} from "../../../src/core/refresh-tokens/lineage.ts";
import type { RefreshHash } from "../../../src/core/refresh-tokens/refresh-token.ts";
import type { ModelToken } from "./tokens.ts";

/** What is done with a token. */
export interface Ruling {
  readonly outcome: RefreshVerdict["outcome"];
  /** What is written first; null when nothing is. */
  readonly next: Lineage | null;
  /** The parent of the child that is issued; null when none is. */
  readonly childOf: RefreshHash | null;
}

/** Rules to be explored: the real ones, or others that must be seen to fail. */
export type Rules = (
  lineage: Lineage,
  token: ModelToken,
  now: number,
  raceWindow: number,
) => Ruling;

/** The rules as they are implemented. */
export const realRules: Rules = rulesOf(judgeRefresh);

/** What a judge says, and that whoever may have a child of the token presented is given one. */
export function rulesOf(judge: typeof judgeRefresh): Rules {
  return (lineage, token, now, raceWindow) => {
    const verdict = judge(lineage, token, now, raceWindow);
    const { outcome } = verdict;
    const isLasting = outcome !== "too_young" && outcome !== "race" && outcome !== "reuse";
    return {
      outcome,
      next: "next" in verdict ? verdict.next : null,
      childOf: isLasting ? token.hash : null,
    };
  };
}
