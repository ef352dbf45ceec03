import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { OldWorld, ownCookie, ownName, visit } from "./old-world.ts";

/** What may happen once, an upgrade, is asked for many times: by tabs, by processes, by browsers that lost the answer. */

describe("an old session that is presented many times at once", () => {
  test("becomes one session, and every answer is signed in with the same cookie", async () => {
    const world = new OldWorld();
    const processes = [world.start(), world.start(), world.start()];
    const cookie = world.login("a");
    const visits = await Promise.all(
      Array.from({ length: 16 }, (_, nth) => {
        const process = processes[nth % processes.length];
        assert.ok(process);
        return visit(process, cookie);
      }),
    );
    assert.deepEqual([...new Set(visits.map((each) => each.principal?.userId))], ["user-1"]);
    assert.equal(new Set(visits.map(ownCookie)).size, 1);
    assert.equal(processes.flatMap(({ started }) => started).length, 1, "one is announced");
    for (const { auth } of processes) assert.equal((await auth.sessions.list("user-1")).length, 1);
    assert.equal(world.old.logins.size, 0, "and the old one has ended");
  });

  test("is one session also where a process comes to write when another has done all", async () => {
    const world = new OldWorld();
    const [slow, fast] = [world.start(), world.start()];
    const cookie = world.login("a");
    const held = slow.store.hold("sessions.insert");
    const late = visit(slow, cookie);
    await held.reached;
    const first = await visit(fast, cookie);
    held.release();
    const second = await late;
    assert.equal(ownCookie(second), ownCookie(first));
    assert.equal((await fast.auth.sessions.list("user-1")).length, 1);
  });

  test("is found by whoever looked before and asks the old store after it was ended there", async () => {
    const world = new OldWorld();
    const [slow, fast] = [world.start(), world.start()];
    const cookie = world.login("a");
    const held = slow.store.hold("sessions.find", "after");
    const late = visit(slow, cookie);
    await held.reached;
    const first = await visit(fast, cookie);
    held.release();
    assert.equal(ownCookie(await late), ownCookie(first));
  });

  test("stays ended when a process that was at it comes late, after the sign-out", async () => {
    const world = new OldWorld();
    const [slow, fast] = [world.start(), world.start()];
    const cookie = world.login("a");
    const held = slow.store.hold("sessions.insert");
    const late = visit(slow, cookie);
    await held.reached;
    const { principal } = await visit(fast, cookie);
    await fast.auth.sessions.revoke(principal?.sessionId ?? "");
    held.release();
    assert.equal((await late).principal, null);
    assert.deepEqual(await fast.auth.sessions.list("user-1"), []);
    world.advance(2 * 3_600_000);
    assert.equal((await visit(world.start(), cookie)).principal, null);
    assert.deepEqual(await fast.auth.sessions.list("user-1"), []);
  });
});

describe("a browser that lost the answer to its upgrade", () => {
  test("gets the same cookie again, in every process, and the old session is ended again", async () => {
    const world = new OldWorld();
    const cookie = world.login("a");
    world.old.endFailure = new Error("read-only");
    const first = ownCookie(await visit(world.start(), cookie));
    assert.equal(world.old.logins.size, 1);
    world.old.endFailure = null;
    world.advance(24 * 3_600_000);
    const again = await visit(world.start(), cookie);
    assert.equal(ownCookie(again), first);
    assert.equal(world.old.logins.size, 0);
  });

  test("gets it also after the shared key was replaced", async () => {
    const world = new OldWorld();
    const process = world.start();
    const cookie = world.login("a");
    const first = ownCookie(await visit(process, cookie));
    await process.auth.keys.rotate("mac");
    world.advance(3_600_000);
    const again = await visit(world.start(), cookie);
    assert.equal(ownCookie(again), first);
    assert.equal((await visit(world.start(), first)).principal?.userId, "user-1");
  });

  test("does not depend on the old store any more", async () => {
    const world = new OldWorld();
    const cookie = world.login("a");
    const first = ownCookie(await visit(world.start(), cookie));
    world.old.readFailure = new Error("down");
    assert.equal(ownCookie(await visit(world.start(), cookie)), first);
  });

  test("is signed in when nobody can say whether the receipt was written, and asks again", async () => {
    for (const moment of ["before", "after"] as const) {
      const world = new OldWorld();
      const process = world.start();
      const cookie = world.login("a");
      // The session comes first, the receipt second.
      process.store.hold("sessions.insert").release();
      const held = process.store.hold("sessions.insert", moment);
      const first = visit(process, cookie);
      await held.reached;
      process.clock.advance(1_000);
      const answer = await first;
      assert.equal(answer.status, 503);
      assert.equal(answer.retryAfter, "1");
      assert.equal(answer.cookies.size, 0);
      const again = await visit(world.start(), cookie);
      assert.equal(again.principal?.userId, "user-1");
      held.release();
      await turn();
      assert.equal(ownCookie(await visit(world.start(), cookie)), ownCookie(again));
    }
  });
});

test("an upgrade starts a session as a sign-in does, and is no fresh authentication", async () => {
  const world = new OldWorld();
  const process = world.start();
  const authenticatedAt = world.clock.now() - 5 * 86_400_000;
  const cookie = world.login("a", {
    authenticatedAt,
    tenantId: "t",
    claims: { role: "editor" },
    data: { cart: ["book"] },
  });
  const answer = await visit(process, cookie);
  const { principal } = answer;
  assert.equal(principal?.authenticatedAt, authenticatedAt);
  assert.deepEqual(principal?.methods, ["legacy"]);
  assert.equal(principal?.assuranceLevel, "aal1");
  assert.equal(principal?.tenantId, "t");
  assert.deepEqual(principal?.claims, { role: "editor" });
  assert.deepEqual(process.started, [principal?.sessionId]);
  assert.equal(answer.cookies.get("old"), "", "the old cookie is taken away");
  const head = { method: "GET", headers: { cookie: ownCookie(answer) } };
  const own = await process.auth.open(head, { assertOpen() {}, setCookie() {} });
  assert.deepEqual(await own.data.get("cart"), ["book"]);
});

test("a login of unknown time is never fresh", async () => {
  const world = new OldWorld();
  const cookie = world.login("a");
  world.old.logins.set("a", { userId: "user-1" });
  assert.equal((await visit(world.start(), cookie)).principal?.authenticatedAt, 0);
});

test("an answer that cannot take cookies any more, or a WebSocket's, leaves the new cookie to the next one", async () => {
  const world = new OldWorld();
  const { auth } = world.start();
  const cookie = world.login("a");
  const upgrade = { method: "GET", headers: { cookie, upgrade: "websocket" } };
  const sent = {
    assertOpen() {
      throw new TypeError("the head has been sent");
    },
    setCookie() {
      throw new TypeError("the head has been sent");
    },
  };
  const { principal } = await auth.open(upgrade, sent);
  assert.equal(principal?.userId, "user-1");
  const answer = await visit(world.start(), cookie);
  assert.equal(answer.principal?.sessionId, principal?.sessionId);
  assert.ok(ownCookie(answer));
});

test("authenticate() without an answer to set cookies on accepts the old cookie, time and again", async () => {
  const world = new OldWorld();
  const { auth } = world.start();
  const cookie = world.login("a");
  const first = await auth.authenticate({ cookie });
  const second = await auth.authenticate({ cookie });
  assert.equal(first?.userId, "user-1");
  assert.equal(second?.sessionId, first?.sessionId);
  const answer = await visit(world.start(), cookie);
  assert.equal(answer.principal?.sessionId, first?.sessionId);
  assert.ok(answer.cookies.has(ownName));
});
