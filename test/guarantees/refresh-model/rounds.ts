import { ripeAfterRaceWindows } from "../../../src/core/refresh-tokens/lineage.ts";
import { componentsOf, type Graph } from "./graph.ts";
import type { Space } from "./search.ts";
import type { ThiefBounds, ThiefState } from "./thief-space.ts";

interface RoundState {
  readonly play: ThiefState;
  /** When the owner was last served in a round that counts; -Infinity before. */
  readonly countedAt: number;
  /** Whether the thief has been served since. */
  readonly shared: boolean;
}

/**
 * Counts rounds in which both are served: the thief, then the owner, whose rounds lie further apart than a child takes to
 * ripen, as they do where access tokens live longer than that. Such a move is marked "owner served", and no other is.
 */
export function roundSpace(space: Space<ThiefState>, bounds: ThiefBounds): Space<RoundState> {
  const ripe = ripeAfterRaceWindows * bounds.raceWindow;
  return {
    start: { play: space.start, countedAt: Number.NEGATIVE_INFINITY, shared: false },
    key: ({ play, countedAt, shared }) =>
      `${space.key(play)} ${Math.min(play.owner.now - countedAt, ripe + 1)}${shared ? "s" : ""}`,
    moves: ({ play, countedAt, shared }) =>
      space.moves(play).map(({ name, to, mark }) => {
        const { now } = to.owner;
        if (mark === "owner served" && shared && now - countedAt > ripe)
          return { name, to: { play: to, countedAt: now, shared: false }, mark };
        return { name, to: { play: to, countedAt, shared: shared || mark === "thief served" } };
      }),
    violation: () => null,
  };
}

/** The most rounds that any play has; Infinity when one has ever more. */
export function mostRounds(graph: Graph): number {
  const component = componentsOf(graph);
  const most: number[] = [];
  const states = [...component.keys()].sort((a, b) => number(a) - number(b));
  // Edges lead to components of the same or of a lower number, so that what follows is known before.
  for (const state of states) {
    const own = number(state);
    for (const { to, mark } of graph.edges[state] ?? []) {
      const round = mark === undefined ? 0 : 1;
      if (number(to) === own && round > 0) return Number.POSITIVE_INFINITY;
      if (number(to) !== own) most[own] = Math.max(most[own] ?? 0, round + (most[number(to)] ?? 0));
    }
  }
  return most[number(0)] ?? 0;

  function number(state: number): number {
    return component[state] as number;
  }
}
