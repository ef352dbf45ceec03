const second = 1000;
const day = 86_400 * second;

/** Milliseconds of each unit, by the words that the package `ms` knows. */
const units: ReadonlyMap<string, number> = new Map(
  (
    [
      [["", "ms", "msec", "msecs", "millisecond", "milliseconds"], 1],
      [["s", "sec", "secs", "second", "seconds"], second],
      [["m", "min", "mins", "minute", "minutes"], 60 * second],
      [["h", "hr", "hrs", "hour", "hours"], 3600 * second],
      [["d", "day", "days"], day],
      [["w", "week", "weeks"], 7 * day],
      [["y", "yr", "yrs", "year", "years"], 365.25 * day],
    ] as const
  ).flatMap(([words, milliseconds]) => words.map((word) => [word, milliseconds] as const)),
);

const longestText = 100;

/**
 * The second that lies a span after `start`; null when it is no span. A number is seconds. A text is read as the package
 * `ms` reads it, so one without a unit is milliseconds.
 */
export function secondsAfter(start: number, span: unknown): number | null {
  if (typeof span === "number") return start + span;
  const milliseconds = typeof span === "string" ? millisecondsOf(span) : null;
  return milliseconds === null ? null : Math.floor(start + milliseconds / second);
}

function millisecondsOf(text: string): number | null {
  if (text.length > longestText) return null;
  const [, digits, unit = ""] = /^(-?(?:\d+)?\.?\d+) *([a-z]*)$/i.exec(text) ?? [];
  const factor = units.get(unit.toLowerCase());
  return digits === undefined || factor === undefined ? null : Number.parseFloat(digits) * factor;
}
