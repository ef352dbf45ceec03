import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAuth, combineStores, type Store } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { mysqlStore, type MysqlPool } from "symbolon/stores/mysql";
import { postgresStore, type PostgresPool } from "symbolon/stores/postgres";
import { redisStore, type RedisClient } from "symbolon/stores/redis";
import { sqliteStore } from "symbolon/stores/sqlite";

const secret = "q8Zk3vN1xT7bL5mR9cY2wH6dJ4sF0gPa-test";

// Nothing here is opened, so nobody is called.
const postgres = () => postgresStore({} as PostgresPool);
const mysql = () => mysqlStore({} as MysqlPool);
const redis = (options = {}) =>
  redisStore(
    {
      isCluster: false,
      options: {},
      call() {},
      pipeline() {},
      duplicate() {},
    } as unknown as RedisClient,
    options,
  );

/** A slice of which nobody can tell where it is from. */
const bare = <Slice extends object>(slice: Slice): Slice =>
  Object.fromEntries(Object.entries(slice)) as Slice;

const accept = (store: unknown, options: object = {}): unknown => {
  const accounts = "accounts" in options ? {} : { accounts: { password: true } as const };
  return createAuth({ secret, store: store as Store, production: false, ...accounts, ...options });
};

/** What cannot keep a guarantee, and what the refusal says. */
const refused: Readonly<
  Record<string, readonly [store: () => unknown, reason: RegExp, options?: object]>
> = {
  "no store": [
    () => undefined,
    /slices `sessions`, `revocation` and `keys`.*sessions, revocation, keys are missing/,
  ],
  "a store without revocation": [
    () => ({ ...memoryStore(), revocation: undefined }),
    /revocation is missing/,
  ],
  "Redis alone, with accounts": [
    () => redis(),
    /`users`, `credentials` and `attempts`.*users, credentials are missing.*combineStores/,
  ],
  "sessions without what revokes them": [
    () => ({ ...postgres(), sessions: redis().sessions }),
    /sessions and revocation are of the redis store and of the postgres store/,
  ],
  "the keys of another store than the log that tells of them": [
    () => ({ ...postgres(), keys: redis().keys }),
    /revocation and keys are of the postgres store and of the redis store/,
  ],
  "sessions and revocation of two stores of one kind": [
    () => ({ ...postgres(), sessions: postgres().sessions }),
    /sessions and revocation are of two postgres stores/,
  ],
  "slices that were copied before they were mixed": [
    () => ({ ...mysql(), sessions: { ...sqliteStore("a.db").sessions } }),
    /sessions and revocation are of the sqlite store and of the mysql store/,
  ],
  "users and passwords apart": [
    () => ({ ...postgres(), users: mysql().users }),
    /users and credentials are of the mysql store and of the postgres store/,
  ],
  "the number of partitions of another store": [
    () => ({ ...redis({ shards: 16 }), ...postgres(), traits: redis({ shards: 16 }).traits }),
    /traits\.partitions is 16, but the postgres store.* has 1/,
  ],
  "a whole Redis store spread over another, whose open is lost": [
    () => ({ ...postgres(), ...redis() }),
    /users is of the postgres store, which nothing opens: open is the redis store's.*onlySessions/,
  ],
  "a store without its open": [
    () => ({ ...sqliteStore("a.db"), open: undefined }),
    /sessions is of the sqlite store, which nothing opens: open is missing/,
  ],
  "accounts that a process forgets, in production": [
    () => ({ ...memoryStore(), ...redis().onlySessions }),
    /the memory store forgets users, credentials, attempts when the process ends.*dangerouslyAllowVolatileStore/,
    { production: true },
  ],
  "sessions that a process forgets, in production": [
    () => combineStores({ sessions: memoryStore(), accounts: postgres() }),
    /the memory store forgets every session/,
    { production: true },
  ],
};

/** What is sound. */
const accepted: Readonly<Record<string, readonly [store: () => Store, options?: object]>> = {
  "sessions on Redis, spread over PostgreSQL": [
    () => ({ ...postgres(), ...redis().onlySessions }),
    { production: true },
  ],
  "sessions on sixteen shards, spread over MySQL": [
    () => ({ ...mysql(), ...redis({ shards: 16 }).onlySessions }),
  ],
  "two stores that combineStores put together": [
    () => combineStores({ sessions: redis(), accounts: sqliteStore("a.db") }),
    { production: true },
  ],
  "a volatile store where that is said": [
    () => memoryStore(),
    { production: true, dangerouslyAllowVolatileStore: true },
  ],
  "accounts that a process forgets, where the application has its own": [
    () => ({ ...memoryStore(), ...redis().onlySessions }),
    { production: true, accounts: undefined },
  ],
  "what the application made itself": [
    () => ({ ...postgres(), sessions: bare(mysql().sessions), open: async () => {} }),
  ],
};

describe("createAuth", () => {
  for (const [what, [store, reason, options]] of Object.entries(refused)) {
    test(`refuses ${what}`, () =>
      assert.throws(() => accept(store(), options), { name: "TypeError", message: reason }));
  }

  for (const [what, [store, options]] of Object.entries(accepted)) {
    test(`accepts ${what}`, () => assert.ok(accept(store(), options)));
  }
});
