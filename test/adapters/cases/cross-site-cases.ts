import assert from "node:assert/strict";
import { alice } from "../../support/auth.ts";
import type { Visitor } from "../../support/visitor.ts";
import { crossSite, pastAccessToken, type HttpCase } from "../http-case.ts";

/** A CSRF token, as a page asks for one. */
async function csrfHeaders(client: Visitor): Promise<Readonly<Record<string, string>>> {
  return { "x-csrf-token": String((await client.get("/auth/csrf")).json["token"]) };
}

const noGuests = "a stranger's CSRF token needs a guest's session, which it does not have";

/** What another site's page may make a browser do. */
export const crossSiteCases: readonly HttpCase[] = [
  {
    name: "refuses an unsafe request with a cookie from another site, and changes nothing",
    carriers: ["cookie"],
    async run({ visitor }) {
      const client = visitor();
      await client.register(alice);
      for (const [method, path, body] of [
        ["POST", "/logout"],
        ["POST", "/auth/sign-out"],
        ["DELETE", "/auth/sessions"],
        [
          "POST",
          "/auth/password",
          { currentPassword: alice.password, newPassword: "a new phrase" },
        ],
        ["POST", "/login?userId=attacker"],
      ] as const) {
        const refused = await client.send(path, { method, body, headers: crossSite });
        assert.equal(refused.status, 403, path);
        assert.equal(refused.json["code"], "cross_site_request");
        assert.deepEqual(refused.headers.getSetCookie(), []);
        assert.equal(refused.headers.get("clear-site-data"), null);
      }
      assert.equal((await client.get("/profile")).status, 200);
      const reading = await client.get("/profile", { headers: crossSite });
      assert.equal(reading.status, 200, "reading is harmless");
    },
  },
  {
    name: "refuses it too when the cookie's token is not good any more, or never was",
    carriers: ["cookie"],
    async run({ visitor, pass }) {
      const client = visitor();
      await client.register(alice);
      await pass(31 * 24 * 60 * 60_000);
      const names = [...client.cookies().keys()];
      const garbage = names.map((name) => `${name}=garbage`).join("; ");
      for (const headers of [client.credential(), { cookie: garbage }]) {
        const sent = { headers: { ...headers, ...crossSite } };
        const answer = await visitor().post("/auth/sign-out", undefined, sent);
        assert.equal(answer.status, 403);
      }
    },
  },
  {
    name: "lets a request with a token in its header pass from anywhere: no browser adds that by itself",
    carriers: ["header"],
    async run({ visitor }) {
      const client = visitor();
      await client.register(alice);
      assert.equal((await client.refresh({ headers: crossSite })).status, 200);
      assert.equal((await client.post("/logout", undefined, { headers: crossSite })).status, 200);
      assert.equal((await client.get("/profile")).status, 401);
    },
  },
  {
    name: "refuses a sign-in by cookie that another site's page asks for, and takes one by body",
    async run({ visitor, carrier }) {
      await visitor().register(alice);
      const client = visitor();
      const body = { ...alice, ...(carrier === "header" && { delivery: "body" }) };
      const expected = carrier === "cookie" ? 403 : 200;
      for (const path of ["/auth/sign-in", "/auth/register"]) {
        const other = path === "/auth/register" ? { ...body, email: "new@example.com" } : body;
        const answer = await client.post(path, other, { headers: crossSite });
        const status = path === "/auth/register" && expected === 200 ? 201 : expected;
        assert.equal(answer.status, status, answer.text);
        assert.deepEqual(answer.headers.getSetCookie(), []);
      }
      const answer = await client.login("u1", {}, { headers: crossSite });
      assert.equal(answer.status, expected);
    },
  },
  {
    name: "csrf token: a browser that says nothing of itself proves that a page of ours asks",
    carriers: ["cookie"],
    except: { jwt: noGuests },
    options: { csrf: "token" },
    async run({ visitor }) {
      const client = visitor();
      assert.equal((await client.register(alice)).json["code"], "cross_site_request");
      const headers = await csrfHeaders(client);
      assert.equal((await client.post("/auth/register", alice, { headers })).status, 201);
      for (const path of ["/auth/refresh", "/auth/sign-out"]) {
        assert.equal((await client.post(path)).json["code"], "cross_site_request", path);
        const stale = await client.post(path, undefined, { headers });
        assert.equal(stale.json["code"], "cross_site_request", "the guest's token is spent");
      }
      const own = await csrfHeaders(client);
      assert.equal((await client.refresh({ headers: own })).status, 200);
      assert.equal((await client.post("/auth/sign-out", undefined, { headers: own })).status, 204);
    },
  },
  {
    name: "csrf token: it is good for a refresh when the access token has had its time, and for signing in again",
    carriers: ["cookie"],
    except: { session: "it has no access tokens", jwt: noGuests },
    options: { csrf: "token" },
    async run({ visitor, pass }) {
      const client = visitor();
      await client.post("/auth/register", alice, { headers: await csrfHeaders(client) });
      const headers = await csrfHeaders(client);
      await pass(pastAccessToken);
      assert.equal((await client.refresh()).json["code"], "cross_site_request");
      assert.equal((await client.refresh({ headers })).status, 200);
      assert.equal((await client.get("/profile")).status, 200);
      await pass(pastAccessToken);
      assert.equal((await client.post("/auth/sign-in", alice, { headers })).status, 200);
    },
  },
];
