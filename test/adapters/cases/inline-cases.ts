import assert from "node:assert/strict";
import { crossSite, pastAccessToken, type HttpCase } from "../http-case.ts";

const inline = {
  carriers: ["cookie"],
  except: { session: "it has no refresh tokens", jwt: "it has no refresh tokens" },
  options: { refresh: "inline" },
} as const;

/** `refresh: "inline"`: any request renews. */
export const inlineCases: readonly HttpCase[] = [
  {
    ...inline,
    name: "inline: any request renews a login whose access token has had its time, or is not there",
    async run({ visitor, pass }) {
      const client = visitor();
      await client.login("u1");
      await client.get("/visits");
      for (let time = 0; time < 4; time += 1) {
        await pass(pastAccessToken);
        const answer = await client.get("/profile");
        assert.equal(answer.json["userId"], "u1");
        assert.ok(answer.headers.getSetCookie().some((field) => field.startsWith("sym_access=")));
        assert.equal(answer.headers.get("cache-control"), "private, no-store");
        assert.doesNotMatch(answer.text, /syr_|eyJ/);
        assert.deepEqual((await client.get("/profile")).headers.getSetCookie(), []);
      }
      assert.equal((await client.get("/visits")).json["visits"], 2);
      const refresh = client.cookies().get("sym_refresh_inline") ?? "";
      const headers = { cookie: `sym_refresh_inline=${refresh}` };
      assert.equal((await client.get("/profile", { headers })).json["userId"], "u1");
    },
  },
  {
    ...inline,
    name: "inline: a request of another site's page renews nothing that may change something",
    async run({ visitor, pass, store }) {
      const client = visitor();
      await client.login("u1");
      await pass(pastAccessToken);
      store.takeCalls();
      const answer = await client.post("/logout", undefined, { headers: crossSite });
      assert.equal(answer.json["code"], "cross_site_request");
      assert.deepEqual(answer.headers.getSetCookie(), []);
      assert.ok(!store.takeCalls().some((call) => call.startsWith("sessions.")));
      assert.equal((await client.get("/profile")).status, 200);
    },
  },
  {
    ...inline,
    name: "inline: what was revoked is not renewed, and the cookies of a sign-out stay away",
    async run({ visitor, pass, auth }) {
      const [client, other] = [visitor(), visitor()];
      await client.login("u1");
      await other.login("u1");
      await pass(pastAccessToken);
      const copy = client.copy();
      assert.equal((await client.post("/logout")).status, 200);
      assert.deepEqual([...client.cookies()], []);
      const refused = await copy.get("/profile");
      assert.equal(refused.json["code"], "session_revoked");
      assert.deepEqual(refused.headers.getSetCookie(), []);
      await auth.sessions.revokeAll({ userId: "u1" });
      assert.equal((await other.get("/profile")).json["code"], "session_revoked");
    },
  },
  {
    ...inline,
    name: "inline: a refresh token of old ends the session, and says so",
    async run({ visitor, pass }) {
      const owner = visitor();
      await owner.login("u1");
      const thief = owner.copy();
      for (let time = 0; time < 3; time += 1) {
        await pass(pastAccessToken);
        assert.equal((await owner.get("/profile")).status, 200);
      }
      const caught = await thief.get("/profile");
      assert.equal(caught.json["code"], "refresh_token_reused");
      assert.deepEqual(caught.headers.getSetCookie(), []);
      assert.equal((await owner.get("/profile")).json["code"], "session_revoked");
    },
  },
  {
    ...inline,
    name: "inline: a cookie of a guest before sign-in does not keep the login from being renewed",
    async run({ visitor, pass }) {
      const client = visitor();
      await client.get("/visits");
      await client.login("u1");
      await pass(pastAccessToken);
      const pairs = [...client.cookies()].filter(([name]) => name !== "sym_access");
      const headers = { cookie: pairs.map((pair) => pair.join("=")).join("; ") };
      assert.equal((await client.get("/profile", { headers })).json["userId"], "u1");
    },
  },
  {
    ...inline,
    name: "inline: in an outage a login that cannot be renewed is answered 503, and keeps its cookies",
    async run({ visitor, pass, store }) {
      const client = visitor();
      await client.login("u1");
      await pass(pastAccessToken);
      store.failure = new Error("the store is down");
      const answer = await client.get("/profile");
      assert.equal(answer.status, 503);
      assert.deepEqual(answer.headers.getSetCookie(), []);
      assert.equal((await client.get("/status")).json["status"], "unavailable");
      store.failure = null;
      await pass(61_000);
      assert.equal((await client.get("/profile")).status, 200);
    },
  },
];
