/** A move, and the state that it leads to. */
export interface Move<State> {
  readonly name: string;
  readonly to: State;
  /** What is of interest about it: who was served by it, or that time passed. */
  readonly mark?: Mark;
}

export type Mark = "owner served" | "thief served" | "time";

/** What is searched: states are values, and two with the same key have the same future. */
export interface Space<State> {
  readonly start: State;
  key(state: State): string;
  moves(state: State): readonly Move<State>[];
  /** What must never be; null while all is well. */
  violation(state: State): string | null;
}

export interface Found {
  /** How many different states were seen. */
  readonly states: number;
  /** Whether every state within the bounds was seen. */
  readonly complete: boolean;
  /** A shortest history that leads to a violation; null when there was none. */
  readonly history: readonly string[] | null;
}

/** Goes through all states, breadth first, so that the first violation has a shortest history. */
export function search<State>(space: Space<State>, maxStates: number): Found {
  const seen = new Set<string>([space.key(space.start)]);
  const queue: State[] = [space.start];
  const origins: number[] = [-1];
  const names: string[] = [""];
  for (let at = 0; at < queue.length; at += 1) {
    const state = queue[at] as State;
    if (space.violation(state) !== null) {
      return { states: seen.size, complete: false, history: historyOf(at, origins, names) };
    }
    for (const { name, to } of space.moves(state)) {
      const key = space.key(to);
      if (seen.has(key)) continue;
      if (seen.size >= maxStates) return { states: seen.size, complete: false, history: null };
      seen.add(key);
      queue.push(to);
      origins.push(at);
      names.push(name);
    }
  }
  return { states: seen.size, complete: true, history: null };
}

/** The names of the moves that lead from the start to a state. */
export function historyOf(
  end: number,
  origins: readonly number[],
  names: readonly string[],
): string[] {
  const history: string[] = [];
  for (let at = end; at > 0; at = origins[at] ?? 0) history.unshift(names[at] ?? "");
  return history;
}
