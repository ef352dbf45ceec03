import assert from "node:assert/strict";
import { alice } from "../../support/auth.ts";
import type { HttpCase } from "../http-case.ts";

const down = (): Error => new Error("connect ECONNREFUSED db.internal:5432");

/** The store does not answer. */
export const outageCases: readonly HttpCase[] = [
  {
    name: "in an outage a login is answered 503 with Retry-After when the lease has passed, and keeps its cookies",
    async run({ visitor, store, pass }) {
      const client = visitor();
      await client.register(alice);
      const before = client.credential("/auth/refresh");
      assert.equal((await client.get("/profile")).status, 200);
      store.failure = down();
      assert.equal((await client.get("/profile")).status, 200, "within the lease nothing is asked");
      await pass(3_000);
      for (const [method, path] of [
        ["GET", "/profile"],
        ["POST", "/logout"],
        ["GET", "/auth/session"],
        ["GET", "/auth/sessions"],
        ["DELETE", "/auth/sessions"],
        ["POST", "/auth/sign-out"],
        ["POST", "/login?userId=u2"],
      ] as const) {
        const answer = await client.send(path, { method });
        assert.equal(answer.status, 503, path);
        assert.equal(answer.json["code"], "store_unavailable");
        assert.ok(Number(answer.headers.get("retry-after")) >= 1);
        assert.deepEqual(answer.headers.getSetCookie(), [], path);
        assert.equal(answer.headers.get("clear-site-data"), null);
        assert.doesNotMatch(answer.text, /ECONNREFUSED/);
      }
      assert.equal((await client.refresh()).status, 503);
      assert.deepEqual(client.credential("/auth/refresh"), before);
      assert.equal((await client.get("/status")).json["status"], "unavailable");

      store.failure = null;
      await pass(61_000);
      assert.equal((await client.get("/profile")).status, 200);
    },
  },
  {
    name: "in an outage a route with staleFor goes on with a known login for that long, and not with what was revoked before",
    async run({ visitor, store, auth, pass }) {
      const [client, out] = [visitor(), visitor()];
      await client.login("u1");
      await out.login("u2");
      for (const each of [client, out]) assert.equal((await each.get("/stale")).status, 200);
      await auth.sessions.revokeAll({ userId: "u2" });
      store.failure = down();
      await pass(10_000);
      assert.equal((await client.get("/profile")).status, 503);
      assert.equal((await client.get("/stale")).json["userId"], "u1");
      assert.notEqual((await out.get("/stale")).status, 200);
      await pass(15_000);
      assert.equal((await client.get("/stale")).status, 503);
    },
  },
  {
    name: "in an outage a login that this process has never seen is known by its signature alone, where it has one",
    async run({ visitor, store, strategy, pass }) {
      const client = visitor();
      await client.login("u1");
      store.failure = down();
      await pass(3_000);
      assert.equal((await client.get("/stale")).status, strategy === "session" ? 503 : 200);
    },
  },
];
