/** How long a write waits for the one before it. A store that has lost an answer must not block the session for good. */
const patienceMs = 10_000;

interface Turn {
  startNext: (() => void) | null;
}

/**
 * Has the writes of one session follow each other within this process, so that nothing comes between reading a session and
 * writing it back, and a deletion cannot overtake a write that is on its way. Sessions do not wait for each other.
 */
export class Turns {
  /** By id: the last turn in line. */
  readonly #last = new Map<string, Turn>();

  /** Runs `write` when those before have called `end`; at once when there are none. */
  take(id: string, write: (end: () => void) => void): void {
    const before = this.#last.get(id);
    const turn: Turn = { startNext: null };
    this.#last.set(id, turn);
    if (before === undefined) {
      this.#run(id, turn, write);
      return;
    }
    let waits = true;
    const start = (): void => {
      if (!waits) return;
      waits = false;
      clearTimeout(timer);
      this.#run(id, turn, write);
    };
    const timer = setTimeout(start, patienceMs).unref();
    before.startNext = start;
  }

  /** Whether a write of the session is under way. */
  isTaken(id: string): boolean {
    return this.#last.has(id);
  }

  #run(id: string, turn: Turn, write: (end: () => void) => void): void {
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      if (this.#last.get(id) === turn) this.#last.delete(id);
      turn.startNext?.();
    };
    try {
      write(end);
    } catch (error) {
      end();
      throw error;
    }
  }
}

const turnsOfStores = new WeakMap<object, Turns>();

/** Every middleware on a store waits in the same line. */
export function turnsOf(store: object): Turns {
  let turns = turnsOfStores.get(store);
  if (turns === undefined) turnsOfStores.set(store, (turns = new Turns()));
  return turns;
}
