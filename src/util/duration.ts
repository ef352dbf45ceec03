/** A span of time as options take it: `'30s'`, `'15m'`, `'12h'`, `'90d'`, or a whole number of milliseconds. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds of a duration.
 * @throws TypeError when it is not a positive, finite span in one of the known units; `name` says which option.
 */
export function toMilliseconds(duration: Duration, name: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(duration));
  const milliseconds =
    typeof duration === "number"
      ? duration
      : Number(match?.[1]) * (unitMs[match?.[2] ?? ""] ?? Number.NaN);
  if (!Number.isSafeInteger(milliseconds) || milliseconds <= 0) {
    throw new TypeError(
      `${name} must be a duration such as '30s', '15m', '12h' or '90d', or a positive whole number of milliseconds; got ${JSON.stringify(duration)}`,
    );
  }
  return milliseconds;
}
