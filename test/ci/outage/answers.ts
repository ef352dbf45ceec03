/** One request of the load, as it was answered. Times are of the test's monotonic clock, in milliseconds. */
export interface Answer {
  readonly kind: Kind;
  /** Whose session, or which user signed in. */
  readonly who: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  /** 0 when there was none. */
  readonly status: number;
  /** The code of a problem document, or why there was no answer. */
  readonly code: string;
  readonly isProblem: boolean;
  readonly retryAfter: string | undefined;
  readonly setCookie: readonly string[];
}

export type Kind =
  | "anonymous"
  | "forged"
  | "warm"
  | "patient"
  | "never-seen"
  | "sign-in"
  | "sign-out";

export const kinds: readonly Kind[] = [
  "anonymous",
  "forged",
  "warm",
  "patient",
  "never-seen",
  "sign-in",
  "sign-out",
];

/** How long a share of the answers took at most: milliseconds, 0 of none. */
export function percentile(answers: readonly Answer[], share: number): number {
  const times = answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt).sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}

/** `200: 812, 503 store_unavailable: 40`: for people, and for messages of assertions. */
export function tally(answers: readonly Answer[]): string {
  const counts = Map.groupBy(answers, ({ status, code }) => `${status} ${code}`.trim());
  return [...counts].map(([what, some]) => `${what}: ${some.length}`).join(", ");
}

/** A row for each kind of request: how many, how they were answered, and how soon. */
export function table(title: string, answers: readonly Answer[]): string {
  const rows = kinds.flatMap((kind) => {
    const some = answers.filter((answer) => answer.kind === kind);
    if (some.length === 0) return [];
    const times = [0.5, 0.99, 1].map((share) => percentile(some, share).toFixed(0));
    return [`  ${kind.padEnd(11)} p50/p99/max ${times.join("/")} ms; ${tally(some)}`];
  });
  return [`${title}: ${answers.length} answers`, ...rows].join("\n");
}
