import { endlessPlay, graphOf } from "./graph.ts";
import { honestSpace } from "./honest-space.ts";
import { calm, besieged } from "./honest-worlds.ts";
import type { Rules } from "./rules.ts";
import { search } from "./search.ts";
import { thiefSpace, type ThiefBounds } from "./thief-space.ts";

/** What may be wrong with rules. */
export type Failing = "an honest session ends" | "both are served for ever";

export interface Verdict {
  readonly states: number;
  readonly complete: boolean;
  /** How it goes wrong, in one line; null when it does not. */
  readonly history: string | null;
}

/** Looks for such a failing in a world. */
export function explored(
  rules: Rules,
  failing: Failing,
  bounds: Partial<ThiefBounds>,
  maxStates: number,
): Verdict {
  if (failing === "an honest session ends") {
    const found = search(honestSpace(rules, { ...calm, ...bounds }), maxStates);
    return { ...found, history: found.history?.join(", ") ?? null };
  }
  const graph = graphOf(thiefSpace(rules, { ...besieged, ...bounds }), maxStates);
  const { states, complete } = graph;
  const play = endlessPlay(graph, ["thief served", "owner served", "time"]);
  if (play === null) return { states, complete, history: null };
  const history = `${play.beginning.join(", ")}; again and again: ${play.repeated.join(", ")}`;
  return { states, complete, history };
}
