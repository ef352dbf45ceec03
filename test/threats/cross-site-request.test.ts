import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alice } from "../support/auth.ts";
import { ask, observedAuth, registered } from "../support/served-app.ts";

/**
 * The threat: a page of another site makes the victim's browser send a request to us; the browser adds the cookie,
 * and we do what the page wants.
 */

const own = "https://app.example.com";
const partner = "https://partner.example";
const tenant = "https://one.tenant.example";
const stranger = "https://attacker.example";
const crossSite = { "sec-fetch-site": "cross-site", origin: stranger } as const;
const inProduction = { production: true, dangerouslyAllowVolatileStore: true } as const;

const sites = [
  undefined,
  "same-origin",
  "none",
  "same-site",
  "cross-site",
  "",
  "nonsense",
] as const;
const origins = [undefined, own, partner, tenant, stranger, "null", ""] as const;
const unsafe = [
  ["POST", "/auth/refresh"],
  ["POST", "/auth/password"],
  ["DELETE", "/auth/sessions"],
  ["DELETE", `/auth/sessions/${"A".repeat(22)}`],
] as const;

/** What must happen to an unsafe request with a cookie, said without the code that is tested. */
function mayPass(site: string | undefined, origin: string | undefined, trusts: boolean): boolean {
  if (site === "same-origin" || site === "none") return true;
  if (trusts && (origin === partner || origin === tenant)) return true;
  return site === undefined && (origin === undefined || origin === own);
}

function says(site: string | undefined, origin: string | undefined): Record<string, string> {
  return {
    ...(site !== undefined && { "sec-fetch-site": site }),
    ...(origin !== undefined && { origin }),
  };
}

for (const baseUrl of [own, undefined]) {
  for (const trusts of [false, true]) {
    const options = {
      ...inProduction,
      ...(baseUrl !== undefined && { baseUrl }),
      ...(trusts && { trustedOrigins: [partner, "https://*.tenant.example"] }),
    };
    describe(`${baseUrl === undefined ? "without" : "with"} baseUrl, ${trusts ? "with" : "without"} trusted origins`, () => {
      test("an unsafe request with a cookie passes from pages of ours and trusted ones only, and touches nothing else", async () => {
        const { auth, store } = observedAuth(options);
        const cookie = await registered(auth, alice);
        for (const site of sites) {
          for (const origin of origins) {
            for (const [method, path] of unsafe) {
              store.takeCalls();
              const headers = { cookie, ...says(site, origin) };
              const answer = await ask(auth, path, { method, headers, body: {} });
              const calls = store.takeCalls();
              const row = JSON.stringify([method, path, site, origin]);
              assert.deepEqual(answer.headers.getSetCookie(), [], row);
              if (mayPass(site, origin, trusts)) {
                assert.notEqual(answer.status, 403, row);
              } else {
                assert.equal(answer.json["code"], "cross_site_request", row);
                assert.deepEqual(calls, [], row);
              }
            }
          }
        }
      });

      test("a token in the Authorization header passes from anywhere, also beside a cookie, and decides alone", async () => {
        const { auth, store } = observedAuth(options);
        const cookie = await registered(auth, alice);
        const body = { ...alice, delivery: "body" };
        const { json } = await ask(auth, "/auth/sign-in", { method: "POST", body });
        const { sessionToken } = json["tokens"] as { sessionToken: string };
        const authorization = `Bearer ${sessionToken}`;
        for (const headers of [{ authorization }, { authorization, cookie }]) {
          const answer = await ask(auth, "/auth/refresh", {
            method: "POST",
            headers: { ...headers, ...crossSite },
          });
          assert.equal(answer.status, 200);
        }
        store.takeCalls();
        for (const foreign of ["Basic YTpi", "Bearer eyJhbGciOiJub25lIn0.e30."]) {
          const headers = { authorization: foreign, cookie, ...crossSite };
          const answer = await ask(auth, "/auth/refresh", { method: "POST", headers });
          assert.equal(answer.status, 403, "somebody else's header exempts nothing");
        }
        const spoilt = { authorization: `${authorization}x`, cookie };
        assert.equal((await ask(auth, "/auth/session", { headers: spoilt })).status, 401);
        assert.deepEqual(store.takeCalls(), []);
      });
    });
  }
}

test("reading with a cookie passes from anywhere, and no unsafe route answers to a safe method", async () => {
  const { auth } = observedAuth({ baseUrl: own });
  const headers = { cookie: await registered(auth, alice), ...crossSite };
  for (const method of ["GET", "HEAD"]) {
    assert.equal((await ask(auth, "/auth/session", { method, headers })).status, 200);
    for (const [unsafeMethod, path] of [...unsafe, ["POST", "/auth/sign-out"]] as const) {
      if (unsafeMethod === "DELETE" && path === "/auth/sessions") continue;
      assert.equal((await ask(auth, path, { method, headers })).status, 405, path);
    }
  }
  assert.equal((await ask(auth, "/auth/session", { headers })).status, 200, "and nothing changed");
});

test("look-alikes of our origin and of trusted ones are strangers", async () => {
  const trustedOrigins = [partner, "https://*.tenant.example", "https://ported.example:8443"];
  const { auth, store } = observedAuth({ baseUrl: own, trustedOrigins });
  const cookie = await registered(auth, alice);
  store.takeCalls();
  for (const origin of [
    "null",
    "https://app.example.com.attacker.example",
    "https://attackerapp.example.com",
    "https://example.com",
    "https://sub.app.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com:443",
    "https://app.example.com/",
    "https://user@app.example.com",
    "https://app.example.com@attacker.example",
    "HTTPS://APP.EXAMPLE.COM",
    "https://app.example.com, https://attacker.example",
    "//app.example.com",
    "app.example.com",
    "https://app.example.com.",
    "https://partner.example.attacker.example",
    "https://notpartner.example",
    "http://partner.example",
    "https://tenant.example",
    "https://a.b.tenant.example",
    "https://.tenant.example",
    "https://attacker.example/.tenant.example",
    "https://attacker.example#.tenant.example",
    "https://onetenant.example",
    "https://one.tenant.example:8443",
    "https://one.tenantXexample",
    "https://ported.example",
    "https://ported.example:84430",
    "*",
    "https://*.tenant.example",
    "file://",
    "chrome-extension://app.example.com",
  ]) {
    const answer = await ask(auth, "/auth/refresh", {
      method: "POST",
      headers: { cookie, origin },
    });
    assert.equal(answer.json["code"], "cross_site_request", origin);
  }
  assert.deepEqual(store.takeCalls(), []);
});

test("a trusted origin must be exactly one, at start", () => {
  for (const origin of [
    "*",
    "https://*",
    "https://*.com",
    "https://a.*.example",
    "null",
    "example.com",
    `${own}/`,
  ]) {
    assert.throws(() => observedAuth({ trustedOrigins: [origin] }), TypeError, origin);
  }
});

test("without baseUrl an unsafe request is judged by its Host, so that a stranger's Origin does not pass", async () => {
  const { auth } = observedAuth(inProduction);
  const cookie = await registered(auth, alice);
  for (const [host, origin, status] of [
    ["app.example.com", own, 200],
    ["APP.example.com", own, 200],
    ["app.example.com:8443", "https://app.example.com:8443", 200],
    ["app.example.com", stranger, 403],
    ["app.example.com:8443", own, 403],
    ["", stranger, 403],
    ["", "https://", 403],
  ] as const) {
    const headers = { cookie, host, origin };
    const answer = await ask(auth, "/auth/refresh", { method: "POST", headers });
    assert.equal(answer.status, status, `${host} ${origin}`);
  }
});

test("an upgrade with a cookie is judged like an unsafe request, by Origin where browsers say no more", async () => {
  const { auth, store } = observedAuth({ baseUrl: own });
  const cookie = await registered(auth, alice);
  const upgrade = { cookie, connection: "Upgrade", upgrade: "websocket" };
  assert.ok(await auth.authenticate({ ...upgrade, origin: own }));
  store.takeCalls();
  for (const origin of [stranger, "null", "http://app.example.com"]) {
    await assert.rejects(auth.authenticate({ ...upgrade, origin }), { code: "cross_site_request" });
  }
  assert.deepEqual(store.takeCalls(), []);
});
