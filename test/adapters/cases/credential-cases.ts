import assert from "node:assert/strict";
import { encodeBase64url } from "../../../src/util/base64url.ts";
import { Visitor } from "../../support/visitor.ts";
import { pastAccessToken, type HttpCase, type ServedApp } from "../http-case.ts";

/** A client of the other carrier. */
async function signedIn(
  { base }: ServedApp,
  carrier: Visitor["carrier"],
  userId: string,
): Promise<Visitor> {
  const visitor = new Visitor(base, carrier);
  await visitor.login(userId);
  return visitor;
}

const text = new TextEncoder();

/** A token of another issuer, as a gateway or a proxy adds it. */
function foreignToken(payload: object): string {
  const parts = [{ alg: "EdDSA", typ: "at+jwt", kid: "theirs" }, payload];
  const encoded = parts.map((part) => encodeBase64url(text.encode(JSON.stringify(part))));
  return [...encoded, "A".repeat(86)].join(".");
}

const cookieNames = { session: "sym", hybrid: "sym_access", jwt: "sym_access" } as const;

/** Which credential of a request counts. */
export const credentialCases: readonly HttpCase[] = [
  {
    name: "a token of ours in the header decides alone, good or bad, whatever the cookie says",
    carriers: ["cookie"],
    async run(app) {
      const [browser, program] = [
        await signedIn(app, "cookie", "by-cookie"),
        await signedIn(app, "header", "by-header"),
      ];
      const both = { ...browser.credential(), ...program.credential() };
      const profile = await browser.get("/profile", { headers: both });
      assert.deepEqual([profile.json["userId"], profile.json["carrier"]], ["by-header", "header"]);

      await program.post("/logout");
      const refused = await browser.get("/profile", { headers: both });
      assert.equal(refused.json["code"], "session_revoked");
      assert.equal(refused.headers.get("www-authenticate"), 'Bearer error="invalid_token"');
      const forged = { authorization: `Bearer ${program.token.slice(0, -8)}AAAAAAAA` };
      const answer = await browser.get("/profile", { headers: forged });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("www-authenticate"), 'Bearer error="invalid_token"');
      assert.equal((await browser.get("/profile")).status, 200);
    },
  },
  {
    name: "what is not ours in the header is ignored: a proxy's Basic, a gateway's token, a refresh token",
    carriers: ["cookie"],
    async run(app) {
      const { visitor, store } = app;
      const browser = await signedIn(app, "cookie", "u1");
      await browser.get("/profile");
      store.takeCalls();
      for (const authorization of [
        "Basic YTpi",
        "Bearer",
        "Bearer abc",
        "Bearer a.b.c",
        `Bearer ${foreignToken({ iss: "https://gateway.example", sub: "admin" })}`,
        `Bearer ${foreignToken({ sub: "admin" })}`,
        `Bearer syr_${"A".repeat(104)}`,
        "DPoP abc",
      ]) {
        const headers = { authorization };
        assert.equal(
          (await browser.get("/profile", { headers })).json["userId"],
          "u1",
          authorization,
        );
        const stranger = await visitor().get("/profile", { headers });
        assert.equal(stranger.json["code"], "unauthenticated", authorization);
        assert.equal(stranger.headers.get("www-authenticate"), "Bearer");
      }
      assert.deepEqual(store.takeCalls(), []);
    },
  },
  {
    name: "a foreign token in the header does not notice an outage",
    async run({ visitor, store, beside }) {
      await visitor().login("u1");
      const { visitor: atOther } = await beside();
      store.failure = new Error("the store is down");
      const headers = {
        authorization: `Bearer ${foreignToken({ iss: "https://gateway.example" })}`,
      };
      assert.equal((await atOther().get("/status", { headers })).json["status"], "anonymous");
    },
  },
  {
    name: "a token of one kind is not taken in the place of another",
    carriers: ["header"],
    async run(app) {
      const { visitor, strategy } = app;
      const program = await signedIn(app, "header", "u1");
      const name = cookieNames[strategy];
      const { token } = program;
      for (const wrong of ["sym", "sym_access", "sym_refresh", "__Host-sym", "__Host-sym_access"]) {
        if (wrong === name) continue;
        const headers = { cookie: `${wrong}=${token}` };
        assert.equal((await visitor().get("/profile", { headers })).status, 401, wrong);
      }
      const right = { cookie: `${name}=${token}` };
      assert.equal((await visitor().get("/profile", { headers: right })).status, 200);
    },
  },
  {
    name: "two cookies of different logins are refused whichever comes first, and signing in mends it",
    carriers: ["cookie"],
    async run(app) {
      const { visitor, strategy, store } = app;
      const one = (await signedIn(app, "cookie", "u1")).token;
      const two = (await signedIn(app, "cookie", "u2")).token;
      const name = cookieNames[strategy];
      store.takeCalls();
      for (const [first, second] of [
        [one, two],
        [two, one],
      ] as const) {
        const headers = { cookie: `${name}=${first}; ${name}=${second}` };
        const answer = await visitor().get("/profile", { headers });
        assert.equal(answer.json["code"], "duplicate_cookie");
        assert.ok(answer.headers.getSetCookie().some((field) => field.startsWith(`${name}=;`)));
        const client = visitor();
        assert.equal((await client.login("u3", {}, { headers })).status, 200);
        assert.equal((await client.get("/profile")).json["userId"], "u3");
      }
    },
  },
  {
    name: "two cookies of different logins are refused also when the access token of one has had its time",
    carriers: ["cookie"],
    except: { session: "its credential does not end before its session" },
    async run(app) {
      const { visitor, strategy, pass } = app;
      const victim = (await signedIn(app, "cookie", "victim")).token;
      await pass(strategy === "jwt" ? 16 * 60_000 : pastAccessToken);
      const attacker = (await signedIn(app, "cookie", "attacker")).token;
      const headers = { cookie: `sym_access=${attacker}; sym_access=${victim}` };
      const answer = await visitor().get("/profile", { headers });
      assert.equal(answer.json["code"], "duplicate_cookie");
    },
  },
  {
    name: "of two access tokens of one login the newer counts, whichever comes first",
    carriers: ["cookie"],
    except: { session: "it has no access tokens", jwt: "nothing renews its tokens" },
    async run({ visitor, pass }) {
      const client = visitor();
      await client.login("u1");
      const old = client.token;
      await pass(pastAccessToken);
      await client.refresh();
      for (const pair of [
        [old, client.token],
        [client.token, old],
      ]) {
        const headers = { cookie: pair.map((token) => `sym_access=${token}`).join("; ") };
        assert.equal((await visitor().get("/profile", { headers })).json["userId"], "u1");
      }
    },
  },
  {
    name: "two refresh cookies of different logins are refused: one of them was planted",
    carriers: ["cookie"],
    except: { session: "it has no refresh tokens", jwt: "it has no refresh tokens" },
    async run(app) {
      const { visitor } = app;
      const tokens: string[] = [];
      for (const userId of ["attacker", "victim"]) {
        const { cookie = "" } = (await signedIn(app, "cookie", userId)).credential("/auth/refresh");
        tokens.push(/sym_refresh=([^;]+)/.exec(cookie)?.[1] ?? "");
      }
      const cookie = tokens.map((token) => `sym_refresh=${token}`).join("; ");
      const answer = await visitor().post("/auth/refresh", undefined, { headers: { cookie } });
      assert.equal(answer.json["code"], "duplicate_cookie");
      const fields = answer.headers.getSetCookie();
      assert.ok(fields.some((field) => /^sym_refresh=; Path=\S*\/auth\/refresh;/.test(field)));
      assert.ok(!fields.some((field) => /=(?:eyJ|syr_)/.test(field)));
    },
  },
];
