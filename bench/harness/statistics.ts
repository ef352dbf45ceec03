/** A middle, and how far the samples lie around it. */
export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/** The value below which this share of the values lies; between two values, in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Of rounds: the middle, and the tenth and ninetieth percentile. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    p10: quantile(values, 0.1),
    p90: quantile(values, 0.9),
  };
}

/** What is read of latencies. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Of single events: what is usual, what is rare, and the worst. */
export function latencyOf(values: readonly number[]): Latency {
  return {
    count: values.length,
    p50: quantile(values, 0.5),
    p99: quantile(values, 0.99),
    max: Math.max(...values),
  };
}

/** Where a figure would lie in ninety-nine of a hundred repetitions of the whole measurement. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The interval of a figure that is made of rounds, which may be paired: the rounds are drawn again, with repetition, and
 * the figure made anew (bootstrap, by percentiles). @param figure is given the numbers of the rounds that were drawn
 */
export function intervalOf(
  rounds: number,
  figure: (drawn: readonly number[]) => number,
  repetitions: number = 2_000,
): Interval {
  // So few rounds may be alike by chance.
  if (rounds < 7) return { low: -Infinity, high: Infinity };
  const figures = Array.from({ length: repetitions }, () =>
    figure(Array.from({ length: rounds }, () => Math.floor(Math.random() * rounds))),
  );
  return { low: quantile(figures, 0.005), high: quantile(figures, 0.995) };
}
