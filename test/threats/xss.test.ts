import assert from "node:assert/strict";
import { test } from "node:test";
import { Cookie } from "tough-cookie";
import type { AuthOptions } from "symbolon";
import { serializeCookie } from "../../src/http/cookies.ts";
import { alice } from "../support/auth.ts";
import { Client, type Answer } from "../support/client.ts";
import { ask, cookieOf, observedAuth, serveApp, openGuest } from "../support/served-app.ts";

/**
 * The threat: a script in the page, or somebody on the way, takes the session cookie. What it may do while the page is
 * open cannot be helped; the cookie must not be readable, nor travel where others can see it or plant another.
 */

const own = "https://app.example.com";
const newPassword = "a whole new phrase";

/** Every answer of a whole life with accounts that can set a cookie. */
async function answersOf(options: Partial<AuthOptions>): Promise<readonly Answer[]> {
  const { auth } = observedAuth(options);
  const answers = [await openGuest(auth)];
  const post = async (path: string, body?: unknown) => {
    const cookie = answers.findLast(({ headers }) => headers.getSetCookie().length > 0);
    const headers = cookie === undefined ? {} : { cookie: cookieOf(cookie) };
    answers.push(await ask(auth, path, { method: "POST", headers, body }));
  };
  await post("/auth/register", alice);
  await post("/auth/sign-in", { ...alice, remember: true });
  await post("/auth/password", { currentPassword: alice.password, newPassword });
  await post("/auth/sign-out");
  const duplicate = { cookie: answers.slice(1, 3).map(cookieOf).join("; ") };
  answers.push(await ask(auth, "/auth/session", { headers: duplicate }));
  return answers;
}

test("every cookie is HttpOnly, SameSite, Path=/, Secure and __Host- in production or on https", async () => {
  for (const options of [
    { baseUrl: own },
    { baseUrl: own, production: true, dangerouslyAllowVolatileStore: true },
    { production: true, dangerouslyAllowVolatileStore: true },
    {},
    { baseUrl: own, cookies: { sameSite: "strict" } },
    { baseUrl: own, cookies: { sameSite: "none" } },
    { baseUrl: own, cookies: { partitioned: true, name: "app" } },
    { baseUrl: own, cookies: { dangerouslyAllowInsecureCookies: true } },
  ] as const satisfies readonly Partial<AuthOptions>[]) {
    const answers = await answersOf(options);
    const expected =
      ("cookies" in options && "sameSite" in options.cookies && options.cookies.sameSite) || "lax";
    for (const [index, answer] of answers.entries()) {
      const fields = answer.headers.getSetCookie();
      assert.equal(fields.length, 1, `answer ${index} of ${JSON.stringify(options)}`);
      assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
      for (const field of fields) {
        const cookie = Cookie.parse(field);
        assert.match(cookie?.key ?? "", /^__Host-(sym|app_partitioned)$/);
        assert.equal(cookie?.httpOnly, true, field);
        assert.equal(cookie?.secure, true, field);
        assert.equal(cookie?.sameSite, expected, field);
        assert.equal(cookie?.path, "/", field);
        assert.equal(cookie?.domain, null, field);
      }
    }
  }
});

test("a configured Domain changes the prefix to __Secure-, and every deletion names that domain too", async () => {
  const answers = await answersOf({ baseUrl: own, cookies: { domain: "example.com" } });
  for (const answer of answers) {
    const cookies = answer.headers.getSetCookie().map((field) => Cookie.parse(field));
    assert.ok(cookies.some((cookie) => cookie?.domain === "example.com" && cookie.path === "/"));
    for (const cookie of cookies) {
      assert.equal(cookie?.key, "__Secure-sym");
      assert.ok(cookie?.httpOnly && cookie.secure && cookie.sameSite === "lax");
    }
  }
});

test("a strict browser takes the cookies, and its jar is empty after sign-out", async () => {
  for (const cookies of [
    {},
    { domain: "example.com" },
    { partitioned: true },
    { sameSite: "strict" },
  ] as const) {
    const browser = new Client(own);
    for (const answer of (await answersOf({ baseUrl: own, cookies })).slice(0, -1)) {
      for (const field of answer.headers.getSetCookie()) {
        browser.jar.setCookieSync(field, own, { ignoreError: false });
      }
      const isSignOut = answer.status === 204 && answer.headers.has("clear-site-data");
      assert.equal(browser.cookie === "", isSignOut, `${answer.status}`);
    }
  }
});

test("a cookie that a browser would silently drop for its size is an error instead", () => {
  const attributes = {
    path: "/",
    domain: null,
    secure: true,
    sameSite: "Lax",
    partitioned: false,
    maxAge: null,
  } as const;
  assert.ok(serializeCookie("__Host-sym", "v".repeat(4_086), attributes));
  assert.throws(() => serializeCookie("__Host-sym", "v".repeat(4_087), attributes), RangeError);
});

test("no value of a cookie says anything about its user", async () => {
  for (const answer of await answersOf({ baseUrl: own })) {
    const value = answer.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? "";
    assert.match(value, /^(sys_[\w-]{22}\.[\w-]{54})?$/);
    const plain = value
      .split(/[._]/)
      .map((part) => Buffer.from(part, "base64url").toString("latin1"));
    assert.doesNotMatch(plain.join(), /alice|example\.com/);
  }
});

test("only plain HTTP on this machine gets a cookie without Secure and prefix, with a warning", async (context) => {
  const { base, auth } = await serveApp(context);
  const warnings: string[] = [];
  auth.on("warning", ({ code }) => warnings.push(code));
  const answer = await new Client(base).post("/auth/register", alice);
  const [field = ""] = answer.headers.getSetCookie();
  assert.match(field, /^sym=sys_[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.deepEqual(warnings, ["insecure_cookies"]);

  for (const headers of [
    { host: "app.example.com" },
    { host: "192.168.1.2" },
    { host: "localhost.evil.example" },
    { host: "127.0.0.1.evil.example" },
    { host: "localhost", "x-forwarded-proto": "https" },
    { host: "localhost", forwarded: "proto=https" },
    {},
  ]) {
    const { cookies } = await observedAuth().auth.signIn(
      { userId: "u" },
      { method: "POST", headers },
    );
    assert.match(cookies[0] ?? "", /^__Host-sym=.*; Secure/, JSON.stringify(headers));
  }
});

test("combinations of options that browsers refuse, or that are not safe, do not start", () => {
  const refused: readonly Partial<AuthOptions>[] = [
    { baseUrl: "http://app.example.com" },
    { baseUrl: "http://app.example.com", production: true, dangerouslyAllowVolatileStore: true },
    { baseUrl: "http://localhost:3000", cookies: { sameSite: "none" } },
    { baseUrl: "http://localhost:3000", cookies: { partitioned: true } },
    ...[
      "__Host-sym",
      "__Secure-sym",
      "__Http-sym",
      "__Host-Http-sym",
      "__host-sym",
      "_sym",
      "",
    ].map((name) => ({ baseUrl: own, cookies: { name } })),
    ...["a b", "a;b", "a=b", "a,b", "ä", "a\r\nb", '"a"', "x".repeat(65)].map((name) => ({
      cookies: { name },
    })),
    ...[
      "com",
      "other.example",
      ".example.com",
      "example.com; Path=/x",
      "pp.example.com",
      "",
      "*.example.com",
    ].map((domain) => ({ baseUrl: own, cookies: { domain } })),
    { cookies: { sameSite: "Lax" as "lax" } },
  ];
  for (const options of refused) {
    assert.throws(() => observedAuth(options), TypeError, JSON.stringify(options));
  }
});

test("signing out takes away what pages kept about the user, by route and by list", async () => {
  const { auth } = observedAuth({ baseUrl: own });
  for (const end of ["/auth/sign-out", "own session in the list"]) {
    const cookie = cookieOf(await signIn());
    const id = /sys_([\w-]{22})/.exec(cookie)?.[1] ?? "";
    const answer = end.startsWith("/")
      ? await ask(auth, end, { method: "POST", headers: { cookie } })
      : await ask(auth, `/auth/sessions/${id}`, { method: "DELETE", headers: { cookie } });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get("clear-site-data"), '"storage"');
    assert.match(answer.headers.getSetCookie()[0] ?? "", /^__Host-sym=; Path=\/; Max-Age=0;/);
  }

  async function signIn(): Promise<Answer> {
    const registered = await ask(auth, "/auth/register", { method: "POST", body: alice });
    if (registered.status === 201) return registered;
    return ask(auth, "/auth/sign-in", { method: "POST", body: alice });
  }
});

test("no route answers a credential to a page whose own came as a cookie, whatever the page asks for", async () => {
  for (const strategy of ["session", "hybrid", "jwt"] as const) {
    for (const refresh of strategy === "hybrid"
      ? (["route", "inline"] as const)
      : (["route"] as const)) {
      const { auth, clock } = observedAuth({ baseUrl: own, strategy, refresh });
      const browser = new Client(own);
      const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
        const headers = { cookie: browser.cookieFor(path), origin: own };
        const answer = await ask(auth, path, { method, body, headers });
        for (const field of answer.headers.getSetCookie()) {
          assert.match(field, /; HttpOnly; Secure; SameSite=Lax$/);
          browser.jar.setCookieSync(field, own + path, { ignoreError: false });
        }
        assert.doesNotMatch(answer.text, /sys_|syr_|eyJ|"tokens"/, `${strategy} ${method} ${path}`);
        return answer;
      };
      await send("POST", "/auth/register", alice);
      for (const minutes of [0, 6]) {
        clock.advance(minutes * 60_000);
        for (const path of ["/auth/session", "/auth/sessions", "/auth/csrf"])
          await send("GET", path);
        for (const body of [
          undefined,
          {},
          { delivery: "body" },
          { canStore: true, tokens: true },
        ]) {
          const { status } = await send("POST", "/auth/refresh", body);
          assert.ok(status === 200 || strategy !== "hybrid", `${status}`);
        }
        // What a script can make up is no refresh token, and the cookie is not taken in its place.
        const made = await send("POST", "/auth/refresh", { refreshToken: "syr_made-up" });
        assert.equal(made.status, strategy === "hybrid" ? 401 : 200);
      }
      const change = { currentPassword: alice.password, newPassword, delivery: "body" };
      assert.equal((await send("POST", "/auth/password", change)).status, 204);
      await send("DELETE", "/auth/sessions");
      assert.equal((await send("POST", "/auth/sign-out")).status, 204);
      assert.equal(browser.cookieFor("/auth/refresh"), "");
    }
  }
});
