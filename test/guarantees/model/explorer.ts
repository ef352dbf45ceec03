import { hash } from "node:crypto";

/** One thing that can happen next. */
export interface Step {
  readonly name: string;
  /** The process that it happens to; null when it happens to all. */
  readonly owner: string | null;
  /** What it touches besides its owner: nothing, the store to read it, the store to change it, or the whole world. */
  readonly reach: "process" | "read" | "write" | "world";
}

/** A world whose every step is chosen from outside, so that all orders can be tried. */
export interface World {
  /** What can happen next; the same world after the same steps offers the same. */
  steps(): readonly Step[];
  /** Does one of them, by its name, and lets everything settle that follows without another choice. */
  take(name: string): Promise<void>;
  /**
   * Two worlds with the same text have the same future, once their processes are called by their new names: processes
   * that differ in nothing but their name may be exchanged.
   */
  key(): { readonly text: string; readonly newNames: ReadonlyMap<string, string> };
  /** What must never be; null while all is well. */
  violation(): string | null;
}

export interface Exploration {
  /** How many different worlds were seen. */
  readonly states: number;
  /** How many steps led to them: each was executed, and everything before it again. */
  readonly transitions: number;
  /** Whether every world within the bounds was seen. */
  readonly complete: boolean;
  /** The shortest history that leads to a violation, and what it violates. */
  readonly counterexample: Counterexample | null;
}

export interface Counterexample {
  readonly history: readonly string[];
  readonly violation: string;
}

export interface ExplorationLimits {
  readonly maxStates: number;
  /** False tries also those orders that are known to make no difference. Default true. */
  readonly skipsSameOrders?: boolean;
}

/** A world that is still to be seen: how to reach it, and the steps that need not be tried there. */
interface Visit {
  readonly before: Visit | null;
  readonly step: string;
  readonly asleep: readonly Step[];
}

/**
 * Tries every order of steps, breadth first, so that the first counterexample is a shortest one. Worlds cannot be copied
 * (they run the real code), so each is reached again from the start; worlds that were seen before are not gone on from.
 *
 * Of two steps that do not touch each other, one order is enough: after `a` has been tried, it sleeps below its sibling
 * `b` until something happens that it does depend on (sleep sets, Godefroid 1996). That leaves out transitions, never
 * states. A state that is reached again with a step awake that slept there before is gone on from with that step.
 */
export async function explore(
  makeWorld: () => Promise<World>,
  { maxStates, skipsSameOrders = true }: ExplorationLimits,
): Promise<Exploration> {
  /** By key: the new names of the steps that were not tried from there. */
  const seen = new Map<string, ReadonlySet<string>>();
  let frontier: Visit[] = [{ before: null, step: "", asleep: [] }];
  let transitions = -1;
  const found = (counterexample: Counterexample | null, complete: boolean): Exploration => ({
    states: seen.size,
    transitions,
    complete,
    counterexample,
  });
  while (frontier.length > 0) {
    const next: Visit[] = [];
    for (const visit of frontier) {
      const world = await makeWorld();
      const history = historyOf(visit);
      for (const name of history) await world.take(name);
      transitions += 1;
      const violation = world.violation();
      if (violation !== null) return found({ history, violation }, false);
      const { text, newNames } = world.key();
      const key = hash("sha1", text, "base64");
      const nameOf = ({ name, owner }: Step): string =>
        owner === null ? name : name.replace(owner, newNames.get(owner) ?? owner);
      const sleptBefore = seen.get(key);
      if (sleptBefore === undefined && seen.size >= maxStates) return found(null, false);
      const asleep = new Set(visit.asleep.map(nameOf));
      const isNew = sleptBefore === undefined;
      seen.set(key, isNew ? asleep : new Set([...asleep].filter((each) => sleptBefore.has(each))));
      if (!isNew && [...sleptBefore].every((each) => asleep.has(each))) continue;
      const done = [...visit.asleep];
      for (const step of world.steps()) {
        const name = nameOf(step);
        if (asleep.has(name) || sleptBefore?.has(name) === false) continue;
        const goesOnAsleep = skipsSameOrders ? done.filter((other) => commute(other, step)) : [];
        next.push({ before: visit, step: step.name, asleep: goesOnAsleep });
        done.push(step);
      }
    }
    frontier = next;
  }
  return found(null, true);
}

function historyOf(visit: Visit): string[] {
  const history: string[] = [];
  for (let at = visit; at.before !== null; at = at.before) history.push(at.step);
  return history.toReversed();
}

/** Whether both orders of two steps lead to the same world, and neither can prevent the other. */
function commute(a: Step, b: Step): boolean {
  if (a.owner === b.owner || a.reach === "world" || b.reach === "world") return false;
  if (a.reach === "write" || b.reach === "write") return false;
  return true;
}
