import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { AuthError, createAuth, type Auth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { redisStore } from "symbolon/stores/redis";
import { sqliteStore } from "symbolon/stores/sqlite";
import type { Store } from "../../src/core/ports.ts";
import { testSecret } from "../support/auth.ts";
import { didNotRun, testMysql, testPostgres } from "./databases.ts";
import { libraries } from "./redis/clients.ts";
import { deleteStores, newPrefix } from "./redis/contract.ts";
import { sharedServer } from "./redis/where.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const rounds = process.env["CI"] === undefined ? 100 : 1_000;
const folder = temporaryFolder();
const databases = await Promise.all([testPostgres(), testMysql()]);
const redis = await sharedServer();

type Engines = readonly [Auth, Auth];

describe("eight sign-ins of one user over two engines that race with the end of all others", () => {
  // Two engines know of each other what two processes would: what is in the store.
  const stores: Record<string, () => Promise<readonly [Store, Store]>> = {
    async memory() {
      const store = memoryStore();
      return [store, store];
    },
    async sqlite() {
      const file = join(folder, "app.db");
      return [sqliteStore(file), sqliteStore(file)];
    },
  };
  for (const database of databases) {
    const { name, server } = database;
    if (server === null) didNotRun(database);
    else stores[name] = async () => [await server.make(), await server.over((pool) => pool)];
  }
  if (typeof redis === "string") test("redis", { skip: redis }, () => {});
  else {
    for (const [library, connect] of Object.entries(libraries)) {
      stores[`redis, ${library}`] = async () => {
        const prefix = newPrefix();
        const connections = [
          await connect(redis.port, redis.host),
          await connect(redis.port, redis.host),
        ] as const;
        after(async () => {
          await deleteStores(connections[0], prefix);
          await Promise.all(connections.map((connection) => connection.close()));
        });
        const [one, other] = connections;
        return [redisStore(one.client, { prefix }), redisStore(other.client, { prefix })];
      };
    }
  }
  for (const [name, make] of Object.entries(stores)) {
    test(`${name}: exactly the excepted one survives, ${rounds} times`, async () => {
      const [one, other] = await make();
      const engines = [engineOn(one), engineOn(other)] as const;
      try {
        await race(engines);
      } finally {
        await Promise.all(engines.map((engine) => engine.close()));
      }
    });
  }
});

function engineOn(store: Store): Auth {
  return createAuth({ secret: testSecret, store });
}

async function race(engines: Engines): Promise<void> {
  await Promise.all(engines.map((engine) => engine.ready()));
  let refused = 0;
  for (let round = 0; round < rounds; round += 1) {
    refused += await endAllOthers(engines, `user ${round}`, round % 5);
  }
  // Else they did not race.
  assert.ok(refused > 0 && refused < 8 * rounds, `${refused} sign-ins were refused`);
}

/**
 * Half of the sign-ins are somewhere on their way when the others come, and then the revocation. What comes after it was
 * asked for would be a sign-in that has seen why. Answers how many of the sign-ins were refused; the others were ended.
 */
async function endAllOthers(
  [here, there]: Engines,
  userId: string,
  turns: number,
): Promise<number> {
  const kept = await signIn(here, userId);
  const early = [here, there, here, there].map((engine) => signIn(engine, userId));
  for (let turn = 0; turn < turns; turn += 1) await setImmediate();
  const late = [here, there, here, there].map((engine) => signIn(engine, userId));
  const revoking = here.sessions.revokeAll({ userId, except: kept.sessionId });
  const settled = await Promise.allSettled([...early, ...late]);
  await revoking;

  const listed = await there.sessions.list(userId);
  assert.deepEqual(
    listed.map(({ id }) => id),
    [kept.sessionId],
  );
  assert.equal((await here.authenticate(kept.headers))?.sessionId, kept.sessionId);
  assert.equal((await there.authenticate(kept.headers))?.sessionId, kept.sessionId);
  let refused = 0;
  for (const each of settled) {
    if (each.status === "fulfilled") {
      assert.equal(await here.authenticate(each.value.headers), null);
    } else {
      assert.ok(each.reason instanceof AuthError, String(each.reason));
      assert.equal(each.reason.code, "sign_in_superseded");
      refused += 1;
    }
  }
  return refused;
}

interface SignedIn {
  readonly sessionId: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function signIn(engine: Auth, userId: string): Promise<SignedIn> {
  const request = { method: "POST", headers: {} };
  const { session, tokens } = await engine.signIn({ userId, delivery: "body" }, request);
  assert.ok(tokens);
  return { sessionId: session.id, headers: { authorization: `Bearer ${tokens.sessionToken}` } };
}
