import assert from "node:assert/strict";
import { Cookie } from "tough-cookie";
import { alice } from "../../support/auth.ts";
import type { Answer } from "../../support/client.ts";
import type { HttpCase, Strategy } from "../http-case.ts";

const days30 = 30 * 86_400;

/** How long each cookie of an answer is kept. */
function lives({ headers }: Answer): Readonly<Record<string, unknown>> {
  const cookies = headers.getSetCookie().map((field) => Cookie.parse(field));
  return Object.fromEntries(cookies.map((cookie) => [cookie?.key, cookie?.maxAge]));
}

function expected(strategy: Strategy, session: number | null, jwt: number | null): object {
  switch (strategy) {
    case "session":
      return { sym: session };
    case "hybrid":
      return { sym_access: session, sym_refresh: session };
    case "jwt":
      return { sym_access: jwt };
  }
}

/** How cookies are set. */
export const cookieCases: readonly HttpCase[] = [
  {
    name: "cookies end with the browser, or outlive it as long as what they hold, with remember",
    carriers: ["cookie"],
    async run({ visitor, strategy }) {
      const client = visitor();
      assert.deepEqual(lives(await client.register(alice)), expected(strategy, null, null));
      const remembered = expected(strategy, days30, 900);
      const answer = await client.signIn(alice, { remember: true });
      assert.deepEqual(lives(answer), remembered);
      if (strategy === "hybrid") assert.deepEqual(lives(await client.refresh()), remembered);
      const body = { currentPassword: alice.password, newPassword: "another long phrase" };
      const changed = lives(await client.post("/auth/password", body));
      // Nothing remembers of a login without a record that it was to be remembered.
      assert.deepEqual(changed, expected(strategy, days30, null));
    },
  },
  {
    name: "every answer that sets a credential's cookie says private, no-store, and its cookies are HttpOnly",
    carriers: ["cookie"],
    async run({ visitor, strategy }) {
      const client = visitor();
      const answers = [
        await client.register(alice),
        await client.signIn(alice, { remember: true }),
        ...(strategy === "hybrid" ? [await client.refresh()] : []),
        await client.post("/auth/password", {
          currentPassword: alice.password,
          newPassword: "another long phrase",
        }),
        await client.login("u1"),
        await client.post("/auth/sign-out"),
      ];
      for (const [index, answer] of answers.entries()) {
        assert.ok(answer.headers.getSetCookie().length > 0, `answer ${index}`);
        assert.equal(answer.headers.get("cache-control"), "private, no-store");
        for (const field of answer.headers.getSetCookie()) {
          assert.match(field, /; HttpOnly/);
          assert.match(field, /; SameSite=Lax/);
        }
      }
    },
  },
  {
    name: "the refresh token is sent to the route of refreshes alone",
    carriers: ["cookie"],
    except: { session: "it has no refresh tokens", jwt: "it has no refresh tokens" },
    async run({ visitor }) {
      const client = visitor();
      await client.login("u1");
      for (const path of ["/", "/profile", "/auth/session", "/auth/sessions", "/auth/refreshed"]) {
        assert.deepEqual([...client.cookies(path).keys()], ["sym_access"], path);
      }
      assert.ok(client.cookies("/auth/refresh").has("sym_refresh"));
    },
  },
];
