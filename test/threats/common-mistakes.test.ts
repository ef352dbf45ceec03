import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Request, Response } from "express";
import { createAuth, type AuthOptions } from "symbolon";
import { dangerouslyKeepTokensInLocalStorage, type TokensBody } from "symbolon/client";
import { requireAuth } from "symbolon/express";
import { memoryStore } from "symbolon/stores/memory";
import { createTokenVerifier, type TokenVerifierOptions } from "symbolon/tokens";
import { alice, testSecret } from "../support/auth.ts";
import { ClientWorld, FakeBrowser } from "../support/client-world.ts";
import { Client } from "../support/client.ts";
import { ask, cookieOf, observedAuth, registered, serveApp } from "../support/served-app.ts";

/**
 * The threat: whoever puts a login together makes one of the seven mistakes that most do. Each test makes one, as far as
 * the interface lets it be made, and sees it refused, or of no use to an attacker. `docs/choosing.md` tells about them.
 */

const day = 86_400_000;
const strategies = ["session", "hybrid", "jwt"] as const;

test("1, a token in localStorage: the client puts nothing there unasked, and what was stolen from there ends with the session", async (t) => {
  const kept = fakeLocalStorage(t);
  const world = new ClientWorld(t);
  const browser = new FakeBrowser(t, world);
  const storage = dangerouslyKeepTokensInLocalStorage();

  // Without `delivery: "body"` there is nothing to keep, even where somebody says where.
  const page = browser.tab({ storage });
  await page.register({ ...alice, name: "Alice" });
  await world.expire();
  assert.equal((await page.fetch("/profile")).status, 200, "renewed by cookie");
  assert.equal(kept.size, 0);
  const cookies = browser.jar.getCookiesSync("https://app.example.com/auth/refresh");
  assert.ok(cookies.length > 0 && cookies.every(({ httpOnly }) => httpOnly));

  const careless = new FakeBrowser(t, world).tab({ delivery: "body", storage });
  await careless.signIn(alice);
  const stolen = JSON.parse([...kept.values()][0] ?? "null") as TokensBody;
  assert.equal(await statusOf(world, stolen), 200, "a script that read it is Alice");
  const { id = "" } = (await world.auth.users?.findByEmail(alice.email)) ?? {};
  await world.auth.sessions.revokeAll({ userId: id });
  assert.equal(await statusOf(world, stolen), 401);
  const renewal = await ask(world.auth, "/auth/refresh", {
    method: "POST",
    body: { refreshToken: stolen.refreshToken },
  });
  assert.equal(renewal.status, 401);
});

test("2, no HTTPS: an address of plain HTTP does not start, and no browser sends the cookie over it", async () => {
  refusesToStart({ baseUrl: "http://app.example.com" }, /https/i);

  const options = { production: true, dangerouslyAllowVolatileStore: true };
  for (const strategy of strategies) {
    const { auth } = observedAuth({ ...options, strategy });
    const { cookies } = await auth.signIn(
      { userId: "alice" },
      { method: "POST", headers: { host: "app.example.com" } },
    );
    const browser = new Client("http://app.example.com");
    for (const field of cookies) {
      assert.match(field, /^__(Host|Secure)-\S+; .*Secure/);
      browser.jar.setCookieSync(field, "https://app.example.com");
    }
    assert.equal(browser.cookie, "", "not over plain HTTP");
    assert.notEqual(browser.jar.getCookieStringSync("https://app.example.com/"), "");
  }
});

test("3, expiry ignored: who keeps a credential for ever, and uses it all the time, is signed out all the same", async () => {
  for (const strategy of strategies) {
    const { auth, clock } = observedAuth({ strategy, session: { idle: "2d", absolute: "7d" } });
    const cookie = await registered(auth, alice);
    const used = async (): Promise<number> =>
      (await ask(auth, "/auth/sessions", { headers: { cookie } })).status;
    assert.equal(await used(), 200);
    for (let days = 0; days < 7; days += 1) {
      clock.advance(day);
      await used();
    }
    assert.equal(await used(), 401, strategy);
  }
  for (const session of [{ idle: "0s" }, { idle: Infinity }, { absolute: "401d" }] as const) {
    refusesToStart({ session }, /session\./);
  }
  refusesToStart({ strategy: "jwt", accessTokens: { lifetime: "25h" } }, /lifetime/);
});

test("4, a session that nobody validates: a cookie that looks right opens nothing, and a guard without a check is an error", async (t) => {
  for (const strategy of strategies) {
    const { base } = await serveApp(t, { strategy });
    const unsigned = `${json({ alg: "none", typ: "at+jwt" })}.${json({ sub: "alice", exp: 9e9 })}.`;
    for (const made of [`sym=sys_${"A".repeat(22)}.${"A".repeat(54)}`, `sym_access=${unsigned}`]) {
      const answer = await new Client(base).get("/profile", { headers: { cookie: made } });
      assert.equal(answer.status, 401, `${strategy}: ${made}`);
    }
  }

  const told: unknown[] = [];
  void requireAuth()({} as Request, {} as Response, (error?: unknown) => told.push(error));
  assert.equal(told.length, 1);
  assert.ok(told[0] instanceof TypeError, "the guard is there, and what it asks is not");

  const verifier: TokenVerifierOptions = {
    issuer: "https://auth.example.com",
    audience: "https://api.example.com",
  };
  assert.throws(() => createTokenVerifier(verifier), /revocations/, "revocation must be chosen");
});

test("5, a secret in the code: one that can be guessed does not start, and one that was read there makes no credential", async () => {
  for (const secret of [
    undefined,
    "",
    "secret",
    "keyboard cat",
    "change-me-change-me-change-me-change-me",
    "your-secret-key-goes-right-in-here-please",
    "a".repeat(64),
    [testSecret, "keyboard cat"],
  ]) {
    assert.throws(() => createAuth({ secret, store: memoryStore() }), TypeError);
  }

  for (const strategy of strategies) {
    const baseUrl = "https://app.example.com";
    const attacker = observedAuth({ strategy, baseUrl, secret: testSecret });
    const victim = observedAuth({ strategy, baseUrl, secret: testSecret });
    const cookie = await registered(attacker.auth, alice);
    assert.ok(await attacker.auth.authenticate({ cookie }));
    assert.equal(await victim.auth.authenticate({ cookie }), null, strategy);
  }
});

test("6, a session that is not renewed at sign-in: the id that an attacker planted does not become the victim's", async (t) => {
  for (const strategy of ["session", "hybrid"] as const) {
    const { base } = await serveApp(t, { strategy });
    const attacker = new Client(base);
    await attacker.get("/visits");
    const planted = attacker.cookie;
    assert.notEqual(planted, "");

    const victim = new Client(base);
    await victim.post("/login?userId=victim", undefined, { headers: { cookie: planted } });
    assert.equal((await victim.get("/profile")).json["userId"], "victim");
    assert.equal((await attacker.get("/profile")).status, 401);
    const headers = { cookie: planted };
    assert.equal((await new Client(base).get("/profile", { headers })).status, 401);
  }
});

test("7, no sign-out on the server: a copy of the credential is worth nothing after it, with every strategy", async () => {
  for (const strategy of strategies) {
    const { auth, store } = observedAuth({ strategy });
    auth.on("store.failed", () => undefined);
    const cookie = await registered(auth, alice);
    const signOut = (): ReturnType<typeof ask> =>
      ask(auth, "/auth/sign-out", { method: "POST", headers: { cookie } });

    store.failure = new Error("the disk is gone");
    const failed = await signOut();
    assert.equal(failed.status, 503, "what did not happen is not shown as if it had");
    assert.deepEqual(failed.headers.getSetCookie(), []);
    store.failure = null;

    assert.ok(await auth.authenticate({ cookie }));
    const done = await signOut();
    assert.equal(done.status, 204);
    assert.match(cookieOf(done), /=$/);
    assert.equal(await auth.authenticate({ cookie }), null, `${strategy}: the copy`);
  }
});

function refusesToStart(options: Partial<AuthOptions>, says: RegExp): void {
  assert.throws(
    () => observedAuth(options),
    (error) => error instanceof TypeError && says.test(error.message),
    JSON.stringify(options),
  );
}

async function statusOf(world: ClientWorld, { accessToken }: TokensBody): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}`, host: "app.example.com" };
  return (await world.serve(new Request("https://app.example.com/profile", { headers }))).status;
}

function json(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** What a page has, and Node has not. */
function fakeLocalStorage(t: TestContext): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const before = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  t.after(() => {
    if (before === undefined) Reflect.deleteProperty(globalThis, "localStorage");
    else Object.defineProperty(globalThis, "localStorage", before);
  });
  return kept;
}
