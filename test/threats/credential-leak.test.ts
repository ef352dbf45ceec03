import assert from "node:assert/strict";
import { inspect } from "node:util";
import express from "express";
import { test, type TestContext } from "node:test";
import type { AuthEventName } from "symbolon";
import { alice, testSecret } from "../support/auth.ts";
import { Client, type Answer } from "../support/client.ts";
import {
  ask,
  cookieOf,
  observedAuth,
  registered,
  serveApp,
  type ObservedAuth,
  openGuest,
} from "../support/served-app.ts";
import { Canaries } from "../support/canaries.ts";

/**
 * The threat: a credential turns up where it should not be: in the body of an answer that a script reads, in a log, in
 * an error report, in the URL of a request.
 */

const password = "canary-password-of-alice";
const newPassword = "canary-password-the-second";
const user = { email: alice.email, password } as const;

const eventNames: readonly AuthEventName[] = [
  "session.started",
  "sessions.ended",
  "user.registered",
  "password.changed",
  "sign_in.failed",
  "request.refused",
  "refresh_token.reused",
  "refresh_token.mended",
  "error",
  "warning",
];

/** Runs every route, well and badly. Answers what a stranger could read of it. */
async function everyAnswer(
  { auth, store, clock }: ObservedAuth,
  canaries: Canaries,
  strategy: "session" | "hybrid" | "jwt",
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const answer = await ask(auth, path, { method, body, headers });
    canaries.noteCookies(answer.headers);
    answers.push(answer);
    return answer;
  };
  let guest = "";
  if (strategy !== "jwt") {
    const opened = await openGuest(auth);
    canaries.noteCookies(opened.headers);
    answers.push(opened);
    guest = cookieOf(opened);
  }
  await send("POST", "/auth/register", { ...user, password: "short" });
  await send("POST", "/auth/register", user, { cookie: guest });
  await send("POST", "/auth/register", user);
  await send("POST", "/auth/sign-in", { ...user, password: newPassword });
  await send("POST", "/auth/sign-in", `{"email":"${user.email}","password":"${password}"x}`);
  await send("POST", "/auth/sign-in", JSON.stringify(user), { "content-type": "text/plain" });
  await send("POST", "/auth/sign-in", { ...user, remember: "yes", delivery: password });
  const other = cookieOf(await send("POST", "/auth/sign-in", user));
  const signedIn = await send("POST", "/auth/sign-in", user, { cookie: guest });
  const cookie = cookieOf(signedIn);
  const refreshes = [allCookiesOf(signedIn)];
  for (const path of ["/auth/session", "/auth/sessions", "/auth/csrf", "/auth/nowhere"]) {
    await send("GET", path, undefined, { cookie });
    await send("GET", path, undefined, { cookie: `${cookie}x` });
    await send("GET", path, undefined, { cookie: `${cookie}; ${other}` });
    await send("GET", path, undefined, { cookie: guest });
  }
  await send("POST", "/auth/refresh", {}, { cookie });
  await send("POST", "/auth/refresh", {}, { cookie, origin: "https://attacker.example" });
  for (const each of ["syr_made-up", `syr_${"A".repeat(104)}`, cookie.split("=")[1]]) {
    await send("POST", "/auth/refresh", { refreshToken: each });
  }
  const change = { currentPassword: password, newPassword };
  await send("POST", "/auth/password", { ...change, newPassword: "short" }, { cookie });
  await send("POST", "/auth/password", { ...change, currentPassword: newPassword }, { cookie });
  const changed = cookieOf(await send("POST", "/auth/password", change, { cookie }));
  await send("DELETE", `/auth/sessions/${"A".repeat(22)}`, undefined, { cookie: changed });
  await send("DELETE", "/auth/sessions", undefined, { cookie: changed });
  store.failure = new Error("the store is down");
  await send("GET", "/auth/session", undefined, { cookie: changed });
  await send("POST", "/auth/sign-in", { ...user, password: newPassword });
  store.failure = null;
  await send("POST", "/auth/sign-out", {}, { cookie: changed });
  const body = { ...user, password: newPassword };
  refreshes.push(allCookiesOf(await send("POST", "/auth/sign-in", body)));
  // The last time with a token of old, which is reuse.
  for (let time = 0; time < 5; time += 1) {
    clock.advance(360_000);
    const headers = { cookie: refreshes[time === 4 ? 1 : refreshes.length - 1] ?? "" };
    const refreshed = await send("POST", "/auth/refresh", {}, headers);
    if (refreshed.headers.getSetCookie().length > 1) refreshes.push(allCookiesOf(refreshed));
  }
  return answers;
}

/** All cookies that an answer sets, as one header. */
function allCookiesOf({ headers }: Answer): string {
  return headers
    .getSetCookie()
    .map((field) => field.split(";")[0])
    .join("; ");
}

/** What the process warns of while the test runs. */
function processWarnings(context: TestContext): readonly unknown[] {
  const warnings: unknown[] = [];
  const listener = (warning: Error): void => void warnings.push(warning);
  process.on("warning", listener);
  context.after(() => process.off("warning", listener));
  return warnings;
}

for (const strategy of ["session", "hybrid", "jwt"] as const) {
  test(`${strategy}: no answer, event or warning of any route holds a password, a token, or a hash of one`, async (context) => {
    const canaries = new Canaries([password, newPassword, testSecret]);
    const warnings = processWarnings(context);
    for (const listens of [true, false]) {
      const app = observedAuth({ baseUrl: "https://app.example.com", strategy });
      const events: unknown[] = [];
      if (listens)
        for (const name of eventNames) app.auth.on(name, (event) => events.push([name, event]));
      const answers = await everyAnswer(app, canaries, strategy);
      assert.ok(answers.length > 35 && canaries.count > 40);
      for (const { status, headers, text } of answers) {
        const shown = [...headers].filter(([name]) => name !== "set-cookie");
        canaries.assertAbsent(`${status} ${text} ${JSON.stringify(shown)}`);
      }
      canaries.assertAbsent(inspect(events, { depth: 20, showHidden: true }));
      assert.equal(events.length > 10, listens);
      const isReused = inspect(events).includes("refresh_token.reused");
      assert.equal(isReused, listens && strategy === "hybrid");
    }
    await new Promise((resolve) => setImmediate(resolve));
    canaries.assertAbsent(inspect(warnings, { depth: 20, showHidden: true }));
  });
}

test("neither the engine nor a request's auth nor an error shows a secret when it is printed", async () => {
  const canaries = new Canaries([password, newPassword, testSecret]);
  const { auth, store } = observedAuth();
  const cookie = await registered(auth, user);
  canaries.noteCookie(cookie);
  const nowhere = { assertOpen: () => undefined, setCookie: () => undefined };
  const open = (headers: Record<string, string>) => auth.open({ method: "POST", headers }, nowhere);
  const wrong = { email: user.email, password: newPassword };

  const requestAuth = await open({ cookie });
  const thrown: unknown[] = [requestAuth, auth, requestAuth.principal, requestAuth.session];
  const collect = async (work: () => Promise<unknown>): Promise<void> => {
    await work().then(
      (value) => thrown.push(value),
      (error: unknown) => thrown.push(error),
    );
  };
  await collect(async () => auth.users?.verifyPassword(wrong));
  await collect(async () => auth.users?.register(user));
  await collect(async () => auth.users?.register({ ...user, email: "x" }));
  await collect(async () => open({ cookie, origin: "https://attacker.example" }));
  await collect(async () => open({ authorization: `Bearer ${cookie.split("=")[1]}x` }));
  await collect(() => requestAuth.signIn({ userId: "u", claims: { sub: password } }));
  await collect(() => auth.sessions.list(requestAuth.principal?.userId ?? ""));
  store.failure = new Error("the store is down");
  await collect(() => auth.authenticate({ cookie }));
  await collect(async () => auth.users?.verifyPassword(user));
  assert.ok(thrown.filter((each) => each instanceof Error).length >= 4);
  for (const each of thrown) {
    canaries.assertAbsent(inspect(each, { depth: 20, showHidden: true, getters: false }));
    if (each !== auth) canaries.assertAbsent(JSON.stringify(each));
    for (let error = each; error instanceof Error; error = error.cause) {
      canaries.assertAbsent(`${error.message} ${error.stack} ${String(error)}`);
    }
  }
});

test("a body that is no JSON is not quoted in the error, which may go to a log", async () => {
  const { readJsonObject } = await import("../../src/http/body.ts");
  const canaries = new Canaries([password]);
  for (const body of [
    `{"password":"${password}"x}`,
    `"${password}`,
    password,
    `{"a":"${password}\n"}`,
  ]) {
    const request = new Request("https://app.example.com", {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    const error: unknown = await readJsonObject(request).catch((error: unknown) => error);
    assert.ok(error instanceof Error);
    // V8 quotes ten characters around the mistake.
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary|of-alice/);
    canaries.assertAbsent(inspect(error));
  }
});

test("a token counts in the session cookie and as Bearer only: not in the address, a body, or another header", async (context) => {
  const { base } = await serveApp(context, {}, [
    express.json(),
    express.urlencoded({ extended: false }),
  ]);
  const client = new Client(base);
  await client.post("/auth/register", user);
  const { cookie } = client;
  const token = cookie.slice(cookie.indexOf("=") + 1);
  const status = async (path: string, sent: Parameters<Client["send"]>[1] = {}) =>
    (await new Client(base).send(path, sent)).status;
  assert.equal(await status("/auth/session", { headers: { cookie } }), 200);
  assert.equal(
    await status("/auth/session", { headers: { authorization: `bearer ${token}` } }),
    200,
  );

  for (const name of ["sym", "sid", "token", "access_token", "session", "sessionToken", "_csrf"]) {
    assert.equal(await status(`/profile?${name}=${token}`), 401, name);
    assert.equal(await status(`/auth/session?${name}=${token}`), 401, name);
    for (const type of ["application/json", "application/x-www-form-urlencoded"]) {
      const body = type.endsWith("json") ? { [name]: token } : `${name}=${token}`;
      const headers = { "content-type": type };
      assert.equal(await status("/auth/refresh", { method: "POST", body, headers }), 401, name);
    }
  }
  for (const headers of [
    { authorization: token },
    { authorization: `Token ${token}` },
    { authorization: `Digest ${token}` },
    { authorization: `Bearer, ${token}` },
    { authorization: `Basic ${Buffer.from(`:${token}`).toString("base64")}` },
    { "x-session-token": token },
    { "x-auth-token": token },
    { "proxy-authorization": `Bearer ${token}` },
    { cookie: `session=${token}` },
    { cookie: `__Host-sym=${token}` },
    { cookie2: cookie },
  ] as const) {
    assert.equal(await status("/profile", { headers }), 401, JSON.stringify(Object.keys(headers)));
  }
});

test("tokens come in JSON for those who ask for delivery in the body, and then in no cookie", async () => {
  const { auth } = observedAuth();
  await registered(auth, user);
  for (const delivery of ["cookie", undefined, "body"] as const) {
    const body = { ...user, ...(delivery !== undefined && { delivery }) };
    const answer = await ask(auth, "/auth/sign-in", { method: "POST", body });
    assert.equal(/sys_/.test(answer.text), delivery === "body");
    assert.equal("tokens" in answer.json, delivery === "body");
    assert.equal(answer.headers.getSetCookie().length, delivery === "body" ? 0 : 1);
    assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
  }
  const { json } = await ask(auth, "/auth/sign-in", {
    method: "POST",
    body: { ...user, delivery: "body" },
  });
  const { sessionToken } = json["tokens"] as { sessionToken: string };
  const headers = { authorization: `Bearer ${sessionToken}` };
  for (const path of ["/auth/session", "/auth/sessions"]) {
    const { text, status } = await ask(auth, path, { headers });
    assert.equal(status, 200);
    assert.doesNotMatch(text, /sys_/);
  }
});
