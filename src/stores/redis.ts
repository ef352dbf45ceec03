import type { Store } from "../core/ports.ts";
import { signSlices } from "../core/slice-origin.ts";
import { redisAttempts } from "./redis/attempts.ts";
import { redisKeys } from "./redis/key-ring.ts";
import { portOf, type RedisClient } from "./redis/clients.ts";
import { Connection } from "./redis/connection.ts";
import { Partitions } from "./redis/partitions.ts";
import { redisRevocation } from "./redis/revocation.ts";
import { redisSessions } from "./redis/sessions.ts";

export type { RedisClient } from "./redis/clients.ts";

export interface RedisStoreOptions {
  /** What all keys begin with; stores with different prefixes do not see each other. `sym` unless told otherwise. */
  readonly prefix?: string;
  /**
   * Into how many partitions the store is divided, each in one slot of a cluster: 1 unless told otherwise, which puts all
   * sessions on one node. Fixed when the store is created; opening it with another number is refused.
   */
  readonly shards?: 1 | 2 | 4 | 8 | 16;
  /**
   * Whether what must not be lost by a failover (sign-ins, promotions, revocations, syncs) is only answered when a replica has it
   * too. Off unless told otherwise; the call fails when no replica says so within half a second.
   */
  readonly waitForReplica?: boolean;
  /**
   * Accepts a server that may drop keys when its memory is full: users are then signed out without a reason, and a
   * dropped log or watermark forgets revocations.
   */
  readonly dangerouslyAllowEviction?: boolean;
}

/** Sessions, the revocation log, keys and attempts in Redis; users and passwords belong into a database. */
export interface RedisStore extends Store {
  readonly attempts: NonNullable<Store["attempts"]>;
  open(): Promise<void>;
  close(): Promise<void>;
  /**
   * What replaces the sessions of another store: `{ ...postgresStore(pool), ...redisStore(client).onlySessions }`. It
   * opens itself with its first call and has nothing to close, so that `open` and `close` stay the other store's.
   */
  readonly onlySessions: Pick<Store, "traits" | "sessions" | "revocation" | "keys">;
}

/**
 * A store in Redis or Valkey 6.2 and later, on one server, behind Sentinel, or on a cluster, through the application's
 * own connected client: of `redis` (`createClient`, `createCluster`, `createSentinel`) or of `ioredis`.
 *
 * Every method is one script on one slot, so it happens as a whole; only what concerns a tenant or everybody happens in
 * one partition after the other. All reads go to primaries. `open()` refuses a server with an eviction policy, and so do
 * later calls when the policy was changed. What was acknowledged lasts as long as the server's own settings say:
 * `appendfsync always` for a crash, `waitForReplica` for a failover.
 * @throws TypeError for what is no client, a client that reads from replicas, and options that do not exist.
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const { prefix = "sym", shards = 1 } = options;
  if (!/^[\w.:-]+$/.test(prefix)) {
    throw new TypeError(
      `redisStore: prefix must be letters, digits and _ . : -; got ${JSON.stringify(prefix)}`,
    );
  }
  if (![1, 2, 4, 8, 16].includes(shards)) {
    throw new TypeError(`redisStore: shards must be 1, 2, 4, 8 or 16; got ${String(shards)}`);
  }
  const connection = new Connection(portOf(client), new Partitions(prefix, shards), {
    channel: `${prefix}:hint`,
    waitForReplica: options.waitForReplica === true,
    mayEvict: options.dangerouslyAllowEviction === true,
  });
  const onlySessions = {
    traits: { name: "redis", durable: true, partitions: shards },
    sessions: redisSessions(connection),
    revocation: redisRevocation(connection),
    keys: redisKeys(connection),
  };
  const store: RedisStore = {
    ...onlySessions,
    attempts: redisAttempts(connection),
    open: () => connection.open(),
    close: () => connection.close(),
    onlySessions,
  };
  return signSlices(store, { opensItself: true });
}
