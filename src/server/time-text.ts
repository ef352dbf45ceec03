const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const dateFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/**
 * How long ago something was, for a reader: "just now", "5 minutes ago", "3 days ago", and from a week on the
 * date, "on 3 March 2026" (UTC). Both are milliseconds since the epoch. A moment up to a minute ahead is
 * "just now", because clocks differ; further ahead it is named by its date.
 */
export function timeText(at: number, now: number): string {
  const ageMs = now - at;
  if (ageMs < -minuteMs) return `on ${dateText(at)}`;
  if (ageMs < minuteMs) return "just now";
  if (ageMs < hourMs) return ago(ageMs, minuteMs, "minute");
  if (ageMs < dayMs) return ago(ageMs, hourMs, "hour");
  if (ageMs < 7 * dayMs) return ago(ageMs, dayMs, "day");
  return `on ${dateText(at)}`;
}

/** The date of a moment in UTC: "3 March 2026". */
export function dateText(at: number): string {
  return dateFormat.format(at);
}

/** A moment to the minute, in UTC: "3 March 2026 at 14:05 UTC". */
export function momentText(at: number): string {
  return `${dateText(at)} at ${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** A span to wait, rounded up: "40 seconds", "2 minutes", "1 hour". */
export function waitText(seconds: number): string {
  if (seconds < 90) return plural(Math.max(1, Math.ceil(seconds)), "second");
  if (seconds < 5_400) return plural(Math.ceil(seconds / 60), "minute");
  return plural(Math.ceil(seconds / 3_600), "hour");
}

function ago(ageMs: number, unitMs: number, unit: string): string {
  return `${plural(Math.floor(ageMs / unitMs), unit)} ago`;
}

function plural(count: number, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}
