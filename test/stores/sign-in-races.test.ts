import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { redisStore } from "symbolon/stores/redis";
import { sqliteStore } from "symbolon/stores/sqlite";
import type { Store } from "../../src/core/ports.ts";
import {
  aSession,
  aStamp,
  entryOf,
  pastMark,
  reason,
} from "../../src/testing/store-contract/samples.ts";
import { didNotRun, testMysql, testPostgres } from "./databases.ts";
import { libraries } from "./redis/clients.ts";
import { deleteStores, newPrefix } from "./redis/contract.ts";
import { sharedServer } from "./redis/where.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const rounds = process.env["CI"] === undefined ? 100 : 1_000;
const folder = temporaryFolder();
const databases = await Promise.all([testPostgres(), testMysql()]);
const redis = await sharedServer();

describe("eight sign-ins of one user that race with the end of all others", () => {
  const stores: Record<string, () => Promise<Store>> = {
    memory: async () => memoryStore(),
    sqlite: async () => sqliteStore(join(folder, "app.db")),
  };
  for (const database of databases) {
    if (database.server === null) didNotRun(database);
    else stores[database.name] = database.server.make;
  }
  if (typeof redis === "string") test("redis", { skip: redis }, () => {});
  else {
    for (const [library, connect] of Object.entries(libraries)) {
      stores[`redis, ${library}`] = async () => {
        const connected = await connect(redis.port, redis.host);
        const prefix = newPrefix();
        after(async () => {
          await deleteStores(connected, prefix);
          await connected.close();
        });
        return redisStore(connected.client, { prefix });
      };
    }
  }
  for (const [name, make] of Object.entries(stores)) {
    test(`${name}: exactly the excepted one survives, ${rounds} times`, async () => {
      const store = await make();
      await store.open?.();
      for (let round = 0; round < rounds; round += 1) await endAllOthers(store, `user ${round}`);
      await store.close?.();
    });
  }
});

async function endAllOthers({ sessions, revocation }: Store, userId: string): Promise<void> {
  const kept = aSession({ userId, mark: pastMark });
  await sessions.insert(kept, null, aStamp());
  const signIn = () => sessions.insert(aSession({ userId, mark: pastMark }), null, aStamp());
  const except = { sessionId: kept.id };
  const early = [1, 2, 3, 4].map(signIn);
  const revoking = revocation.revoke({ scope: "user", id: userId, except, reason }, aStamp());
  await Promise.all([...early, ...[5, 6, 7, 8].map(signIn)]);
  const verdict = await revoking;
  const listed = await sessions.listOf(userId);
  assert.deepEqual(
    listed.map(({ id }) => id),
    [kept.id],
  );
  assert.equal(listed[0]?.mark, entryOf(verdict).seq);
}
