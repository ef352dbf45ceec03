import { honestSpace, type HonestBounds, type HonestState } from "./honest-space.ts";
import type { Rules } from "./rules.ts";
import type { Move, Space } from "./search.ts";
import { modelToken, type ModelToken } from "./tokens.ts";

export interface ThiefBounds extends HonestBounds {
  /** How many tokens the thief keeps; of more, he throws away any. */
  readonly held: number;
}

export interface ThiefState {
  readonly owner: HonestState;
  /** Empty until he has copied the jar. */
  readonly held: readonly ModelToken[];
}

/**
 * All that can happen to an owner, as in `honestSpace`, when a thief copies the jar once, at any time, and then presents
 * whatever he holds whenever he likes; polling every few seconds is among it. His network is perfect.
 */
export function thiefSpace(rules: Rules, bounds: ThiefBounds): Space<ThiefState> {
  const honest = honestSpace(rules, bounds);

  function movesOf(state: ThiefState): Move<ThiefState>[] {
    const { owner, held } = state;
    if (owner.ended) return [];
    const moves: Move<ThiefState>[] = honest
      .moves(owner)
      .map((move) => ({ ...move, to: { owner: move.to, held } }));
    if (held.length === 0) {
      moves.push({ name: `thief copies ${owner.jar.name}`, to: { owner, held: [owner.jar] } });
    }
    for (const token of held) moves.push(...presented(state, token));
    return moves;
  }

  function presented({ owner, held }: ThiefState, token: ModelToken): Move<ThiefState>[] {
    const ruling = rules(owner.lineage, token, owner.now, bounds.raceWindow);
    const name = `thief ${token.name}: ${ruling.outcome}`;
    if (ruling.outcome === "reuse")
      return [{ name, to: { owner: { ...owner, ended: true }, held } }];
    const lineage = ruling.next ?? owner.lineage;
    const mark = "thief served";
    if (ruling.childOf === null)
      return [{ name, to: { owner: { ...owner, lineage }, held }, mark }];
    const issued = owner.issued + 1;
    const child = modelToken(issued, lineage.generation + 1, ruling.childOf, owner.now);
    return choices(held, child).map((kept) => ({
      name: kept.includes(child) ? `${name}, ${child.name}` : name,
      to: { owner: { ...owner, lineage, issued }, held: kept },
      mark,
    }));
  }

  /** He need not keep the new one, nor any other. */
  function choices(held: readonly ModelToken[], child: ModelToken): (readonly ModelToken[])[] {
    if (held.length < bounds.held) return [held, [...held, child]];
    return [held, ...held.map((each) => [...held.filter((other) => other !== each), child])];
  }

  return {
    start: { owner: honest.start, held: [] },
    key: ({ owner, held }) => honest.keyWith(owner, held),
    moves: movesOf,
    violation: () => null,
  };
}
