import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createAuth, type Auth, type Store } from "symbolon";
import { redisStore } from "symbolon/stores/redis";
import { sqliteStore } from "symbolon/stores/sqlite";
import { testSecret } from "../support/auth.ts";
import { didNotRun, testMysql, testPostgres } from "../stores/databases.ts";
import { libraries } from "../stores/redis/clients.ts";
import { deleteStores, newPrefix } from "../stores/redis/contract.ts";
import { sharedServer } from "../stores/redis/where.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { OldStore, ownCookie, visit } from "./old-world.ts";

/** What decides an upgrade is a row of each store, with each one's own idea of a transaction. */

const file = join(temporaryFolder(), "app.db");
const stores: Record<string, () => Promise<readonly [Store, Store]>> = {
  sqlite: async () => [sqliteStore(file), sqliteStore(file)],
};
for (const database of await Promise.all([testPostgres(), testMysql()])) {
  const { server, name } = database;
  if (server === null) didNotRun(database);
  else stores[name] = async () => [await server.make(), await server.over((pool) => pool)];
}
const redis = await sharedServer();
if (typeof redis === "string") test("redis", { skip: redis }, () => {});
else {
  for (const shards of [1, 16] as const) {
    stores[`redis, ${shards} partitions`] = async () => {
      const connected = await libraries.ioredis(redis.port, redis.host);
      const prefix = newPrefix();
      after(async () => {
        await deleteStores(connected, prefix);
        await connected.close();
      });
      const make = (): Store => redisStore(connected.client, { prefix, shards });
      return [make(), make()];
    };
  }
}

for (const [name, make] of Object.entries(stores)) {
  describe(name, () => {
    test("old sessions become one session each, and none again after their end", async () => {
      const old = new OldStore();
      const start = (store: Store): Auth =>
        createAuth({ secret: testSecret, store, legacy: [old.source()] });
      const [one, other] = await make();
      const [first, second] = [start(one), start(other)];
      old.endFailure = new Error("read-only");
      for (const auth of [first, second]) auth.on("store.failed", () => undefined);
      const users = Array.from({ length: 8 }, (_, nth) => `user-${nth}`);
      const authenticatedAt = Date.now() - 60_000;
      for (const userId of users) old.logins.set(`of ${userId}`, { userId, authenticatedAt });

      for (const userId of users) {
        const cookie = `old=of ${userId}`;
        const visits = await Promise.all(
          [first, second, first, second, first, second].map((auth) => visit({ auth }, cookie)),
        );
        assert.deepEqual([...new Set(visits.map((each) => each.principal?.userId))], [userId]);
        assert.equal(new Set(visits.map(ownCookie)).size, 1);
        const [session, ...others] = await second.sessions.list(userId);
        assert.deepEqual(others, []);
        if (userId === "user-0") await first.sessions.revokeAll({ userId });
        else await first.sessions.revoke(session?.id ?? "");
        for (const auth of [first, second]) {
          assert.equal((await visit({ auth }, cookie)).principal, null);
        }
        assert.deepEqual(await first.sessions.list(userId), []);
      }
      await Promise.all([first.close(), second.close()]);
    });
  });
}
