import type { AttemptStore } from "../../core/throttling/attempt-store.ts";
import { judgeTake } from "../gcra.ts";

/** Attempts in memory. Each method does its work before its first `await`, hence in one piece. */
export function memoryAttempts(): AttemptStore {
  const unusedAtByKey = new Map<string, number>();
  return {
    async take(key, limit, now) {
      const judged = judgeTake(unusedAtByKey.get(key) ?? null, limit, now);
      if ("unusedAt" in judged) unusedAtByKey.set(key, judged.unusedAt);
      return judged.verdict;
    },

    async refund(key, limit) {
      const unusedAt = unusedAtByKey.get(key);
      if (unusedAt !== undefined) unusedAtByKey.set(key, unusedAt - limit.refillMs);
    },

    async clear(key) {
      unusedAtByKey.delete(key);
    },

    async purge(now) {
      for (const [key, unusedAt] of unusedAtByKey) {
        if (unusedAt <= now) unusedAtByKey.delete(key);
      }
    },
  };
}
