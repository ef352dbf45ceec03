import assert from "node:assert/strict";
import type { FakeClock } from "symbolon/testing";
import { alice, bob } from "../support/auth.ts";
import { Client } from "../support/client.ts";

/**
 * The application that every adapter serves, with accounts and these routes of its own:
 * `POST /login?userId=…` signs in with the claim `role: "reader"` · `GET /profile` guarded, answers the principal ·
 * `GET /status` answers `{ status }` · `POST /logout` · `GET /visits` counts visits in the session's data ·
 * `GET /fresh` guarded with `maxAge: "5m"` · `GET /admin` guarded with the claim `role: "admin"` ·
 * `POST /cached-login` signs in and asks caches to keep the answer · `GET /page` guarded with a sign-in page.
 */
export interface ServedApp {
  readonly base: string;
  /** Whether the application reads JSON bodies itself, and answers those that are none. */
  readonly parsesJson?: boolean;
  readonly clock: FakeClock;
  /** Calls of the store since the last time it was asked. */
  readonly storeCalls: () => number;
}

export interface HttpCase {
  readonly name: string;
  readonly run: (app: ServedApp) => Promise<void>;
}

const crossSite = { "sec-fetch-site": "cross-site", origin: "https://attacker.example" } as const;

/** What every adapter must do, the same everywhere. */
export const httpCases: readonly HttpCase[] = [
  {
    name: "signs in, knows the user, and signs out",
    async run({ base }) {
      const client = new Client(base);
      assert.equal((await client.get("/profile")).status, 401);
      assert.equal((await client.post("/login?userId=u1")).status, 200);
      const profile = await client.get("/profile");
      assert.equal(profile.status, 200);
      assert.equal(profile.json["userId"], "u1");
      assert.equal(profile.json["carrier"], "cookie");
      assert.equal((await client.post("/logout")).status, 200);
      assert.equal(client.cookie, "", "the cookie is gone");
      assert.equal((await client.get("/profile")).status, 401);
    },
  },
  {
    name: "asks the store nothing for anonymous requests and for forged credentials",
    async run({ base, storeCalls }) {
      // With the first credential that it issues or is shown, a process reads the keys that all processes share.
      await new Client(base).post("/login?userId=u1");
      const client = new Client(base);
      storeCalls();
      await client.get("/status");
      await client.get("/profile");
      await client.get("/profile", { headers: { cookie: "sym=garbage" } });
      await client.get("/profile", {
        headers: { authorization: `Bearer sys_${"A".repeat(22)}.${"A".repeat(54)}` },
      });
      await client.get("/profile", { headers: { authorization: "Basic YTpi" } });
      assert.equal(storeCalls(), 0);
    },
  },
  {
    name: "asks the store once for a request with a session",
    async run({ base, storeCalls }) {
      const client = new Client(base);
      await client.post("/login?userId=u1");
      storeCalls();
      assert.equal((await client.get("/profile")).status, 200);
      assert.equal(storeCalls(), 1);
    },
  },
  {
    name: "refuses an unsafe request with a cookie from another site, and changes nothing",
    async run({ base }) {
      const client = new Client(base);
      await client.post("/login?userId=u1");
      const refused = await client.post("/logout", undefined, { headers: crossSite });
      assert.equal(refused.status, 403);
      assert.equal(refused.json["code"], "cross_site_request");
      assert.equal((await client.get("/profile")).status, 200);
      assert.equal(
        (await client.get("/profile", { headers: crossSite })).status,
        200,
        "reading is harmless",
      );
    },
  },
  {
    name: "keeps a guest's data through sign-in, and takes the guest's session away",
    async run({ base }) {
      const client = new Client(base);
      assert.equal((await client.get("/visits")).json["visits"], 1);
      assert.equal((await client.get("/visits")).json["visits"], 2);
      const guest = client.cookie;
      await client.post("/login?userId=u1");
      assert.notEqual(client.cookie, guest);
      assert.equal((await client.get("/visits")).json["visits"], 3);
      assert.equal(
        (await client.get("/status", { headers: { cookie: guest } })).json["status"],
        "refused",
      );
    },
  },
  {
    name: "lets nothing be cached that sets a session cookie, whatever the application says",
    async run({ base }) {
      const answer = await new Client(base).post("/cached-login?userId=u1");
      assert.equal(answer.headers.get("cache-control"), "private, no-store");
      assert.equal(answer.headers.get("cdn-cache-control"), null);
      assert.equal(answer.headers.getSetCookie().length, 2, "the application's own cookie stays");
    },
  },
  {
    name: "asks for a fresh sign-in with a step-up challenge, and is content after it",
    async run({ base, clock }) {
      const client = new Client(base);
      await client.post("/login?userId=u1");
      assert.equal((await client.get("/fresh")).status, 200);
      clock.advance(5 * 60_000 + 1);
      const stale = await client.get("/fresh");
      assert.equal(stale.status, 401);
      assert.equal(stale.json["code"], "step_up_required");
      assert.equal(
        stale.headers.get("www-authenticate"),
        'Bearer error="insufficient_user_authentication", max_age="300"',
      );
      assert.equal((await client.get("/profile")).status, 200);
      await client.post("/login?userId=u1");
      assert.equal((await client.get("/fresh")).status, 200);
    },
  },
  {
    name: "answers 403 when a claim is missing",
    async run({ base }) {
      const client = new Client(base);
      await client.post("/login?userId=u1");
      const answer = await client.get("/admin");
      assert.equal(answer.status, 403);
      assert.equal(answer.json["code"], "forbidden");
    },
  },
  {
    name: "sends a person who asked for a page to the sign-in page, and a program a 401",
    async run({ base }) {
      const client = new Client(base);
      const person = await client.get("/page?a=1", { headers: { accept: "text/html,*/*" } });
      assert.equal(person.status, 303);
      const next = `${new URL(base).pathname.replace(/\/$/, "")}/page?a=1`;
      assert.equal(person.headers.get("location"), `/sign-in?next=${encodeURIComponent(next)}`);
      assert.equal(
        (await client.get("/page", { headers: { accept: "application/json" } })).status,
        401,
      );
    },
  },
  {
    name: "serves the account routes: register, session, list, revoke, password, sign out",
    async run({ base }) {
      const laptop = new Client(base, { "user-agent": "curl/8.0" });
      const registered = await laptop.post("/auth/register", alice);
      assert.equal(registered.status, 201);
      const phone = new Client(base);
      assert.equal((await phone.post("/auth/sign-in", alice)).status, 200);

      const { sessions } = (await phone.get("/auth/sessions")).json as {
        sessions: readonly { id: string; current: boolean; device: { name: string } }[];
      };
      assert.equal(sessions.length, 2);
      const other = sessions.find((session) => !session.current);
      assert.equal(other?.device.name, "curl");
      assert.equal((await phone.delete(`/auth/sessions/${other?.id}`)).status, 204);
      assert.equal((await laptop.get("/auth/session")).status, 401);
      assert.equal((await phone.delete(`/auth/sessions/${other?.id}`)).status, 404);

      const tablet = new Client(base);
      await tablet.post("/auth/sign-in", alice);
      const changed = { currentPassword: alice.password, newPassword: "another long phrase" };
      assert.equal((await phone.post("/auth/password", changed)).status, 204);
      assert.equal((await phone.get("/auth/session")).status, 200);
      assert.equal((await tablet.get("/auth/session")).status, 401);
      assert.equal((await tablet.post("/auth/sign-in", alice)).status, 401);
      assert.equal((await phone.post("/auth/sign-out")).status, 204);
      assert.equal(phone.cookie, "");
    },
  },
  {
    name: "carries several cookies, HEAD, OPTIONS, trailing slashes and unknown methods like any route",
    async run({ base }) {
      const client = new Client(base);
      await client.post("/auth/register", bob);
      assert.equal((await client.get("/auth/session/")).status, 200);
      const head = await client.send("/auth/session", { method: "HEAD" });
      assert.equal(head.status, 200);
      assert.equal(head.text, "");
      assert.equal(
        (await client.send("/auth/session", { method: "OPTIONS" })).headers.get("allow"),
        "GET, HEAD, OPTIONS",
      );
      const wrong = await client.send("/auth/sign-in", { method: "PUT" });
      assert.equal(wrong.status, 405);
      assert.equal(wrong.headers.get("allow"), "POST, OPTIONS");
    },
  },
  {
    name: "answers malformed bodies with a problem that says what is wrong",
    async run({ base, parsesJson = false }) {
      const client = new Client(base);
      const cases: readonly [body: string, type: string, status: number, code: string][] = [
        ["{", "application/json", 400, "malformed_request"],
        ["[1]", "application/json", 400, "malformed_request"],
        ["email=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type"],
        ['{"email":"a@b.c"}', "text/plain", 415, "unsupported_media_type"],
        ['{"email":5,"password":[]}', "application/json", 422, "invalid_input"],
      ];
      for (const [body, type, status, code] of cases) {
        const answer = await client.post("/auth/sign-in", body, {
          headers: { "content-type": type },
        });
        assert.equal(answer.status, status, `${type} ${body}: ${answer.text.slice(0, 100)}`);
        if (!(parsesJson && body === "{")) assert.equal(answer.json["code"], code);
      }
    },
  },
];
