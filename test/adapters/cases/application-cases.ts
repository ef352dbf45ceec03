import assert from "node:assert/strict";
import { pastAccessToken, type HttpCase, minute } from "../http-case.ts";

/** What the application's own routes do with `req.auth`. */
export const applicationCases: readonly HttpCase[] = [
  {
    name: "signs in, knows the user, and signs out; a copy of the credential is out too",
    async run({ visitor, strategy, carrier }) {
      const client = visitor();
      assert.equal((await client.get("/profile")).status, 401);
      assert.equal((await client.login("u1", { tenantId: "t1" })).status, 200);
      const profile = await client.get("/profile");
      assert.equal(profile.status, 200);
      const { userId, tenantId, claims, ...rest } = profile.json;
      assert.deepEqual([userId, tenantId, claims], ["u1", "t1", { role: "reader" }]);
      assert.deepEqual([rest["carrier"], rest["strategy"]], [carrier, strategy]);
      assert.deepEqual([rest["methods"], rest["assuranceLevel"]], [["pwd"], "aal1"]);

      const copy = client.copy();
      assert.equal((await client.post("/logout")).status, 200);
      if (carrier === "cookie") assert.deepEqual([...client.cookies("/auth/refresh")], []);
      assert.equal((await copy.get("/profile")).json["code"], "session_revoked");
    },
  },
  {
    name: "asks the store nothing for anonymous requests and for forged credentials",
    async run({ visitor, store }) {
      // With the first credential that it issues or is shown, a process reads the keys that all processes share.
      const honest = visitor();
      await honest.login("u1");
      const forged = `${honest.token.slice(0, -8)}AAAAAAAA`;
      const stranger = visitor();
      store.takeCalls();
      await stranger.get("/status");
      for (const token of ["garbage", forged, `sys_${"A".repeat(22)}.${"A".repeat(54)}`]) {
        for (const headers of [
          { cookie: `sym=${token}` },
          { cookie: `sym_access=${token}` },
          { authorization: `Bearer ${token}` },
        ]) {
          assert.equal((await stranger.get("/profile", { headers })).status, 401, token);
        }
      }
      const headers = { authorization: "Basic YTpi" };
      assert.equal((await stranger.get("/profile", { headers })).status, 401);
      assert.deepEqual(store.takeCalls(), []);
    },
  },
  {
    name: "asks the store once for a session token that it sees first, and never for an access token",
    async run({ visitor, store, strategy }) {
      const client = visitor();
      await client.login("u1");
      store.takeCalls();
      assert.equal((await client.get("/profile")).status, 200);
      assert.deepEqual(store.takeCalls(), strategy === "session" ? ["sessions.find"] : []);
      assert.equal((await client.get("/profile")).status, 200);
      assert.deepEqual(store.takeCalls(), []);
    },
  },
  {
    name: "keeps a guest's data through sign-in, and takes the guest's session and cookie away",
    carriers: ["cookie"],
    except: { jwt: "there is no session to keep data on" },
    async run({ visitor }) {
      const client = visitor();
      assert.equal((await client.get("/visits")).json["visits"], 1);
      assert.equal((await client.get("/visits")).json["visits"], 2);
      const guest = client.copy();
      const planted = client.cookies().get("sym");
      await client.login("u1");
      assert.ok(
        ![...client.cookies().values()].includes(planted ?? ""),
        "the guest's cookie is gone",
      );
      assert.equal((await client.get("/visits")).json["visits"], 3);
      assert.equal((await guest.get("/status")).json["status"], "refused");
    },
  },
  {
    name: "keeps no data where nothing is stored of a login, and says so to the developer",
    except: { session: "it has sessions", hybrid: "it has sessions" },
    async run({ visitor, auth }) {
      const client = visitor();
      await client.login("u1");
      assert.equal((await client.get("/visits")).status, 500);
      const input = { userId: "u1", data: { visits: 1 } };
      const head = { method: "POST", headers: { host: "localhost" } };
      await assert.rejects(auth.signIn(input, head), TypeError);
    },
  },
  {
    name: "opens no guest's session for a user whose access token has had its time",
    except: { session: "its credential does not end before its session", jwt: "it has no guests" },
    async run({ visitor, pass }) {
      const client = visitor();
      await client.login("u1");
      await client.get("/visits");
      await pass(pastAccessToken);
      const answer = await client.get("/visits");
      assert.equal(answer.json["code"], "token_expired");
      assert.deepEqual(answer.headers.getSetCookie(), []);
      assert.equal((await client.get("/auth/csrf")).headers.getSetCookie().length, 0);
      assert.equal((await client.getRenewed("/visits")).json["visits"], 2);
    },
  },
  {
    name: "lets nothing be cached that sets a credential's cookie, whatever the application says",
    carriers: ["cookie"],
    async run({ visitor, strategy }) {
      const answer = await visitor().post("/cached-login?userId=u1");
      assert.equal(answer.headers.get("cache-control"), "private, no-store");
      assert.equal(answer.headers.get("cdn-cache-control"), null);
      const names = answer.headers.getSetCookie().map((field) => field.split("=")[0] ?? "");
      const ours = { session: ["sym"], hybrid: ["sym_access", "sym_refresh"], jwt: ["sym_access"] };
      assert.deepEqual(
        new Set(names),
        new Set([...ours[strategy], "theme", "lang"]),
        "the application's own cookies stay",
      );
    },
  },
  {
    name: "asks for a fresh sign-in with a step-up challenge, also after a refresh, and is content after it",
    async run({ visitor, pass }) {
      const client = visitor();
      await client.login("u1");
      assert.equal((await client.get("/fresh")).status, 200);
      await pass(5 * minute + 1_000);
      const stale = await client.getRenewed("/fresh");
      assert.equal(stale.status, 401);
      assert.equal(stale.json["code"], "step_up_required");
      assert.equal(
        stale.headers.get("www-authenticate"),
        'Bearer error="insufficient_user_authentication", max_age="300"',
      );
      assert.equal((await client.getRenewed("/profile")).status, 200);
      await client.login("u1");
      assert.equal((await client.get("/fresh")).status, 200);
    },
  },
  {
    name: "answers 403 when a claim is missing",
    async run({ visitor }) {
      const client = visitor();
      await client.login("u1");
      const answer = await client.get("/admin");
      assert.equal(answer.status, 403);
      assert.equal(answer.json["code"], "forbidden");
      await client.login("u1", { role: "admin" });
      assert.equal((await client.get("/admin")).status, 200);
    },
  },
  {
    name: "sends a person who asked for a page to the sign-in page, and a program a 401",
    async run({ visitor, base, pass }) {
      const client = visitor();
      const asPerson = { headers: { accept: "text/html,*/*" } };
      const next = `${new URL(base).pathname.replace(/\/$/, "")}/page?a=1`;
      const signInPage = `/sign-in?next=${encodeURIComponent(next)}`;
      const stranger = await client.get("/page?a=1", asPerson);
      assert.deepEqual([stranger.status, stranger.headers.get("location")], [303, signInPage]);
      const asProgram = { headers: { accept: "application/json" } };
      assert.equal((await client.get("/page", asProgram)).status, 401);

      await client.login("u1");
      assert.equal((await client.get("/page?a=1", asPerson)).status, 200);
      await pass(8 * 24 * 60 * minute);
      const expired = await client.get("/page?a=1", asPerson);
      assert.deepEqual([expired.status, expired.headers.get("location")], [303, signInPage]);
    },
  },
];
