import assert from "node:assert/strict";
import { test } from "node:test";
import { alice, bob } from "../support/auth.ts";
import type { Answer } from "../support/client.ts";
import { ask, cookieOf, observedAuth, registered } from "../support/served-app.ts";

/**
 * The threat: a session outlives its time, on a machine that somebody left or in the hands of somebody who copied its
 * cookie and keeps it warm.
 */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

function statusOf({ status, json }: Answer): string {
  const { code } = json;
  return typeof code === "string" ? `${status} ${code}` : String(status);
}

for (const carrier of ["cookie", "header"] as const) {
  const signedIn = async (options: Parameters<typeof observedAuth>[0] = {}) => {
    const observed = observedAuth(options);
    const cookie = await registered(observed.auth, alice);
    const token = cookie.slice(cookie.indexOf("=") + 1);
    const headers: Record<string, string> =
      carrier === "cookie" ? { cookie } : { authorization: `Bearer ${token}` };
    const look = async () => statusOf(await ask(observed.auth, "/auth/session", { headers }));
    return { ...observed, headers, look };
  };

  test(`an unused session ends to the millisecond after "idle" (${carrier})`, async () => {
    const { clock, look } = await signedIn({ session: { idle: "1h" } });
    clock.advance(hour - 1);
    assert.equal(await look(), "200");
    const late = await signedIn({ session: { idle: "1h" } });
    late.clock.advance(hour);
    assert.equal(await late.look(), "401 session_expired");
  });

  test(`the default is seven days unused, thirty in all (${carrier})`, async () => {
    const unused = await signedIn();
    unused.clock.advance(7 * day);
    assert.equal(await unused.look(), "401 session_expired");
    const used = await signedIn();
    for (let days = 0; days < 29; days += 1) {
      used.clock.advance(day);
      assert.equal(await used.look(), "200", `day ${days}`);
      used.clock.advance(second);
    }
    used.clock.advance(day - 29 * second - 1);
    assert.equal(await used.look(), "200", "the last millisecond");
    used.clock.advance(1);
    assert.equal(await used.look(), "401 session_expired");
  });

  test(`no activity extends "absolute": reading, refreshing, writing data (${carrier})`, async () => {
    const session = { idle: "1h", absolute: "3h" } as const;
    const { auth, clock, headers, look } = await signedIn({ session });
    const nowhere = { assertOpen: () => undefined, setCookie: () => undefined };
    for (let passed = 0; passed < 3 * hour - 10 * minute; passed += 10 * minute) {
      clock.advance(10 * minute);
      assert.equal(await look(), "200");
      const refreshed = await ask(auth, "/auth/refresh", { method: "POST", headers });
      assert.equal(refreshed.status, 200);
      const { data } = await auth.open({ method: "POST", headers }, nowhere);
      await data.update("count", (count) => Number(count ?? 0) + 1);
    }
    clock.advance(10 * minute - 1);
    assert.equal(await look(), "200");
    clock.advance(1);
    assert.equal(await look(), "401 session_expired");
    const refresh = await ask(auth, "/auth/refresh", { method: "POST", headers });
    assert.equal(statusOf(refresh), "401 session_expired");
  });

  test(`a kept credential stays dead after expiry: also later, and after the row is gone (${carrier})`, async () => {
    const { auth, clock, look, headers } = await signedIn({ session: { idle: "1h" } });
    clock.advance(hour);
    assert.equal(await look(), "401 session_expired");
    const refused = await ask(auth, "/auth/sessions", { headers });
    assert.deepEqual(refused.headers.getSetCookie(), [], "only a sign-out takes cookies away");
    for (let days = 0; days < 3; days += 1) {
      clock.advance(day);
      await settled();
      assert.match(await look(), /^401 session_(expired|revoked)$/);
    }
    assert.equal(await look(), "401 session_revoked", "purged");
  });
}

test("an expired session is not listed, not found, and not revived by another one's activity", async () => {
  const { auth, clock } = observedAuth({ session: { idle: "1h" } });
  await registered(auth, alice);
  const [old] = await auth.sessions.list((await auth.users?.findByEmail(alice.email))?.id ?? "");
  clock.advance(hour - minute);
  const again = await ask(auth, "/auth/sign-in", { method: "POST", body: alice });
  clock.advance(minute);
  const headers = { cookie: cookieOf(again) };
  const { json } = await ask(auth, "/auth/sessions", { headers });
  assert.equal((json["sessions"] as readonly unknown[]).length, 1);
  assert.equal(await auth.sessions.get(old?.id ?? ""), null);
});

test("a hundred reads within a minute cause at most one write, and none is lost", async () => {
  const { auth, clock, store } = observedAuth();
  const headers = { cookie: await registered(auth, alice) };
  clock.advance(2 * minute);
  await settled();
  store.takeCalls();
  for (let read = 0; read < 100; read += 1) {
    assert.ok(await auth.authenticate(headers));
    clock.advance(0.59 * second);
    await settled();
  }
  const calls = store.takeCalls().filter((call) => !/purge|listPending|sync/.test(call));
  assert.ok(
    calls.filter((call) => call === "sessions.find").length <= 2,
    "known sessions are not read",
  );
  assert.deepEqual(
    calls.filter((call) => call !== "sessions.find"),
    ["sessions.touch"],
  );
});

test("a touch that the store refuses is kept, so that an outage does not idle an active user out", async () => {
  const { auth, clock, store } = observedAuth({ session: { idle: "1h" } });
  const headers = { cookie: await registered(auth, alice) };
  const others = { cookie: await registered(auth, bob) };
  clock.advance(50 * minute);
  assert.ok(await auth.authenticate(headers));
  store.failure = new Error("the disk is gone");
  clock.advance(2 * second);
  await settled();
  store.failure = null;
  clock.advance(5 * minute);
  assert.ok(await auth.authenticate(others), "whoever comes next takes the kept ones along");
  clock.advance(2 * second);
  await settled();
  clock.advance(50 * minute);
  assert.ok(await auth.authenticate(headers), "105 minutes after sign-in, 55 after the last use");
});

test("the cookie lives as long as the browser, and with remember as long as the session can at most", async () => {
  const { auth } = observedAuth({ session: { idle: "1h", absolute: "12h" } });
  await registered(auth, alice);
  for (const [remember, maxAge] of [
    [false, undefined],
    [true, String(12 * 60 * 60)],
  ] as const) {
    const answer = await ask(auth, "/auth/sign-in", {
      method: "POST",
      body: { ...alice, remember },
    });
    const [field = ""] = answer.headers.getSetCookie();
    assert.equal(/; Max-Age=(\d+)/.exec(field)?.[1], maxAge);
    assert.doesNotMatch(field, /expires=/i);
  }
});

test("a lifetime beyond what a cookie may have is refused at start", () => {
  for (const session of [
    { absolute: "401d" },
    { absolute: "1d", idle: "2d" },
    { idle: "0s" },
    { idle: "-1h" },
  ] as const) {
    assert.throws(() => observedAuth({ session }), TypeError, JSON.stringify(session));
  }
});

/** Lets what the clock has set off finish. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
