import { randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";
import { redisStore } from "symbolon/stores/redis";
import { storeContract } from "symbolon/testing";
import type { Connected } from "./clients.ts";
import { inOnePartition } from "./one-partition.ts";

/** A partition of sixteen that is none of the first, so that a mix-up shows. */
const tested = 11;

/** A prefix that nobody else has. */
export function newPrefix(): string {
  return `symbolon-test-${randomUUID()}`;
}

/** Runs the contract, each case on a store with a prefix of its own, whose keys are deleted afterwards. */
export function describeContract(
  name: string,
  connect: () => Promise<Connected>,
  shards: 1 | 16,
): void {
  describe(`the store contract: ${name}, shards ${shards}`, async () => {
    const connected = await connect();
    const group = newPrefix();
    let cases = 0;
    after(async () => {
      // What is in a cluster goes with it.
      if (!connected.isCluster) await deleteStores(connected, group);
      await connected.close();
    });

    for (const { slice, name, run } of storeContract) {
      // Users and passwords belong into a database.
      if (slice === "users" || slice === "credentials") continue;
      test(`${slice}: ${name}`, async () => {
        const prefix = `${group}-${(cases += 1)}`;
        const whole = redisStore(connected.client, { prefix, shards });
        // The keys of all partitions are in the first.
        const isWhole = shards === 1 || slice === "keys";
        const store = isWhole ? whole : inOnePartition(whole, tested);
        await store.open?.();
        try {
          await run(store, {
            async loseEntriesAfter(_store, seq) {
              const base = `{${prefix}:${shards === 1 ? "0" : tested.toString(16)}}:`;
              const [log, due, head] = ["log", "log-due", "head"].map((key) => base + key);
              await connected.send(`${log}`, "zremrangebyscore", `${log}`, `(${seq}`, "+inf");
              await connected.send(`${due}`, "del", `${due}`);
              await connected.send(`${head}`, "hset", `${head}`, "seq", String(seq));
            },
          });
        } finally {
          await store.close?.();
        }
      });
    }
  });
}

/** Deletes the keys of all stores whose prefix begins so; the server may be the developer's, and full of others. */
export async function deleteStores({ send }: Connected, prefix: string): Promise<void> {
  let cursor = "0";
  do {
    const scan = ["scan", cursor, "match", `{${prefix}*`, "count", "10000"];
    const [next, keys] = (await send("", ...scan)) as [string, string[]];
    if (keys.length > 0) await send("", "del", ...keys);
    cursor = next;
  } while (cursor !== "0");
}
