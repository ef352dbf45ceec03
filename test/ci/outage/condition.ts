/** What the application says about its process, after a garbage collection. */
export interface Condition {
  readonly heapUsed: number;
  readonly rss: number;
  readonly cpuMs: number;
  /** Commands that its Redis client has taken and not settled. */
  readonly pending: number;
  /** How often it was told that the store failed. */
  readonly failures: number;
  /** Uncaught exceptions, unhandled rejections, and answers of 500. */
  readonly defects: readonly string[];
  /** How `auth.ready()` ended, which was called at once. */
  readonly start: { readonly outcome: string; readonly tookMs: number };
}

/** Asks the application on a loopback port how it is. */
export async function conditionOf(port: number): Promise<Condition> {
  const answer = await fetch(`http://127.0.0.1:${port}/condition`);
  return (await answer.json()) as Condition;
}
