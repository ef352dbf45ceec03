import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { Pool } from "pg";
import { combineStores, createAuth, type Auth, type Store } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { postgresStore } from "symbolon/stores/postgres";
import { redisStore } from "symbolon/stores/redis";
import { instantHasher, testSecret } from "../support/auth.ts";
import { InstrumentedStore } from "../support/instrumented-store.ts";
import { ownPostgres, type OwnDatabase } from "../support/own-database.ts";
import { clientFor, serverFor } from "./redis/own-server.ts";
import { ownServersMissing } from "./redis/where.ts";

const postgres = await ownPostgres();
const skip = ownServersMissing() || (typeof postgres === "string" ? postgres : false);
const request = { method: "POST", path: "/", headers: { host: "app.example" } };
const email = "alice@example.com";
const password = "correct horse battery";

/** The two ways in which a mixture is written. */
const ways = {
  "{ ...postgresStore(pool), ...redisStore(client).onlySessions }": (pool, client) => ({
    ...postgresStore(pool, { autoMigrate: true }),
    ...redisStore(client, { shards: 4 }).onlySessions,
  }),
  "combineStores({ sessions, accounts })": (pool, client) =>
    combineStores({
      sessions: redisStore(client, { shards: 4 }),
      accounts: postgresStore(pool, { autoMigrate: true }),
    }),
} satisfies Record<string, (pool: Pool, client: Parameters<typeof redisStore>[0]) => Store>;

interface World {
  readonly auth: Auth & { readonly users: NonNullable<Auth["users"]> };
  readonly calls: InstrumentedStore;
  readonly database: OwnDatabase;
  /** How many connections of the Redis server listen. */
  readonly listeners: () => Promise<number>;
}

async function world(t: TestContext, mix: (typeof ways)[keyof typeof ways]): Promise<World> {
  const server = await serverFor(t);
  const { client, send } = await clientFor(t, server);
  const database = await (postgres as OwnDatabase).another();
  const pool = new Pool({ connectionString: database.url }).on("error", () => {});
  const calls = new InstrumentedStore(mix(pool, client));
  const auth = createAuth({
    secret: testSecret,
    store: calls.store,
    accounts: { password: { hasher: instantHasher } },
    production: true,
  });
  await auth.ready();
  t.after(async () => {
    await auth.close();
    await pool.end();
  });
  const listeners = async () =>
    String(await send("", "client", "list", "type", "pubsub"))
      .split("\n")
      .filter(Boolean).length;
  return { auth, calls, database, listeners };
}

for (const [way, mix] of Object.entries(ways)) {
  describe(`sessions on Redis, accounts on PostgreSQL: ${way}`, { skip }, () => {
    test("keeps each where it belongs, and ends sessions by every way there is", async (t) => {
      const { auth, database } = await world(t, mix);
      const user = await auth.users.register({ email, password });
      assert.equal((await auth.users.verifyPassword({ email, password })).user.id, user.id);
      const signIn = () => auth.signIn({ userId: user.id, delivery: "body" }, request);
      const [here, there] = [await signIn(), await signIn()];
      assert.equal((await auth.sessions.list(user.id)).length, 2);

      await auth.users.changePassword({
        userId: user.id,
        currentPassword: password,
        newPassword: "staple wires tomorrow",
        async endOtherSessions() {
          await auth.sessions.revokeAll({ userId: user.id, except: here.session.id });
        },
      });
      assert.equal(await principal(auth, there.tokens?.sessionToken), null);
      assert.equal((await principal(auth, here.tokens?.sessionToken))?.userId, user.id);
      await auth.sessions.revoke(here.session.id, { propagated: true });
      assert.equal(await principal(auth, here.tokens?.sessionToken), null);
      await signIn();
      assert.equal((await auth.sessions.revokeAll({ everyone: true })).sessions, 1);

      const counts =
        "select (select count(*) from symbolon_users), (select count(*) from symbolon_log)";
      assert.deepEqual(await database.run(counts), [["1", "0"]]);
      await auth.close();
    });

    test("is swept in both, and let go of in both when it is closed", async (t) => {
      const { auth, calls, database, listeners } = await world(t, mix);
      const swept = new Set<string>();
      const deadline = performance.now() + 10_000;
      while (swept.size < 4 || (await listeners()) !== 1) {
        assert.ok(performance.now() < deadline, `only ${[...swept].join()} within 10 s`);
        await auth.sessions.get("a-session-that-is-not-there");
        for (const call of calls.takeCalls()) {
          if (/purge|listPendingRevocations/.test(call)) swept.add(call);
        }
      }
      await auth.close();
      assert.equal(await listeners(), 0);
      const listening =
        "select count(*) from pg_stat_activity where datname = current_database() and query like 'listen%'";
      assert.deepEqual(await database.run(listening), [["0"]]);
    });
  });
}

test("the sessions of a mixture are served while its accounts cannot be reached", async () => {
  const accounts = new InstrumentedStore(memoryStore());
  const store = combineStores({ sessions: memoryStore(), accounts: accounts.store });
  const auth = createAuth({ secret: testSecret, store, accounts: { password: true } });
  const { session } = await auth.signIn({ userId: "u" }, request);
  accounts.failure = new Error("the database is away");
  for (let call = 0; call < 10; call += 1) {
    await assert.rejects(auth.users.find("u"), { code: "store_unavailable" });
  }
  assert.equal((await auth.sessions.get(session.id))?.userId, "u");
  await auth.close();
});

for (const failing of ["sessions", "accounts"] as const) {
  test(`both of two stores are closed, also when that of the ${failing} fails`, async () => {
    const closed: string[] = [];
    const closing = (name: string): Store => ({
      ...memoryStore(),
      async close() {
        closed.push(name);
        if (name === failing) throw new Error(`${name} fails`);
      },
    });
    const store = combineStores({ sessions: closing("sessions"), accounts: closing("accounts") });
    await assert.rejects(store.close(), { message: `${failing} fails` });
    assert.deepEqual(closed, ["sessions", "accounts"]);
  });
}

test("a store without accounts cannot give any", () => {
  const { traits, sessions, revocation, keys } = memoryStore();
  const bare: Store = { traits, sessions, revocation, keys };
  assert.throws(() => combineStores({ sessions: memoryStore(), accounts: bare }), {
    name: "TypeError",
    message: /the memory store has no accounts/,
  });
});

function principal(auth: Auth, token = ""): ReturnType<Auth["authenticate"]> {
  return auth.authenticate({ authorization: `Bearer ${token}` });
}
