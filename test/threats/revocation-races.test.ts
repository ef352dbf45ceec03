import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as settled } from "node:timers/promises";
import { alice } from "../support/auth.ts";
import {
  ask,
  cookieOf,
  observedAuth,
  registered,
  type ObservedAuth,
} from "../support/served-app.ts";

/**
 * The threat: what has been ended comes back, because a request that was under way did not know of it. A thief who is
 * thrown out races against the revocation; so does an honest browser that saves something late.
 */

const newPassword = "a whole new phrase";
const nowhere = { assertOpen: () => undefined, setCookie: () => undefined };

interface SignedIn extends ObservedAuth {
  readonly cookie: string;
  readonly userId: string;
}

async function signedIn(): Promise<SignedIn> {
  const observed = observedAuth();
  const cookie = await registered(observed.auth, alice);
  const userId = (await observed.auth.users?.findByEmail(alice.email))?.id ?? "";
  observed.clock.advance(1_000);
  return { ...observed, cookie, userId };
}

const post = (app: SignedIn, path: string, cookie: string, body?: unknown) =>
  ask(app.auth, path, { method: "POST", headers: { cookie }, body });
const isGood = async (app: SignedIn, cookie: string): Promise<boolean> =>
  (await ask(app.auth, "/auth/session", { headers: { cookie } })).status === 200;

describe("a sign-in that races with the end of all sessions of its user does not survive it", () => {
  const stages = [
    "attempts.take",
    "users.findByEmail",
    "credentials.findPassword",
    "attempts.clear",
    "sessions.insert",
  ];
  const endings: Readonly<Record<string, (app: SignedIn) => Promise<unknown>>> = {
    user: ({ auth, userId }) => auth.sessions.revokeAll({ userId }),
    everyone: ({ auth }) => auth.sessions.revokeAll({ everyone: true }),
    "all but one": async ({ auth, userId, cookie }) =>
      auth.sessions.revokeAll({ userId, except: /sys_([\w-]{22})/.exec(cookie)?.[1] ?? "" }),
    "a change of password": (app) =>
      post(app, "/auth/password", app.cookie, { currentPassword: alice.password, newPassword }),
  };
  for (const stage of stages) {
    for (const [name, end] of Object.entries(endings)) {
      for (const moment of ["before", "after"] as const) {
        test(`${name}, ${moment} ${stage}`, async () => {
          const app = await signedIn();
          const held = app.store.hold(stage, moment);
          const racing = ask(app.auth, "/auth/sign-in", { method: "POST", body: alice });
          await held.reached;
          app.clock.advance(5);
          await end(app);
          app.clock.advance(5);
          held.release();
          const answer = await racing;
          if (stage === "sessions.insert" && moment === "after") {
            assert.equal(answer.status, 200, "it was there when the end came");
            assert.equal(await isGood(app, cookieOf(answer)), false);
          } else {
            assert.match(
              `${answer.status}`,
              name === "a change of password" ? /^(401|409)$/ : /^409$/,
            );
            assert.deepEqual(answer.headers.getSetCookie(), []);
          }
          const left = (await app.auth.sessions.list(app.userId)).length;
          assert.equal(left, name === "user" || name === "everyone" ? 0 : 1);
        });
      }
    }
  }

  test("an application's own sign-in, which is told why: 409 sign_in_superseded", async () => {
    const { auth } = observedAuth();
    const slow = await auth.open({ method: "POST", headers: {} }, nowhere);
    await auth.sessions.revokeAll({ userId: "u1" });
    await assert.rejects(slow.signIn({ userId: "u1" }), {
      code: "sign_in_superseded",
      status: 409,
    });
    assert.equal(slow.status, "anonymous");
    assert.deepEqual(await auth.sessions.list("u1"), []);
    await slow.signIn({ userId: "u2" });
    assert.equal(slow.principal?.userId, "u2", "another user's is no concern of it");
  });

  test("a whole tenant's", async () => {
    const { auth } = observedAuth();
    const slow = await auth.open({ method: "POST", headers: {} }, nowhere);
    await auth.sessions.revokeAll({ tenantId: "acme" });
    const signIn = slow.signIn({ userId: "u1", tenantId: "acme" });
    await assert.rejects(signIn, { code: "sign_in_superseded" });
  });
});

test("after revokeAll the same process signs the user in: at the next request, and with its mark in the same one", async () => {
  const app = await signedIn();
  const resetting = await app.auth.open({ method: "POST", headers: {} }, nowhere);
  const { seq } = await app.auth.sessions.revokeAll({ userId: app.userId });
  const next = await ask(app.auth, "/auth/sign-in", { method: "POST", body: alice });
  assert.equal(next.status, 200, "within the same millisecond");
  assert.equal(await isGood(app, cookieOf(next)), true);
  assert.notEqual(seq, null);
  await resetting.signIn({ userId: app.userId, ...(seq !== null && { mark: seq }) });
  assert.equal((await app.auth.sessions.list(app.userId)).length, 2);
});

describe("a slow request does not bring an ended session back", () => {
  const slowActs: Readonly<
    Record<string, readonly [hold: string, act: (app: SignedIn) => Promise<unknown>]>
  > = {
    "by writing data": [
      "sessions.writeData",
      async ({ auth, cookie }) =>
        (await auth.open({ method: "POST", headers: { cookie } }, nowhere)).data.set("cart", 1),
    ],
    "by updating data": [
      "sessions.writeData",
      async ({ auth, cookie }) =>
        (await auth.open({ method: "POST", headers: { cookie } }, nowhere)).data.update(
          "n",
          () => 1,
        ),
    ],
    "by refreshing": ["sessions.touch", (app) => post(app, "/auth/refresh", app.cookie)],
    "by being seen": [
      "sessions.touch",
      async ({ auth, clock, cookie }) => {
        clock.advance(120_000);
        await auth.authenticate({ cookie });
        clock.advance(2_000);
      },
    ],
    "by a change of claims": [
      "sessions.replaceClaims",
      ({ auth, cookie }) =>
        auth.sessions.update(/sys_([\w-]{22})/.exec(cookie)?.[1] ?? "", {
          claims: { role: "admin" },
        }),
    ],
    "by a change of password": [
      "credentials.replacePassword",
      (app) =>
        post(app, "/auth/password", app.cookie, { currentPassword: alice.password, newPassword }),
    ],
    "by ending the others": [
      "revocation.revoke",
      ({ auth, cookie }) => ask(auth, "/auth/sessions", { method: "DELETE", headers: { cookie } }),
    ],
  };
  for (const [name, [hold, act]] of Object.entries(slowActs)) {
    test(name, async () => {
      const app = await signedIn();
      const held = app.store.hold(hold);
      const slow = act(app).catch((error: unknown) => error);
      await held.reached;
      await app.auth.sessions.revokeAll({ userId: app.userId });
      held.release();
      await slow;
      assert.equal(await isGood(app, app.cookie), false);
      assert.deepEqual(await app.auth.sessions.list(app.userId), []);
    });
  }
});

describe("claims that were given up do not come back over newer ones", () => {
  const changes: Readonly<Record<string, (app: SignedIn, role: string) => Promise<unknown>>> = {
    "sessions.replaceClaims": ({ auth, cookie }, role) =>
      auth.sessions.update(/sys_([\w-]{22})/.exec(cookie)?.[1] ?? "", { claims: { role } }),
    "sessions.replaceClaimsOf": ({ auth, userId }, role) =>
      auth.sessions.updateAll(userId, { claims: { role } }),
  };
  for (const [late, changeLate] of Object.entries(changes)) {
    for (const [newer, change] of Object.entries(changes)) {
      test(`${newer}, then a late ${late}`, async () => {
        const app = await signedIn();
        const held = app.store.hold(late);
        const givenUp = changeLate(app, "admin");
        await held.reached;
        app.clock.advance(1_000);
        await assert.rejects(givenUp, { code: "outcome_unknown" });
        await change(app, "reader");
        app.store.takeCalls();
        held.release();
        await settled();
        const [session] = await app.auth.sessions.list(app.userId);
        assert.deepEqual(session?.claims, { role: "reader" });
        const calls = app.store.takeCalls().filter((call) => call !== "revocation.sync");
        assert.deepEqual(calls, ["sessions.listOf"], "nobody repeats it");
      });
    }
  }

  test("but all that are made at once are made, and the last one stays", async () => {
    const app = await signedIn();
    const roles = Array.from({ length: 16 }, (_, index) => `role ${index}`);
    const done: string[] = [];
    await Promise.all(
      roles.map(async (role, index) => {
        await Object.values(changes)[index % 2]?.(app, role);
        done.push(role);
      }),
    );
    assert.equal(done.length, 16);
    const [session] = await app.auth.sessions.list(app.userId);
    assert.deepEqual(session?.claims, { role: done.at(-1) });
  });
});

test("of sixteen changes of password at once one wins, and only its session and its password are good", async () => {
  const app = await signedIn();
  const cookies = [app.cookie];
  while (cookies.length < 16) {
    const answer = await ask(app.auth, "/auth/sign-in", { method: "POST", body: alice });
    cookies.push(cookieOf(answer));
  }
  const answers = await Promise.all(
    cookies.map((cookie, n) =>
      post(app, "/auth/password", cookie, {
        currentPassword: alice.password,
        newPassword: `${newPassword} number ${n}`,
      }),
    ),
  );
  const winners = answers.flatMap(({ status }, n) => (status === 204 ? [n] : []));
  assert.equal(winners.length, 1, answers.map(({ status }) => status).join());
  const winner = winners[0] ?? 0;
  assert.equal((await app.auth.sessions.list(app.userId)).length, 1);
  const after = answers[winner];
  assert.equal(after !== undefined && (await isGood(app, cookieOf(after))), true);
  for (const cookie of cookies) assert.equal(await isGood(app, cookie), false);
  app.clock.advance(3_600_000);
  for (const n of cookies.keys()) {
    const body = { email: alice.email, password: `${newPassword} number ${n}` };
    const { status } = await ask(app.auth, "/auth/sign-in", { method: "POST", body });
    assert.equal(status, n === winner ? 200 : 401);
    app.clock.advance(60_000);
  }
});

test("a thief who ends the owner's session during the change of password does not keep their own", async () => {
  const app = await signedIn();
  const thief = cookieOf(await ask(app.auth, "/auth/sign-in", { method: "POST", body: alice }));
  const held = app.store.hold("credentials.replacePassword", "after");
  const change = post(app, "/auth/password", app.cookie, {
    currentPassword: alice.password,
    newPassword,
  });
  await held.reached;
  const ended = await ask(app.auth, "/auth/sessions", {
    method: "DELETE",
    headers: { cookie: thief },
  });
  assert.equal(ended.status, 200);
  held.release();
  assert.equal((await change).json["code"], "session_revoked");
  assert.equal(await isGood(app, thief), false);
  assert.deepEqual(await app.auth.sessions.list(app.userId), []);
});

test("a sign-in that completes an earlier change of password does not outlive the next one", async () => {
  const app = await signedIn();
  const hashOf = () => app.store.store.credentials?.findPassword(app.userId);
  const before = await hashOf();
  if (before === null || before === undefined) throw new Error("no password");
  // As a crash leaves it: replaced, and the sessions not ended.
  await app.store.store.credentials?.replacePassword(app.userId, {
    from: before.hash,
    to: before.hash,
    revocationPendingSince: app.clock.now(),
  });
  const held = app.store.hold("credentials.findPassword", "after");
  const racing = ask(app.auth, "/auth/sign-in", { method: "POST", body: alice });
  await held.reached;
  app.clock.advance(5);
  const change = { currentPassword: alice.password, newPassword };
  assert.equal((await post(app, "/auth/password", app.cookie, change)).status, 204);
  app.clock.advance(5);
  held.release();
  const answer = await racing;
  assert.equal(answer.json["code"], "sign_in_superseded");
  assert.deepEqual(answer.headers.getSetCookie(), []);
});
