import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, describe, test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { RedisStore } from "connect-redis";
import expressSession, { MemoryStore, type Store } from "express-session";
import { createClient } from "redis";
import { legacyExpressSession, type StoredExpressSession } from "symbolon/legacy";
import { memoryStore } from "symbolon/stores/memory";
import { createAuth, type Auth } from "symbolon";
import compatSession from "symbolon/compat/express-session";
import { sign } from "../../src/compat/express-session/signature.ts";
import { testSecret } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { sharedServer } from "../stores/redis/where.ts";
import { oldApplication, serveStage, type Ada } from "./express-stages.ts";
import { visit } from "./old-world.ts";

const secret = "the application's own secret";

async function redisStores(): Promise<(() => Store) | string> {
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

const stores = { MemoryStore: () => new MemoryStore(), "connect-redis": await redisStores() };

for (const [name, makeStore] of Object.entries(stores)) {
  if (typeof makeStore === "string") test(name, { skip: makeStore }, () => {});
  else describe(name, () => describeStages(makeStore));
}

test("a visitor's session that the application's functions fail at is no outage of the others", async () => {
  const sessions = new Map<string, object>();
  const store = {
    get: (id: string, answer: (error: unknown, session?: unknown) => void) =>
      answer(null, sessions.get(id)),
    set: assert.fail,
    destroy: (_id: string, done?: () => void) => done?.(),
  };
  const passport = legacyExpressSession<{ passport: { user: string } }>({
    store,
    secret,
    userIdOf: ({ passport: { user } }) => user,
  });
  const auth = createAuth({ secret: testSecret, store: memoryStore(), legacy: [passport] });
  const failures: string[] = [];
  auth.on("store.failed", ({ error }) => void failures.push(String(error)));
  const cookie = (id: string, data: object): string => {
    sessions.set(id, { cookie: {}, ...data });
    return `connect.sid=s:${sign(id, secret)}`;
  };
  for (let nth = 0; nth < 20; nth += 1) {
    assert.equal((await visit({ auth }, cookie(`visitor-${nth}`, {}))).status, 503);
  }
  const answer = await visit({ auth }, cookie("a", { passport: { user: "ada" } }));
  assert.equal(answer.principal?.userId, "ada");
  assert.match(failures[0] ?? "", /Cannot read properties|Cannot destructure/);
});

function authOver(store: Store, options: { readonly release?: boolean } = {}): Auth {
  return createAuth({
    secret: testSecret,
    store: memoryStore(),
    legacy: [
      legacyExpressSession<Ada>({
        store,
        secret,
        userIdOf: (session) => session.userId,
        authenticatedAtOf: (session) => session.loggedInAt,
        dataOf: ({ cart }) => (cart === undefined ? {} : { cart }),
        ...(options.release === true && {
          release: (session: Ada & StoredExpressSession) => {
            delete session.userId;
          },
        }),
      }),
    ],
  });
}

const sessionOptions = { secret, resave: false, saveUninitialized: false };

/** A browser that has signed in to the application as it was, and been through the layer in its place. */
async function afterTwoStages(t: TestContext, store: Store): Promise<Client> {
  const [first, second] = [expressSession, compatSession].map((session) =>
    oldApplication(session({ ...sessionOptions, store, cookie: { maxAge: 86_400_000 } })),
  );
  assert.ok(first && second);
  const browser = new Client(await serveStage(t, first));
  await browser.post("/login?user=ada");
  await browser.post("/cart?add=book");
  const onLayer = new Client(await serveStage(t, second), {}, browser.jar);
  assert.equal((await onLayer.get("/me")).text, "ada");
  await onLayer.post("/cart?add=pen");
  assert.equal((await onLayer.get("/cart")).text, "book,pen");
  return onLayer;
}

function describeStages(makeStore: () => Store): void {
  test("from express-session over the layer to req.auth a browser stays signed in, and its data comes along", async (t) => {
    const store = makeStore();
    const before = await afterTwoStages(t, store);
    const old = before.cookie;
    const browser = new Client(await serveStage(t, { auth: authOver(store) }), {}, before.jar);
    const [me, alsoMe] = await Promise.all([browser.get("/me"), browser.get("/me")]);
    assert.deepEqual([me.text, alsoMe.text], ["ada", "ada"]);
    assert.match(browser.cookie, /^sym=sys_[^;]+$/, "the old cookie has gone");
    const field = me.headers.getSetCookie().find((each) => each.startsWith("sym="));
    assert.match(field ?? "", /Max-Age=/, "it outlives the browser, as the old one did");
    assert.equal((await browser.get("/cart")).text, "book,pen");
    await browser.post("/cart?add=ink");
    assert.equal((await browser.get("/cart")).text, "book,pen,ink");

    const onLayer = new Client(
      await serveStage(t, oldApplication(compatSession({ ...sessionOptions, store }))),
      { cookie: old },
    );
    assert.equal((await onLayer.get("/me")).text, "", "the old session has ended");
    await browser.post("/logout");
    assert.equal((await browser.get("/me")).text, "");
    const thief = new Client(await serveStage(t, { auth: authOver(store) }), { cookie: old });
    assert.equal((await thief.get("/me")).text, "");
  });

  test("with release, req.session goes on with its data, and nobody is signed in there", async (t) => {
    const store = makeStore();
    const before = await afterTwoStages(t, store);
    const session = compatSession({ ...sessionOptions, store });
    const auth = authOver(store, { release: true });
    const browser = new Client(await serveStage(t, { auth, session }), {}, before.jar);
    assert.equal((await browser.get("/me")).text, "ada");
    assert.match(browser.cookie, /connect\.sid=/, "the old cookie stays, for the data");
    assert.equal((await browser.get("/cart")).text, "book,pen");
    assert.equal((await browser.get("/old-me")).text, "", "the user has left the old session");
    await browser.post("/cart?add=ink");
    assert.equal((await browser.get("/cart")).text, "book,pen,ink");
    await browser.post("/logout");
    assert.equal((await browser.get("/me")).text, "");
    assert.equal((await browser.get("/cart")).text, "book,pen,ink");
  });

  test("old sessions of nobody, and expired ones, open nothing and stay as they are", async () => {
    const store = makeStore();
    const auth = authOver(store);
    const cookie = { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000) };
    const kept: Readonly<Record<string, object>> = {
      anonymous: { cookie, cart: ["book"] },
      expired: { cookie: { ...cookie, expires: new Date(1_000) }, userId: "ada" },
    };
    for (const [id, session] of Object.entries(kept)) {
      await promisify<void>((done) => store.set(id, session as never, (error) => done(error)))();
      const answer = await visit(
        { auth },
        `connect.sid=${encodeURIComponent(`s:${sign(id, secret)}`)}`,
      );
      assert.equal(answer.principal, null, id);
      assert.equal(answer.cookies.size, 0, id);
    }
    const left = await promisify<unknown>((done) => store.get("anonymous", done))();
    assert.ok(left);
  });
}

describe("the signature of an old cookie", () => {
  const login = async (): Promise<{ store: MemoryStore; reads: () => number }> => {
    const store = new MemoryStore();
    await new Promise((done) =>
      store.set("the-id", { cookie: { originalMaxAge: null }, userId: "ada" } as never, done),
    );
    let reads = 0;
    const get = store.get.bind(store);
    store.get = (id, answer) => {
      reads += 1;
      get(id, answer);
    };
    return { store, reads: () => reads };
  };

  test("of another secret, of another id, cut off, or none: nothing is looked up", async () => {
    const { store, reads } = await login();
    const auth = authOver(store);
    const good = sign("the-id", secret);
    const forged = [
      `s:${sign("the-id", "another secret of somebody")}`,
      `s:${good.replace("the-id", "the-ie")}`,
      `s:${good.slice(0, -1)}`,
      `s:${good}=`,
      `s:the-id`,
      `s:.`,
      `the-id`,
      good,
      "s%3A%",
      "",
    ];
    for (const value of forged) {
      for (const spelling of [value, encodeURIComponent(value)]) {
        assert.equal((await visit({ auth }, `connect.sid=${spelling}`)).principal, null, spelling);
      }
    }
    const both = `connect.sid=s:${good}; connect.sid=s:${sign("other", secret)}`;
    assert.equal((await visit({ auth }, both)).principal, null, "one of two was planted");
    assert.equal(reads(), 0);
    assert.equal(
      (await visit({ auth }, `connect.sid=s%3A${encodeURIComponent(good)}`)).status,
      200,
    );
    assert.equal(reads(), 1);
  });

  test("of a retired secret counts while it is listed, and a planted forgery beside it does no harm", async () => {
    const { store } = await login();
    const auth = createAuth({
      secret: testSecret,
      store: memoryStore(),
      legacy: [
        legacyExpressSession({
          store,
          secret: ["a newer secret", secret],
          userIdOf: ({ userId }) => (typeof userId === "string" ? userId : null),
        }),
      ],
    });
    const forged = `connect.sid=s:${sign("the-id", "forged")}`;
    const answer = await visit({ auth }, `${forged}; connect.sid=s:${sign("the-id", secret)}`);
    assert.equal(answer.principal?.userId, "ada");
    assert.deepEqual(answer.principal?.methods, ["legacy"]);
  });
});

test("a released session keeps the time that it has left, in stores that ask its cookie for it", async () => {
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const cookie = { originalMaxAge: 7_200_000, expires };
  const stored: { cookie: { maxAge?: number } }[] = [];
  const legacy = legacyExpressSession<Ada>({
    store: {
      get: (_id, answer) => answer(null, { cookie, userId: "ada", cart: ["book"] }),
      set(_id, session, done) {
        stored.push(session as { cookie: object });
        done?.();
      },
      destroy: (_id, done) => done?.(),
    },
    secret,
    userIdOf: ({ userId }) => userId,
    release: (session) => {
      delete session.userId;
    },
  });
  const auth = createAuth({ secret: testSecret, store: memoryStore(), legacy: [legacy] });
  await visit({ auth }, `connect.sid=s:${sign("id", secret)}`);
  assert.deepEqual(JSON.parse(JSON.stringify(stored)), [{ cookie, cart: ["book"] }]);
  const left = stored[0]?.cookie.maxAge ?? 0;
  assert.ok(left > 3_590_000 && left <= 3_600_000, String(left));
});

test("release that leaves the user in the session is reported, and signs nobody out", async () => {
  const store = new MemoryStore();
  await new Promise((done) => store.set("id", { cookie: {}, userId: "ada" } as never, done));
  const legacy = legacyExpressSession<Ada>({
    store,
    secret,
    userIdOf: ({ userId }) => userId,
    release: () => undefined,
  });
  const auth = createAuth({ secret: testSecret, store: memoryStore(), legacy: [legacy] });
  const failures: unknown[] = [];
  auth.on("store.failed", ({ error }) => void failures.push(error));
  const answer = await visit({ auth }, `connect.sid=s:${sign("id", secret)}`);
  assert.equal(answer.principal?.userId, "ada");
  assert.match(String(failures[0]), /release has left the user in the session/);
});

test("refuses options that cannot work", () => {
  const store = new MemoryStore();
  const userIdOf = (): string => "ada";
  // As JavaScript may have them, from a setting that is missing.
  for (const none of ["", [], ["new", ""], undefined, [undefined]] as string[]) {
    assert.throws(() => legacyExpressSession({ store, secret: none, userIdOf }), /secret must be/);
  }
  assert.throws(
    () => legacyExpressSession({ store, secret, userIdOf: undefined as never }),
    /userIdOf must say/,
  );
});
