/** A world whose every step is chosen from outside, so that all orders can be tried. */
export interface World {
  /** What can happen next, by name; the same world after the same steps offers the same. */
  choices(): readonly string[];
  /** Does one of them, and lets everything settle that follows without another choice. */
  take(choice: string): Promise<void>;
  /** Two worlds with the same key have the same future. */
  key(): string;
  /** What must never be; null while all is well. */
  violation(): string | null;
}

export interface Exploration {
  /** How many different worlds were seen. */
  readonly states: number;
  /** Whether every world within the bounds was seen. */
  readonly complete: boolean;
  /** The shortest history that leads to a violation, and what it violates. */
  readonly counterexample: {
    readonly history: readonly string[];
    readonly violation: string;
  } | null;
}

/**
 * Tries every order of choices, breadth first, so that the first counterexample is a shortest one. Worlds cannot be copied
 * (they run the real code), so each is reached again from the start; worlds that were seen before are not gone on from.
 */
export async function explore(
  makeWorld: () => Promise<World>,
  bounds: { readonly maxStates: number },
): Promise<Exploration> {
  const seen = new Set<string>();
  let frontier: (readonly string[])[] = [[]];
  while (frontier.length > 0) {
    const next: (readonly string[])[] = [];
    for (const history of frontier) {
      const world = await makeWorld();
      for (const choice of history) await world.take(choice);
      const violation = world.violation();
      if (violation !== null) {
        return { states: seen.size, complete: false, counterexample: { history, violation } };
      }
      const key = world.key();
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size >= bounds.maxStates) {
        return { states: seen.size, complete: false, counterexample: null };
      }
      for (const choice of world.choices()) next.push([...history, choice]);
    }
    frontier = next;
  }
  return { states: seen.size, complete: true, counterexample: null };
}
