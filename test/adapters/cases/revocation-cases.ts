import assert from "node:assert/strict";
import type { Auth } from "symbolon";
import { alice } from "../../support/auth.ts";
import type { HttpCase } from "../http-case.ts";

const everyone = ["ada", "ben", "cy"] as const;

/** What ends, of ada and ben of tenant t1, and cy of t2. */
const revocations: readonly [
  what: string,
  out: readonly string[],
  revoke: (auth: Auth) => Promise<unknown>,
][] = [
  ["a user", ["ada"], (auth) => auth.sessions.revokeAll({ userId: "ada" })],
  ["a tenant", ["ada", "ben"], (auth) => auth.sessions.revokeAll({ tenantId: "t1" })],
  ["everyone", everyone, (auth) => auth.sessions.revokeAll({ everyone: true })],
];

/** What others decide about a login. */
export const revocationCases: readonly HttpCase[] = [
  ...revocations.map(([what, out, revoke]): HttpCase => ({
    name: `revoking ${what} ends those sessions at the next request, and whoever signs in after is in`,
    async run({ visitor, auth }) {
      const visitors = everyone.map((userId) => ({ userId, client: visitor() }));
      const tenantOf = (userId: string): string => (userId === "cy" ? "t2" : "t1");
      for (const { userId, client } of visitors) {
        await client.login(userId, { tenantId: tenantOf(userId) });
        assert.equal((await client.get("/profile")).status, 200);
      }
      await revoke(auth);
      for (const { userId, client } of visitors) {
        const isOut = out.includes(userId);
        const answer = await client.get("/profile");
        assert.equal(answer.json["code"], isOut ? "session_revoked" : undefined, userId);
        assert.equal((await client.refresh()).status, isOut ? 401 : 200, userId);
        await client.login(userId, { tenantId: tenantOf(userId) });
        assert.equal((await client.get("/profile")).status, 200, userId);
      }
    },
  })),
  {
    name: "revoking one session by its id ends that one, in every process within the lease",
    async run({ visitor, auth, beside, pass }) {
      const [client, other] = [visitor(), visitor()];
      await client.login("u1");
      await other.login("u1");
      const elsewhere = await beside();
      assert.equal((await client.at(elsewhere.base).get("/profile")).status, 200);
      await auth.sessions.revoke(String((await client.get("/profile")).json["sessionId"]));
      assert.equal((await client.get("/profile")).json["code"], "session_revoked");
      await pass(2_500);
      const answer = await client.at(elsewhere.base).get("/profile");
      assert.equal(answer.json["code"], "session_revoked");
      assert.equal((await other.at(elsewhere.base).get("/profile")).status, 200);
    },
  },
  {
    name: "a session that ends while a route looks it up is answered as ended, not as nothing",
    except: {
      session: "its check is that look-up, which requests share",
      jwt: "nothing is looked up",
    },
    async run({ visitor, store }) {
      const client = visitor();
      await client.register(alice);
      const copy = client.copy();
      const held = store.hold("sessions.find");
      const asked = copy.get("/auth/session");
      await held.reached;
      await client.post("/auth/sign-out");
      held.release();
      assert.equal((await asked).json["code"], "session_revoked");
    },
  },
  {
    name: "a role that changes for all sessions of a user is what the next request has",
    async run({ visitor, auth, strategy }) {
      const [client, other] = [visitor(), visitor()];
      await client.login("u1");
      await other.login("u2");
      assert.equal((await client.get("/admin")).status, 403);
      await auth.sessions.updateAll("u1", { claims: { role: "admin" } });
      const answer = await client.get("/admin");
      if (strategy === "jwt") assert.equal(answer.json["code"], "token_outdated");
      else assert.equal(answer.status, 200);
      assert.equal((await other.get("/admin")).status, 403);
      await client.login("u1", { role: "admin" });
      assert.equal((await client.get("/admin")).status, 200);
    },
  },
  {
    name: "claims of one session that change are what its next request has, also after a refresh",
    except: { jwt: "there is no session to change" },
    async run({ visitor, auth, pass, strategy }) {
      const [client, other] = [visitor(), visitor()];
      await client.login("u1");
      await other.login("u1");
      const { sessionId } = (await client.get("/profile")).json;
      await auth.sessions.update(String(sessionId), { claims: { role: "admin", since: 1 } });
      for (let time = 0; time < 2; time += 1) {
        assert.deepEqual((await client.get("/profile")).json["claims"], {
          role: "admin",
          since: 1,
        });
        assert.deepEqual((await other.get("/profile")).json["claims"], { role: "reader" });
        if (strategy !== "hybrid") continue;
        await pass(6 * 60_000);
        await Promise.all([client.refresh(), other.refresh()]);
      }
      await auth.sessions.update(String(sessionId), { claims: {} });
      assert.deepEqual((await client.get("/profile")).json["claims"], {});
    },
  },
  {
    name: "changed claims ask the store once, not with every request",
    except: { jwt: "it refuses what is outdated" },
    async run({ visitor, auth, store }) {
      const client = visitor();
      await client.login("u1");
      await client.get("/profile");
      await auth.sessions.updateAll("u1", { claims: { role: "admin" } });
      store.takeCalls();
      for (let time = 0; time < 3; time += 1)
        assert.equal((await client.get("/admin")).status, 200);
      const reads = store.takeCalls().filter((call) => call !== "revocation.sync");
      assert.deepEqual(reads, ["sessions.find"]);
    },
  },
  {
    name: "a deployment that goes from session to hybrid keeps its people signed in, while both run and after",
    except: { hybrid: "it begins as session", jwt: "it cannot be changed to" },
    async run({ visitor, carrier, beside, auth, pass }) {
      const client = visitor();
      await client.register(alice);
      await client.get("/visits");
      const hybrid = await beside({ strategy: "hybrid" });
      const there = client.at(hybrid.base);
      const { json } = await there.get("/profile");
      assert.deepEqual([json["strategy"], json["carrier"]], ["session", carrier]);
      assert.equal((await client.get("/visits")).json["visits"], 2, "the old ones go on too");
      await auth.close();
      await pass(86_400_000);
      assert.equal((await there.get("/visits")).json["visits"], 3);
      assert.equal((await there.get("/auth/session")).status, 200);
      const copy = there.copy();
      const body = { currentPassword: alice.password, newPassword: "another long phrase" };
      assert.ok((await there.post("/auth/password", body)).status < 300);
      assert.equal((await copy.get("/profile")).json["code"], "session_revoked");
      assert.equal((await there.get("/profile")).json["strategy"], "hybrid");
      assert.equal((await there.get("/visits")).json["visits"], 4);
      await there.post("/auth/sign-out");
      assert.equal((await there.get("/profile")).status, 401);
    },
  },
];
