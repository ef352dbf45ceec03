import type { AttemptLimit, TakeVerdict } from "../core/throttling/attempt-store.ts";

/** What taking one attempt comes to, and the theoretical arrival time to write when it is taken. */
export type Judged =
  | { readonly verdict: TakeVerdict & { outcome: "taken" }; readonly unusedAt: number }
  | { readonly verdict: TakeVerdict & { outcome: "exhausted" } };

/**
 * The generic cell rate algorithm (ITU-T I.371, virtual scheduling): `unusedAt` is the key's theoretical
 * arrival time, null for an unused key.
 */
export function judgeTake(unusedAt: number | null, limit: AttemptLimit, now: number): Judged {
  const next = Math.max(unusedAt ?? now, now) + limit.refillMs;
  const retryAt = next - limit.burst * limit.refillMs;
  return retryAt > now
    ? { verdict: { outcome: "exhausted", retryAt } }
    : { verdict: { outcome: "taken" }, unusedAt: next };
}
