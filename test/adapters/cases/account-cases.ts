import assert from "node:assert/strict";
import { alice, bob } from "../../support/auth.ts";
import type { HttpCase } from "../http-case.ts";

const newPassword = "another long phrase";
const change = { currentPassword: alice.password, newPassword };

interface Listed {
  readonly id: string;
  readonly current: boolean;
  readonly device: { readonly name: string };
}

/** The account routes, and those of sessions. */
export const accountCases: readonly HttpCase[] = [
  {
    name: "registers and signs in by cookie or body, and answers a credential in one of them only",
    async run({ visitor, strategy, carrier }) {
      const ofBody = {
        session: ["expiresIn", "sessionToken", "tokenType"],
        hybrid: ["accessToken", "expiresIn", "refreshToken", "tokenType"],
        jwt: ["accessToken", "expiresIn", "tokenType"],
      };
      const client = visitor();
      for (const [answer, status] of [
        [await client.register(alice), 201],
        [await client.signIn(alice), 200],
      ] as const) {
        assert.equal(answer.status, status);
        assert.equal((answer.json["user"] as { email: string }).email, alice.email);
        const names = Object.keys((answer.json["tokens"] as object | undefined) ?? {}).sort();
        assert.deepEqual(names, carrier === "header" ? ofBody[strategy] : []);
        assert.equal(answer.headers.getSetCookie().length > 0, carrier === "cookie");
        assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
        assert.doesNotMatch(carrier === "cookie" ? answer.text : "", /sys_|syr_|eyJ/);
      }
      const { user, session } = (await client.get("/auth/session")).json as {
        user: { email: string };
        session: { id: string; methods: readonly string[] };
      };
      assert.equal(user.email, alice.email);
      assert.deepEqual(session.methods, ["pwd"]);
      assert.equal((await client.get("/profile")).json["sessionId"], session.id);
    },
  },
  {
    name: "ends the login that a sign-in comes over, and only that",
    async run({ visitor }) {
      const [client, other] = [visitor(), visitor()];
      await client.register(alice);
      await other.signIn(alice);
      const before = client.copy();
      await client.signIn(alice);
      assert.equal((await before.get("/auth/session")).json["code"], "session_revoked");
      assert.equal((await client.get("/auth/session")).status, 200);
      assert.equal((await other.get("/auth/session")).status, 200);
    },
  },
  {
    name: "signs out by route: nothing of the login is good any more, and a stranger may do it too",
    async run({ visitor, carrier }) {
      const client = visitor();
      await client.register(alice);
      const copy = client.copy();
      const answer = await client.post("/auth/sign-out");
      assert.equal(answer.status, 204);
      assert.equal(answer.headers.get("clear-site-data"), '"storage"');
      if (carrier === "cookie") assert.deepEqual([...client.cookies("/auth/refresh")], []);
      assert.equal((await copy.get("/auth/session")).json["code"], "session_revoked");
      assert.equal((await copy.refresh()).status, 401);
      const stranger = await visitor().post("/auth/sign-out");
      assert.equal(stranger.status, 204);
      assert.equal(stranger.headers.get("clear-site-data"), null);
    },
  },
  {
    name: "lists the sessions of the user, and ends one of them, but no stranger's",
    except: { jwt: "nobody knows of the other logins" },
    async run({ visitor }) {
      const laptop = visitor({ "user-agent": "curl/8.0" });
      await laptop.register(alice);
      const [phone, stranger] = [visitor(), visitor()];
      await phone.signIn(alice);
      await stranger.register(bob);
      const { sessions } = (await phone.get("/auth/sessions")).json as {
        sessions: readonly Listed[];
      };
      assert.deepEqual(new Set(sessions.map(({ current }) => current)), new Set([true, false]));
      assert.equal(sessions.length, 2);
      const other = sessions.find(({ current }) => !current);
      assert.equal(other?.device.name, "curl");
      const path = `/auth/sessions/${other?.id}`;
      assert.equal((await stranger.delete(path)).status, 404);
      assert.equal((await laptop.get("/auth/session")).status, 200);
      assert.equal((await phone.delete(path)).status, 204);
      assert.equal((await laptop.get("/auth/session")).json["code"], "session_revoked");
      assert.equal((await laptop.refresh()).status, 401);
      assert.equal((await phone.delete(path)).status, 404);
    },
  },
  {
    name: "lists the login that asks alone, and ends only that, where nothing is stored of logins",
    except: { session: "it stores them", hybrid: "it stores them" },
    async run({ visitor }) {
      const [laptop, phone] = [visitor(), visitor()];
      await laptop.register(alice);
      await phone.signIn(alice);
      const { sessions } = (await phone.get("/auth/sessions")).json as {
        sessions: readonly Listed[];
      };
      assert.deepEqual(
        sessions.map(({ current }) => current),
        [true],
      );
      const { sessionId } = (await laptop.get("/profile")).json;
      assert.equal((await phone.delete(`/auth/sessions/${String(sessionId)}`)).status, 404);
      assert.equal((await phone.delete(`/auth/sessions/${sessions[0]?.id}`)).status, 204);
      assert.equal((await laptop.get("/profile")).status, 200);
    },
  },
  {
    name: "a sign-out by the list is like one by its route",
    async run({ visitor, carrier }) {
      const client = visitor();
      await client.register(alice);
      const copy = client.copy();
      const { sessionId } = (await client.get("/profile")).json;
      const answer = await client.delete(`/auth/sessions/${String(sessionId)}`);
      assert.equal(answer.status, 204);
      assert.equal(answer.headers.get("clear-site-data"), '"storage"');
      if (carrier === "cookie") assert.deepEqual([...client.cookies("/auth/refresh")], []);
      assert.equal((await copy.get("/profile")).json["code"], "session_revoked");
    },
  },
  {
    name: "ends all other sessions of the user and goes on with this one",
    except: { jwt: "nobody knows of the other logins" },
    async run({ visitor }) {
      const [laptop, phone, stranger] = [visitor(), visitor(), visitor()];
      await laptop.register(alice);
      await phone.signIn(alice);
      await stranger.register(bob);
      assert.equal((await phone.delete("/auth/sessions")).status, 200);
      assert.equal((await laptop.get("/auth/session")).json["code"], "session_revoked");
      assert.equal((await laptop.refresh()).status, 401);
      assert.equal((await phone.get("/auth/session")).status, 200);
      assert.equal((await stranger.get("/auth/session")).status, 200);
    },
  },
  {
    name: "a change of password puts others and every copy out, and keeps the client and its data in",
    async run({ visitor, strategy, carrier }) {
      const [client, other] = [visitor(), visitor()];
      await client.register(alice);
      await other.signIn(alice);
      if (strategy !== "jwt") await client.get("/visits");
      const copy = client.copy();
      const wrong = { currentPassword: newPassword, newPassword };
      assert.equal((await client.post("/auth/password", wrong)).status, 401);
      const answer = await client.post("/auth/password", change);
      assert.equal(answer.status, carrier === "cookie" ? 204 : 200);
      assert.equal(answer.text === "", carrier === "cookie");
      for (const out of [other, copy]) {
        assert.equal((await out.get("/auth/session")).json["code"], "session_revoked");
        assert.equal((await out.refresh()).status, 401);
      }
      assert.equal((await client.get("/auth/session")).status, 200);
      if (strategy !== "jwt") assert.equal((await client.get("/visits")).json["visits"], 2);
      assert.equal((await client.refresh()).status, 200);
      assert.equal((await other.signIn(alice)).json["code"], "invalid_credentials");
      assert.equal((await other.signIn({ ...alice, password: newPassword })).status, 200);
    },
  },
  {
    name: "answers HEAD, OPTIONS, trailing slashes and unknown methods like any route",
    async run({ visitor }) {
      const client = visitor();
      await client.register(bob);
      assert.equal((await client.get("/auth/session/")).status, 200);
      const head = await client.send("/auth/session", { method: "HEAD" });
      assert.deepEqual([head.status, head.text], [200, ""]);
      const options = await client.send("/auth/session", { method: "OPTIONS" });
      assert.equal(options.headers.get("allow"), "GET, HEAD, OPTIONS");
      const wrong = await client.send("/auth/sign-in", { method: "PUT" });
      assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "POST, OPTIONS"]);
    },
  },
  {
    name: "answers malformed bodies with a problem that says what is wrong",
    carriers: ["cookie"],
    async run({ visitor, parsesJson, strategy }) {
      const client = visitor();
      const cases: readonly (readonly [
        path: string,
        body: string,
        type: string,
        status: number,
        code: string,
      ])[] = [
        ["sign-in", "{", "application/json", 400, "malformed_request"],
        ["sign-in", "[1]", "application/json", 400, "malformed_request"],
        ["sign-in", "email=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type"],
        ["sign-in", '{"email":"a@b.c"}', "text/plain", 415, "unsupported_media_type"],
        ["sign-in", '{"email":5,"password":[]}', "application/json", 422, "invalid_input"],
        ...(strategy === "hybrid"
          ? ([
              ["refresh", "{", "application/json", 400, "malformed_request"],
              ["refresh", '{"refreshToken":5}', "application/json", 422, "invalid_input"],
              ["refresh", '{"refreshToken":""}', "application/json", 401, "invalid_token"],
              ["refresh", "refreshToken=a", "text/plain", 415, "unsupported_media_type"],
            ] as const)
          : []),
      ];
      for (const [path, body, type, status, code] of cases) {
        const headers = { "content-type": type };
        const answer = await client.post(`/auth/${path}`, body, { headers });
        assert.equal(
          answer.status,
          status,
          `${path} ${type} ${body}: ${answer.text.slice(0, 100)}`,
        );
        if (!(parsesJson && body === "{")) assert.equal(answer.json["code"], code);
      }
    },
  },
];
