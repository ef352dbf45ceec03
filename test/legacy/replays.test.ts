import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LegacyLogin } from "symbolon/legacy";
import { OldWorld, ownCookie, visit, type OldProcess } from "./old-world.ts";

/**
 * The threat: a copy of the old cookie, taken before the upgrade, signs in again when its session has ended. Also where the old
 * store has kept the login, because ending it there failed or an old process has written it back.
 */

const longAfter = 3 * 3_600_000;

interface Upgraded {
  readonly world: OldWorld;
  readonly process: OldProcess;
  readonly stolen: string;
  readonly sessionId: string;
  readonly own: string;
}

async function upgraded(login: Partial<LegacyLogin> = {}): Promise<Upgraded> {
  const world = new OldWorld({ session: { idle: "7d" } });
  const process = world.start();
  const stolen = world.login("a", login);
  world.old.endFailure = new Error("the old store takes no writes");
  const answer = await visit(process, stolen);
  world.advance(1_000);
  return {
    world,
    process,
    stolen,
    sessionId: answer.principal?.sessionId ?? "",
    own: ownCookie(answer),
  };
}

const endings: Readonly<Record<string, (upgraded: Upgraded) => Promise<unknown>>> = {
  "a sign-out": ({ process, own }) =>
    process.auth.signOut({ method: "POST", headers: { cookie: own } }),
  "a sign-out by the old cookie": ({ process, stolen }) =>
    process.auth.signOut({ method: "POST", headers: { cookie: stolen } }),
  "revoke()": ({ process, sessionId }) => process.auth.sessions.revoke(sessionId),
  "revokeAll() of the user": ({ process }) => process.auth.sessions.revokeAll({ userId: "user-1" }),
  "revokeAll() of everyone": ({ process }) => process.auth.sessions.revokeAll({ everyone: true }),
  "a new sign-in of the same browser": ({ process, own }) =>
    process.auth.signIn(
      { userId: "user-2" },
      {
        method: "POST",
        headers: { cookie: own, host: "app.example.com", "sec-fetch-site": "same-origin" },
        encrypted: true,
      },
    ),
  "its expiry": async ({ world }) => world.advance(8 * 86_400_000),
};

for (const [name, end] of Object.entries(endings)) {
  describe(`after ${name}`, () => {
    for (const [when, ms] of Object.entries({
      "at once": 0,
      "when the log has forgotten": longAfter,
    })) {
      test(`a copy of the old cookie opens nothing, ${when}`, async () => {
        const given = await upgraded();
        await end(given);
        const { world, process, stolen } = given;
        assert.equal(world.old.logins.size, 1, "the old store would still say yes");
        world.advance(ms);
        for (const each of [process, world.start()]) {
          const replayed = await visit(each, stolen);
          assert.equal(replayed.principal, null);
          assert.equal(replayed.status, 200, "it is a stranger's");
          assert.equal(await each.auth.authenticate({ cookie: stolen }), null);
        }
        const left = await process.auth.sessions.list("user-1");
        assert.deepEqual(left, []);
      });
    }
  });
}

test("a copy of the old cookie has the old session ended where that had failed", async () => {
  const { world, process, stolen, own } = await upgraded();
  await process.auth.signOut({ method: "POST", headers: { cookie: own } });
  assert.equal(world.old.logins.size, 1);
  world.old.endFailure = null;
  assert.equal((await visit(process, stolen)).principal, null);
  assert.equal(world.old.logins.size, 0);
});

test("a change of secret shuts out whoever has a copy of the old cookie", async () => {
  const { process, own, stolen, sessionId } = await upgraded();
  const jar = new Map<string, string>();
  const response = {
    assertOpen() {},
    setCookie: (key: string, field: string) => void jar.set(key, field),
  };
  const requestAuth = await process.auth.open(
    { method: "POST", headers: { cookie: own } },
    response,
  );
  await requestAuth.replaceSecret("password_changed");
  assert.equal((await visit(process, stolen)).principal, null);
  const renewed = [...jar.values()][0]?.split(";")[0] ?? "";
  assert.equal((await visit(process, renewed)).principal?.sessionId, sessionId);
});

describe("a login that was ended before it was ever upgraded", () => {
  for (const target of [{ userId: "user-1" }, { tenantId: "t" }, { everyone: true }] as const) {
    for (const authenticatedAt of ["known", "unknown"] as const) {
      test(`opens nothing: ${JSON.stringify(target)}, its time ${authenticatedAt}`, async () => {
        const world = new OldWorld();
        const process = world.start();
        const cookie = world.login("a", { tenantId: "t" });
        if (authenticatedAt === "unknown")
          world.old.logins.set("a", { userId: "user-1", tenantId: "t" });
        await process.auth.sessions.revokeAll(target);
        world.advance(longAfter);
        const answer = await visit(process, cookie);
        assert.equal(answer.principal, null);
        assert.equal(answer.cookies.get("old"), "");
        assert.equal(world.old.logins.size, 0, "and ends there, too");
        assert.deepEqual(await process.auth.sessions.list("user-1"), []);
      });
    }
  }

  test("does not stop one that came after it", async () => {
    const world = new OldWorld();
    const process = world.start();
    await process.auth.sessions.revokeAll({ userId: "user-1" });
    world.advance(10);
    const cookie = world.login("a", { authenticatedAt: world.clock.now() });
    // A process that has not heard of it yet.
    assert.equal((await visit(world.start(), cookie)).principal?.userId, "user-1");
    world.advance(longAfter);
    const later = world.login("b", { authenticatedAt: world.clock.now() });
    assert.equal((await visit(process, later)).principal?.userId, "user-1");
  });

  test("does not stop one that came after it, where a process has not heard of it", async () => {
    for (const target of [{ userId: "user-1" }, { everyone: true }] as const) {
      const world = new OldWorld();
      const [lagging, revoking] = [world.start(), world.start()];
      await visit(lagging, world.login("other", { userId: "user-2" }));
      world.advance(10);
      await revoking.auth.sessions.revokeAll(target);
      world.advance(10);
      const cookie = world.login("a", { authenticatedAt: world.clock.now() });
      const answer = await visit(lagging, cookie);
      assert.equal(answer.principal?.userId, "user-1", JSON.stringify(target));
      assert.equal((await visit(revoking, cookie)).principal?.userId, "user-1");
    }
  });

  test("is one also where the clock of its process is ahead", async () => {
    const world = new OldWorld();
    const process = world.start();
    const cookie = world.login("a", { authenticatedAt: world.clock.now() + 60_000 });
    const held = process.store.hold("sessions.insert");
    const racing = visit(process, cookie);
    await held.reached;
    world.advance(5);
    await world.start().auth.sessions.revokeAll({ userId: "user-1" });
    held.release();
    assert.equal((await racing).principal, null);
  });

  test("opens nothing where its time is none, and is fresh for nobody", async () => {
    const world = new OldWorld();
    const process = world.start();
    const inMicroseconds = (world.clock.now() - 60_000) * 1_000;
    const ended = world.login("a", { authenticatedAt: inMicroseconds });
    await process.auth.sessions.revokeAll({ userId: "user-1" });
    world.advance(10);
    assert.equal((await visit(process, ended)).principal, null);
    const alive = world.login("b", { userId: "user-2", authenticatedAt: inMicroseconds });
    assert.equal((await visit(process, alive)).principal?.authenticatedAt, 0);
  });

  test("is not one whose user's claims have changed", async () => {
    const world = new OldWorld();
    const process = world.start();
    const cookie = world.login("a");
    world.advance(1_000);
    await process.auth.sessions.updateAll("user-1", { claims: { role: "admin" } });
    assert.equal((await visit(process, cookie)).principal?.userId, "user-1");
  });

  test("ends while it is being upgraded, too", async () => {
    for (const nth of [1, 2]) {
      const world = new OldWorld();
      const [process, other] = [world.start(), world.start()];
      const cookie = world.login("a");
      if (nth === 2) process.store.hold("sessions.insert").release();
      const held = process.store.hold("sessions.insert");
      const racing = visit(process, cookie);
      await held.reached;
      world.advance(5);
      await other.auth.sessions.revokeAll({ userId: "user-1" });
      held.release();
      assert.equal((await racing).principal, null, `at insert ${nth}`);
      world.old.logins.set("a", { userId: "user-1", authenticatedAt: world.clock.now() - 60_000 });
      assert.equal((await visit(other, cookie)).principal, null);
    }
  });
});
