import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, describe, test } from "node:test";
import connectPgSimple from "connect-pg-simple";
import { RedisStore } from "connect-redis";
import type { Store } from "express-session";
import { Pool } from "pg";
import { createClient } from "redis";
import { ownPostgres } from "../../support/own-database.ts";
import { compat, original, type SessionModule } from "./implementations.ts";
import { Gate, serve, type Routes } from "./served.ts";
import { sharedServer } from "../../stores/redis/where.ts";

/** What makes a store for sessions of a middleware, or why there is none. */
type MakeStore = (session: SessionModule) => Store;

async function redisStores(): Promise<MakeStore | string> {
  const server = await sharedServer();
  if (typeof server === "string") return server;
  const client = createClient({ socket: { host: server.host, port: server.port } });
  const prefix = `symbolon-test-${randomBytes(6).toString("hex")}:`;
  await client.connect();
  after(async () => {
    const keys = await client.keys(`${prefix}*`);
    if (keys.length > 0) await client.del(keys);
    client.destroy();
  });
  return () => new RedisStore({ client, prefix });
}

async function postgresStores(): Promise<MakeStore | string> {
  const database = await ownPostgres();
  if (typeof database === "string") return database;
  const pool = new Pool({ connectionString: database.url });
  pool.on("error", () => undefined);
  const stores: { close(): unknown }[] = [];
  after(async () => {
    for (const store of stores) store.close();
    await pool.end();
  });
  return (session) => {
    const PgStore = connectPgSimple(session);
    const store = new PgStore({ pool, createTableIfMissing: true, pruneSessionInterval: false });
    stores.push(store);
    return store;
  };
}

const stores = {
  "connect-redis": await redisStores(),
  "connect-pg-simple": await postgresStores(),
};

for (const [name, makeStore] of Object.entries(stores)) {
  if (typeof makeStore === "string") test(name, { skip: makeStore }, () => {});
  else describe(name, () => describeStore(makeStore));
}

function describeStore(makeStore: MakeStore): void {
  const gates = { slow: new Gate(), all: new Gate() };
  let waiting = 0;
  const routes: Routes = {
    "/user": ({ session }, response) => {
      session["who"] = { name: "ada" };
      response.end();
    },
    "/whoami": ({ session }, response) => response.end(JSON.stringify(session["who"])),
    "/keys": ({ session }, response) => response.end(String(Object.keys(session).length)),
    "/logout": ({ session }, response) => session.destroy(() => response.end()),
    "/renew": (request, response) =>
      request.session.regenerate(() => {
        request.session["who"] = "grace";
        response.end();
      }),
    "/reload": (request, response) =>
      request.session.reload((error) => response.end(`${String(error)} ${typeof request.session}`)),
    "/slow": async ({ session }, response) => {
      await gates.slow.pass();
      session["late"] = true;
      response.end();
    },
    "/add": async ({ session, url }, response) => {
      waiting += 1;
      if (waiting === 16) gates.all.open();
      await gates.all.pass();
      session[url] = true;
      response.end();
    },
  };
  const cookie = { maxAge: 60_000 };

  test("keeps a session from request to request, and ends it", async (t) => {
    const visit = await serve(t, routes, { store: makeStore(compat), cookie });
    const { cookie: jar } = await visit("/user");
    assert.equal((await visit("/whoami", jar)).body, '{"name":"ada"}');
    assert.equal((await visit("/reload", jar)).body, "undefined object");
    const renewed = (await visit("/renew", jar)).cookie;
    assert.equal((await visit("/whoami", jar)).body, "");
    assert.equal((await visit("/whoami", renewed)).body, '"grace"');
    await visit("/logout", renewed);
    assert.equal((await visit("/whoami", renewed)).body, "");
  });

  test("goes on with sessions of express-session, and back", async (t) => {
    const [theirs, ours] = await Promise.all([
      serve(t, routes, { store: makeStore(original), cookie }, original),
      serve(t, routes, { store: makeStore(compat), cookie }),
    ]);
    const begun = (await theirs("/user")).cookie;
    assert.equal((await ours("/whoami", begun)).body, '{"name":"ada"}');
    const own = (await ours("/user")).cookie;
    assert.equal((await theirs("/whoami", own)).body, '{"name":"ada"}');
  });

  test("keeps what 16 requests write at once, each its key", async (t) => {
    waiting = 0;
    gates.all = new Gate();
    const visit = await serve(t, routes, { store: makeStore(compat), cookie });
    const { cookie: jar } = await visit("/user");
    await Promise.all(Array.from({ length: 16 }, (_, n) => visit(`/add?${n}`, jar)));
    assert.equal((await visit("/keys", jar)).body, String(2 + 16));
  });

  test("has no session come back that another process has ended", async (t) => {
    gates.slow = new Gate();
    // Two stores share nothing within the process.
    const [one, other] = await Promise.all([
      serve(t, routes, { store: makeStore(compat), cookie }),
      serve(t, routes, { store: makeStore(compat), cookie }),
    ]);
    const { cookie: jar } = await one("/user");
    const slow = one("/slow", jar);
    await gates.slow.arrived();
    await other("/logout", jar);
    gates.slow.open();
    assert.equal((await slow).status, 200);
    assert.equal((await one("/whoami", jar)).body, "");
  });
}
