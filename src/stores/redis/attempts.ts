import type { AttemptStore } from "../../core/throttling/attempt-store.ts";
import type { Connection } from "./connection.ts";
import { escapeText } from "./keys.ts";
import { refundScript, takeScript } from "./lua/attempt-scripts.ts";
import type { Reply } from "./port.ts";

/** The attempts slice over Redis: of each partition one sorted set of keys, by when they are unused again. */
export function redisAttempts(connection: Connection): AttemptStore {
  const setOf = (key: string) => connection.partitions.ofAttempts(key).attempts;
  return {
    async take(key, { burst, refillMs }, now) {
      const args = [escapeText(key), String(burst), String(refillMs), String(now)];
      const reply = await connection.run(takeScript, [setOf(key)], args);
      const [outcome, retryAt] = reply as readonly Reply[];
      return outcome === "taken" ? { outcome } : { outcome: "exhausted", retryAt: Number(retryAt) };
    },

    async refund(key, { refillMs }) {
      await connection.run(refundScript, [setOf(key)], [escapeText(key), String(refillMs)]);
    },

    async clear(key) {
      await connection.send(setOf(key), ["zrem", setOf(key), escapeText(key)]);
    },

    async purge(now) {
      for (const { attempts } of connection.partitions.all) {
        await connection.send(attempts, ["zremrangebyscore", attempts, "-inf", String(now)]);
      }
    },
  };
}
