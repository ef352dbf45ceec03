import assert from "node:assert/strict";
import { alice } from "../../support/auth.ts";
import { crossSite, pastAccessToken, type HttpCase } from "../http-case.ts";

/** `POST /auth/refresh`. */
export const refreshCases: readonly HttpCase[] = [
  {
    name: "a refresh answers the session, and new tokens only the way that the refresh token came",
    async run({ visitor, strategy, carrier, clock }) {
      const client = visitor();
      await client.register(alice);
      const before = client.token;
      clock.advance(61_000);
      const answer = await client.refresh();
      assert.equal(answer.status, 200, answer.text);
      const { id } = answer.json["session"] as { id: string };
      assert.equal(id, (await client.get("/profile")).json["sessionId"]);
      const isRenewed = strategy === "hybrid";
      assert.equal("tokens" in answer.json, isRenewed && carrier === "header");
      assert.equal(answer.headers.getSetCookie().length > 0, isRenewed && carrier === "cookie");
      assert.equal(client.token !== before, isRenewed);
      if (isRenewed && carrier === "cookie") assert.doesNotMatch(answer.text, /syr_|eyJ/);
    },
  },
  {
    name: "asks a stranger to sign in, also with an access token where a refresh token is asked for",
    async run({ visitor, strategy }) {
      assert.equal((await visitor().refresh()).json["code"], "unauthenticated");
      const client = visitor();
      await client.register(alice);
      if (strategy !== "hybrid") return;
      const answer = await visitor().post("/auth/refresh", { refreshToken: client.token });
      assert.equal(answer.json["code"], "invalid_token");
    },
  },
  {
    name: "an access token that has had its time is refused as such, and a refresh goes on with the login",
    except: { session: "it has no access tokens", jwt: "nothing renews its tokens" },
    async run({ visitor, carrier, pass }) {
      const client = visitor();
      await client.register(alice);
      const { sessionId, authenticatedAt } = (await client.get("/profile")).json;
      for (let time = 0; time < 4; time += 1) {
        await pass(pastAccessToken);
        const expired = await client.get("/profile");
        assert.equal(expired.json["code"], "token_expired");
        assert.equal(
          expired.headers.get("www-authenticate"),
          carrier === "header" ? 'Bearer error="invalid_token"' : "Bearer",
        );
        assert.equal((await client.refresh()).status, 200);
        const { json } = await client.get("/profile");
        assert.deepEqual(
          [json["sessionId"], json["authenticatedAt"]],
          [sessionId, authenticatedAt],
        );
      }
    },
  },
  {
    name: "a jwt that has had its time asks for another sign-in, and nothing renews it",
    except: { session: "it has no access tokens", hybrid: "it has refresh tokens" },
    async run({ visitor, pass }) {
      const client = visitor();
      await client.register(alice);
      await pass(16 * 60_000);
      for (const path of ["/profile", "/auth/session"]) {
        assert.equal((await client.get(path)).json["code"], "token_expired");
      }
      assert.equal((await client.refresh()).json["code"], "token_expired");
      assert.equal((await client.signIn(alice)).status, 200);
      assert.equal((await client.get("/profile")).status, 200);
    },
  },
  {
    name: "a refresh token of old ends the session, for the thief and for the owner",
    except: { session: "it has no refresh tokens", jwt: "it has no refresh tokens" },
    async run({ visitor, pass, auth }) {
      const events: unknown[] = [];
      auth.on("refresh_token.reused", (event) => events.push(event));
      const owner = visitor();
      await owner.register(alice);
      const thief = owner.copy();
      for (let time = 0; time < 3; time += 1) {
        await pass(pastAccessToken);
        assert.equal((await owner.refresh()).status, 200);
      }
      assert.equal((await owner.get("/profile")).status, 200);
      assert.equal((await thief.refresh()).json["code"], "refresh_token_reused");
      assert.equal(events.length, 1);
      for (const each of [owner, thief]) {
        assert.equal((await each.refresh()).json["code"], "session_revoked");
      }
      assert.equal((await owner.get("/profile")).json["code"], "session_revoked");
    },
  },
  {
    name: "tabs that refresh at once are all served, and so is a client whose answer was lost",
    except: { session: "it has no refresh tokens", jwt: "it has no refresh tokens" },
    async run({ visitor, pass }) {
      const client = visitor();
      await client.register(alice);
      for (let time = 0; time < 3; time += 1) {
        await pass(pastAccessToken);
        const lost = client.copy();
        await lost.refresh();
        const tabs = await Promise.all([1, 2, 3].map(() => client.refresh()));
        assert.deepEqual(
          tabs.map(({ status }) => status),
          [200, 200, 200],
        );
        assert.equal((await client.get("/profile")).status, 200);
      }
    },
  },
  {
    name: "a refresh by cookie that another site's page asks for is refused, and changes nothing",
    carriers: ["cookie"],
    async run({ visitor, store }) {
      const client = visitor();
      await client.register(alice);
      store.takeCalls();
      const answer = await client.refresh({ headers: crossSite });
      assert.equal(answer.json["code"], "cross_site_request");
      assert.deepEqual(answer.headers.getSetCookie(), []);
      assert.deepEqual(store.takeCalls(), []);
      assert.equal((await client.refresh()).status, 200);
    },
  },
  {
    name: "a sign-out with an access token that has had its time ends the session all the same",
    except: { session: "it has no access tokens", jwt: "what has expired need not end" },
    async run({ visitor, pass, auth }) {
      const client = visitor();
      await client.login("u1");
      await pass(pastAccessToken);
      const copy = client.copy();
      assert.equal((await client.post("/auth/sign-out")).status, 204);
      assert.deepEqual(await auth.sessions.list("u1"), []);
      assert.equal((await copy.refresh()).json["code"], "session_revoked");
    },
  },
  {
    name: "a sign-in over a login whose access token has had its time ends that login",
    except: { session: "it has no access tokens", jwt: "what has expired need not end" },
    async run({ visitor, pass, auth }) {
      const client = visitor();
      await client.login("u1");
      await client.get("/visits");
      await pass(pastAccessToken);
      const copy = client.copy();
      assert.equal((await client.login("u1")).status, 200);
      assert.equal((await auth.sessions.list("u1")).length, 1);
      assert.equal((await copy.refresh()).json["code"], "session_revoked");
    },
  },
];
