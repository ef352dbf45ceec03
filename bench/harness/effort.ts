/** How much is done for a figure. */
export interface Effort {
  readonly name: "full" | "quick" | "tiny";
  /** How often each contestant has its turn. */
  readonly rounds: number;
  /** CPU time of one turn, and before the first: milliseconds. */
  readonly sampleMs: number;
  readonly warmUpMs: number;
  /**
   * How many operations there are before the first turn at least, where one takes so long that warming up by time alone
   * would measure code that nobody has compiled yet, and its compilation. Left out: none.
   */
  readonly warmUpOperations?: number;
}

/** `quick` shows where things stand; `tiny` only proves that a bench runs. */
export const efforts: Readonly<Record<Effort["name"], Effort>> = {
  full: { name: "full", rounds: 41, sampleMs: 25, warmUpMs: 300 },
  quick: { name: "quick", rounds: 9, sampleMs: 15, warmUpMs: 150 },
  tiny: { name: "tiny", rounds: 1, sampleMs: 0, warmUpMs: 0 },
};

/** Picks by effort. */
export function byEffort<Value>(
  effort: Effort,
  values: Readonly<Record<Effort["name"], Value>>,
): Value {
  return values[effort.name];
}
