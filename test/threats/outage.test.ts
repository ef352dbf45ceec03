import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthError } from "symbolon";
import { alice } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { ask, observedAuth, registered, serveApp } from "../support/served-app.ts";

/**
 * The threat: the store cannot be reached, by accident or because somebody floods it. Whoever has no right must not get
 * in by that, and whoever has one must not be told that they are signed out.
 */

async function outage(context: Parameters<typeof serveApp>[0]) {
  const app = await serveApp(context);
  const client = new Client(app.base);
  await client.post("/auth/register", alice);
  const { cookie } = client;
  app.store.failure = new Error("connect ECONNREFUSED db.internal:5432");
  return { ...app, client, cookie };
}

test("a credential that cannot be judged is answered 503 with Retry-After, on every route, and the cookie stays", async (context) => {
  const { client, cookie } = await outage(context);
  for (const [method, path, body] of [
    ["GET", "/profile"],
    ["GET", "/fresh"],
    ["GET", "/admin"],
    ["POST", "/logout"],
    ["GET", "/visits"],
    ["POST", "/login?userId=u1"],
    ["GET", "/auth/session"],
    ["GET", "/auth/sessions"],
    ["POST", "/auth/refresh"],
    ["POST", "/auth/sign-out"],
    ["DELETE", "/auth/sessions"],
    ["DELETE", `/auth/sessions/${"A".repeat(22)}`],
    ["POST", "/auth/password", { currentPassword: alice.password, newPassword: "a new phrase" }],
    ["GET", "/auth/csrf"],
    ["POST", "/auth/sign-in", alice],
    ["POST", "/auth/register", alice],
  ] as const) {
    const answer = await client.send(path, { method, body });
    assert.equal(answer.status, 503, path);
    assert.equal(answer.json["code"], "store_unavailable");
    assert.ok(Number(answer.headers.get("retry-after")) >= 1);
    assert.deepEqual(answer.headers.getSetCookie(), [], path);
    assert.equal(answer.headers.get("clear-site-data"), null);
    assert.doesNotMatch(answer.text, /ECONNREFUSED|internal:/, "nothing of the inside story");
  }
  assert.equal(client.cookie, cookie);
});

test("the application is told: status, and a principal that throws instead of being null", async (context) => {
  const { auth, cookie, client } = await outage(context);
  const nowhere = { assertOpen: () => undefined, setCookie: () => undefined };
  const headers = { host: "localhost", cookie };
  const requestAuth = await auth.open({ method: "GET", headers }, nowhere);
  const isOutage = (error: unknown) =>
    error instanceof AuthError && error.code === "store_unavailable" && error.status === 503;
  assert.equal(requestAuth.status, "unavailable");
  assert.equal(requestAuth.error?.code, "store_unavailable");
  assert.throws(() => requestAuth.principal, isOutage);
  assert.throws(() => requestAuth.session, isOutage);
  await assert.rejects(requestAuth.data.get("cart"), isOutage);
  await assert.rejects(requestAuth.signOut(), isOutage);
  await assert.rejects(auth.authenticate(headers), isOutage);
  await assert.rejects(auth.ready(), isOutage);
  assert.equal(
    (await client.get("/status")).json["status"],
    "unavailable",
    "the page itself works",
  );
});

test("anonymous requests and forged credentials do not notice an outage", async (context) => {
  const { base, store } = await outage(context);
  store.takeCalls();
  const stranger = new Client(base);
  for (const cookie of ["", "sym=garbage", `sym=sys_${"A".repeat(22)}.${"A".repeat(54)}`]) {
    const headers = { cookie };
    assert.equal((await stranger.get("/status", { headers })).status, 200);
    assert.equal((await stranger.get("/profile", { headers })).status, 401);
  }
  assert.deepEqual(store.takeCalls(), []);
});

test("when the store is back everything goes on: the same session, and a sign-out that failed can be repeated", async (context) => {
  const { client, store, auth, cookie } = await outage(context);
  assert.equal((await client.post("/auth/sign-out")).status, 503);
  store.failure = null;
  assert.equal((await client.get("/auth/session")).status, 200);
  assert.equal((await client.post("/auth/sign-out")).status, 204);
  assert.equal(client.cookie, "");
  assert.equal(await auth.authenticate({ host: "localhost", cookie }), null);
});

test("an outage in the middle of a sign-in sets no cookie and leaves no session", async () => {
  for (const [name, moment] of [
    ["attempts.take", "before"],
    ["users.findByEmail", "before"],
    ["credentials.findPassword", "before"],
    ["attempts.clear", "before"],
    ["sessions.insert", "before"],
  ] as const) {
    const { auth, store } = observedAuth();
    await registered(auth, alice);
    const userId = (await auth.users?.findByEmail(alice.email))?.id ?? "";
    const held = store.hold(name, moment);
    const signIn = ask(auth, "/auth/sign-in", { method: "POST", body: alice });
    await held.reached;
    store.failure = new Error("the connection was lost");
    held.release();
    const answer = await signIn;
    store.failure = null;
    assert.equal(answer.status, 503, name);
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.equal((await auth.sessions.list(userId)).length, 1, "the one of the registration");
  }
});
