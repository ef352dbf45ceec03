import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAuth, type Auth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { testSecret } from "../support/auth.ts";
import { OldStore, OldWorld, ownCookie, ownName, visit } from "./old-world.ts";

describe("a request with a credential of ours and an old cookie", () => {
  test("is judged by ours alone", async () => {
    const world = new OldWorld();
    const process = world.start();
    const own = ownCookie(await visit(process, world.login("a", { userId: "victim" })));
    const planted = world.login("b", { userId: "attacker" });
    world.old.reads = 0;
    const answer = await visit(process, `${planted}; ${own}`);
    assert.equal(answer.principal?.userId, "victim");
    assert.equal(world.old.reads, 0);
    assert.equal(answer.cookies.size, 0);
  });

  test("is refused where ours has ended, is forged, or is one of two", async () => {
    const world = new OldWorld();
    const process = world.start();
    const first = await visit(process, world.login("a"));
    const second = await visit(process, world.login("b", { userId: "user-2" }));
    await process.auth.sessions.revoke(first.principal?.sessionId ?? "");
    const good = world.login("c");
    world.old.reads = 0;
    const forged = `${ownName}=sys_${"A".repeat(22)}.${"A".repeat(54)}`;
    for (const own of [ownCookie(first), forged, `${ownCookie(first)}; ${ownCookie(second)}`]) {
      assert.equal((await visit(process, `${own}; ${good}`)).principal, null);
    }
    const bearer = { authorization: `Bearer ${ownCookie(first).split("=")[1]}` };
    assert.equal((await visit(process, good, { headers: bearer })).principal, null);
    assert.equal(world.old.reads, 0);
  });
});

describe("an unsafe request of another site's page", () => {
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { origin: "https://attacker.example" },
    { origin: "null" },
  ]) {
    test(`is refused with an old cookie before any store is asked: ${JSON.stringify(headers)}`, async () => {
      const world = new OldWorld();
      const process = world.start();
      const cookie = world.login("a");
      const answer = await visit(process, cookie, { method: "POST", headers: { ...headers } });
      assert.equal(answer.code, "cross_site_request");
      assert.equal(answer.cookies.size, 0);
      assert.equal(world.old.reads, 0);
      assert.deepEqual(process.store.takeCalls(), []);
      const upgrade = { method: "GET", headers: { cookie, upgrade: "websocket", ...headers } };
      await assert.rejects(process.auth.authenticate(upgrade.headers, upgrade), {
        code: "cross_site_request",
      });
      assert.equal((await visit(process, cookie)).principal?.userId, "user-1");
    });
  }

  test("of the application's own page passes", async () => {
    const world = new OldWorld();
    const headers = { "sec-fetch-site": "same-origin" };
    const answer = await visit(world.start(), world.login("a"), { method: "POST", headers });
    assert.equal(answer.principal?.userId, "user-1");
  });
});

describe("when the old store does not answer", () => {
  test("a request is answered 503, its cookie stays, and it is signed in later", async () => {
    const world = new OldWorld();
    const process = world.start();
    const cookie = world.login("a");
    world.old.readFailure = new Error("ECONNREFUSED");
    const answer = await visit(process, cookie);
    assert.deepEqual(
      [answer.status, answer.code, answer.retryAfter],
      [503, "store_unavailable", "1"],
    );
    assert.equal(answer.cookies.size, 0);
    assert.deepEqual(process.failures, ["legacy old: find"]);
    await assert.rejects(process.auth.authenticate({ cookie }), { code: "store_unavailable" });
    world.old.readFailure = null;
    assert.equal((await visit(process, cookie)).principal?.userId, "user-1");
  });

  test("a request waits a second at most, and soon nobody waits any more", async () => {
    const world = new OldWorld();
    const process = world.start();
    world.old.gate = new Promise(() => undefined);
    for (let nth = 0; nth < 5; nth += 1) {
      const answer = visit(process, world.login(`a${nth}`));
      while (world.old.reads <= nth) await new Promise(setImmediate);
      process.clock.advance(1_000);
      assert.equal((await answer).status, 503);
    }
    const at = world.old.reads;
    assert.equal((await visit(process, world.login("b"))).status, 503);
    assert.equal(world.old.reads, at, "it is left alone for a while");
  });

  test("the same is said when the old cookie itself cannot be judged, and no rejection is left behind", async (t) => {
    const failing = [
      () => {
        throw new Error("no secret");
      },
      async () => {
        throw new Error("no secret");
      },
    ];
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    t.after(() => process.off("unhandledRejection", note));
    for (const sessionIdIn of failing) {
      const old = new OldStore();
      const source = { ...old.source("broken"), sessionIdIn };
      const alone = new OldWorld({ legacy: [source] });
      const first = alone.start();
      const answer = await visit(first, "old=a");
      assert.deepEqual([answer.status, answer.code], [503, "store_unavailable"]);
      assert.deepEqual(first.failures, ["legacy broken: sessionIdIn"]);

      const second = new OldWorld({ legacy: [old.source("good"), source] }).start();
      old.logins.set("a", { userId: "user-1" });
      assert.equal((await visit(second, "old=a")).principal?.userId, "user-1");
      await new Promise(setImmediate);
    }
    assert.deepEqual(unhandled, []);
  });

  test("others do not notice: strangers, and whoever has a cookie of ours", async () => {
    const world = new OldWorld();
    const process = world.start();
    const own = ownCookie(await visit(process, world.login("a")));
    world.old.readFailure = new Error("ECONNREFUSED");
    assert.equal((await visit(process, own)).principal?.userId, "user-1");
    assert.equal((await visit(process, "")).status, 200);
  });

  test("ending the old session fails quietly, and is reported", async () => {
    const world = new OldWorld();
    const process = world.start();
    world.old.endFailure = new Error("read-only");
    const answer = await visit(process, world.login("a"));
    assert.equal(answer.principal?.userId, "user-1");
    assert.equal(answer.cookies.get("old"), "");
    assert.deepEqual(process.failures, ["legacy old: end"]);
  });

  test("that no old session can be ended keeps none from being upgraded", async () => {
    const world = new OldWorld();
    const process = world.start();
    world.old.endFailure = new Error("read-only");
    const cookies = Array.from({ length: 10 }, (_, nth) => world.login(`a${nth}`));
    await Promise.all(cookies.map((cookie) => visit(process, cookie)));
    assert.equal((await visit(process, world.login("b"))).principal?.userId, "user-1");
  });

  test("our own store's outage is told as one, and ends nothing there", async () => {
    const world = new OldWorld();
    const process = world.start();
    const cookie = world.login("a");
    process.store.failure = new Error("ECONNREFUSED");
    const answer = await visit(process, cookie);
    assert.equal(answer.status, 503);
    assert.equal(answer.cookies.size, 0);
    assert.equal(world.old.logins.size, 1);
  });
});

test("a request without an old cookie costs nothing and is answered at once", async () => {
  const world = new OldWorld();
  const process = world.start();
  const own = ownCookie(await visit(process, world.login("a")));
  await visit(process, own);
  process.store.takeCalls();
  const { reads } = world.old;
  const nowhere = { assertOpen() {}, setCookie() {} };
  for (const cookie of ["", "other=1", own]) {
    const opened = process.auth.open({ method: "GET", headers: { cookie } }, nowhere);
    assert.ok(!(opened instanceof Promise), cookie);
  }
  assert.deepEqual(process.store.takeCalls(), []);
  assert.equal(world.old.reads, reads);
});

test("guesses fill nothing, and cost one read of the old store each", async () => {
  const world = new OldWorld();
  const process = world.start();
  const own = ownCookie(await visit(process, world.login("a")));
  world.old.reads = 0;
  const before = process.auth.gauges();
  for (let nth = 0; nth < 500; nth += 1) {
    assert.equal((await visit(process, `old=guess-${nth}`)).principal, null);
  }
  assert.equal(world.old.reads, 500);
  assert.deepEqual(process.auth.gauges(), before, "nothing is remembered of them");
  process.store.takeCalls();
  assert.equal((await visit(process, own)).principal?.userId, "user-1");
  assert.deepEqual(process.store.takeCalls(), []);
});

test("the store sees neither the old id nor the new secret", async () => {
  const world = new OldWorld();
  const written: string[] = [];
  const { sessions } = world.shared;
  const store = {
    ...world.shared,
    sessions: {
      ...sessions,
      insert: (...input: Parameters<typeof sessions.insert>) => {
        written.push(JSON.stringify(input));
        return sessions.insert(...input);
      },
    },
  };
  const auth = createAuth({
    secret: testSecret,
    store,
    clock: world.clock,
    legacy: [world.old.source()],
  });
  const answer = await visit({ auth }, world.login("the-old-id-itself"));
  const [, secret = ""] = ownCookie(answer).split(".");
  assert.equal(written.length, 2);
  for (const text of written) {
    assert.ok(!text.includes("the-old-id-itself"));
    const bytes = new Uint8Array(Buffer.from(secret, "base64url").subarray(0, 32));
    for (const spelling of [secret.slice(0, 40), JSON.stringify(bytes)]) {
      assert.ok(!text.includes(spelling));
    }
  }
});

test("an old session of nobody keeps its cookie, and is upgraded once somebody signs in there", async () => {
  const world = new OldWorld();
  const process = world.start();
  const stranger = await visit(process, "old=a");
  assert.equal(stranger.principal, null);
  assert.equal(stranger.cookies.size, 0);
  assert.equal((await visit(process, world.login("a"))).principal?.userId, "user-1");
});

test("of two sources, the one that knows the session decides, and ids of one are not those of another", async () => {
  const [first, second] = [new OldStore(), new OldStore()];
  const world = new OldWorld({ legacy: [first.source("one"), second.source("two")] });
  const process = world.start();
  second.logins.set("a", { userId: "user-2" });
  assert.equal((await visit(process, "old=a")).principal?.userId, "user-2");
  first.logins.set("b", { userId: "user-1" });
  second.logins.set("b", { userId: "user-2" });
  assert.equal((await visit(process, "old=b")).principal?.userId, "user-1");
});

test("refuses what cannot be kept: the strategies jwt and hybrid, and two sources of one name", () => {
  const source = new OldStore().source();
  const make = (options: object): Auth =>
    createAuth({ secret: testSecret, store: memoryStore(), legacy: [source], ...options });
  assert.throws(() => make({ strategy: "jwt" }), /legacy needs the strategy 'session': with 'jwt'/);
  assert.throws(() => make({ strategy: "hybrid" }), /legacy needs the strategy 'session'/);
  assert.throws(() => make({ legacy: [source, source] }), /two sources with the name "old"/);
  assert.throws(() => make({ legacy: [{ ...source, name: "" }] }), /needs a name/);
});
