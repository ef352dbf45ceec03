import type { Partitions } from "./partitions.ts";
import type { RedisPort } from "./port.ts";
import { script, type Script, type ScriptRunner } from "./script.ts";

const format = 1;

/** KEYS: meta. ARGV: format, partitions. What the store was created with: this, if it is new. */
const createScript: Script = script(String.raw`
redis.call('HSETNX', KEYS[1], 'format', ARGV[1])
redis.call('HSETNX', KEYS[1], 'partitions', ARGV[2])
return redis.call('HMGET', KEYS[1], 'format', 'partitions')`);

/** Creates the store if it is new; else checks that it was created alike. */
export async function openStore(runner: ScriptRunner, partitions: Partitions): Promise<void> {
  const { meta } = partitions.first;
  const count = partitions.all.length;
  const input = [String(format), String(count)];
  const [found, created] = (await runner.runLasting(createScript, [meta], input)) as string[];
  if (Number(found) !== format) {
    throw new Error(
      `redisStore: the store was written by another release of Symbolon (format ${found}, this one knows ${format})`,
    );
  }
  if (Number(created) !== count) {
    throw new Error(
      `redisStore: the store was created with shards: ${created} and is opened with shards: ${count}; the number cannot be changed, because sessions would be looked for in the wrong place`,
    );
  }
}

/** A server may drop keys when its memory is full. */
export class EvictionRefused extends Error {}

/**
 * Refuses servers that may drop keys when their memory is full: they would end sessions and forget revocations.
 * @throws EvictionRefused when a primary has such a policy, or does not tell which it has.
 */
export async function refuseEviction(port: RedisPort, partitions: Partitions): Promise<void> {
  const policies = partitions.all.map(async ({ processes: key }) => {
    // `CONFIG GET` is switched off by most managed services.
    const [, info] = await port.sendBoth(key, ["exists", key], ["info", "memory"]);
    return /^maxmemory_policy:(\S+)/m.exec(String(info))?.[1] ?? "unknown";
  });
  const refused = (await Promise.all(policies)).find((policy) => policy !== "noeviction");
  if (refused === undefined) return;
  throw new EvictionRefused(
    `redisStore: the server's maxmemory-policy is ${refused}, so it may drop sessions and revocations when its memory is full; set it to noeviction, or accept that with dangerouslyAllowEviction`,
  );
}
