import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAuth, type Auth, type RequestAuth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { instantHasher, testSecret } from "../support/auth.ts";
import { InstrumentedStore } from "../support/instrumented-store.ts";

/**
 * The threat: an id that a database refuses, or merges with another, reaches the store. PostgreSQL fails on NUL, so that
 * a few such requests would pass for an outage; drivers write the same sign for every half of a surrogate pair, so that
 * two users would be one; and MySQL cuts or refuses what is too long.
 */

const unstorable: Readonly<Record<string, string>> = {
  "nothing at all": "",
  NUL: "user\0one",
  "half of a surrogate pair": "user\ud83e",
  "256 code units": "x".repeat(256),
};
const longest = `${"🦊".repeat(127)}x`;

const request = { method: "POST", path: "/", headers: { host: "app.example" } };

interface World {
  readonly auth: Auth;
  readonly inner: InstrumentedStore;
}

async function world(): Promise<World> {
  const inner = new InstrumentedStore(memoryStore());
  const auth = createAuth({
    secret: testSecret,
    store: inner.store,
    accounts: { password: { hasher: instantHasher } },
  });
  await auth.ready();
  return { auth, inner };
}

/** What the application gives: misuse, and so a `TypeError`. */
const refused: Readonly<Record<string, (auth: Auth, id: string) => Promise<unknown>>> = {
  "signIn({ userId })": (auth, userId) => auth.signIn({ userId }, request),
  "signIn({ tenantId })": (auth, tenantId) => auth.signIn({ userId: "u", tenantId }, request),
  "signIn({ data })": (auth, key) => auth.signIn({ userId: "u", data: { [key]: 1 } }, request),
  "sessions.list": (auth, userId) => auth.sessions.list(userId),
  "sessions.updateAll": (auth, userId) => auth.sessions.updateAll(userId, { claims: {} }),
  "sessions.revoke({ userId })": (auth, userId) => auth.sessions.revoke("s", { userId }),
  "sessions.revokeAll({ userId })": (auth, userId) => auth.sessions.revokeAll({ userId }),
  "sessions.revokeAll({ tenantId })": (auth, tenantId) => auth.sessions.revokeAll({ tenantId }),
  "users.find": async (auth, userId) => auth.users?.find(userId),
  "users.changePassword": async (auth, userId) =>
    auth.users?.changePassword({
      userId,
      currentPassword: "a",
      newPassword: "b",
      endOtherSessions: async () => {},
    }),
  "data.get": async (auth, key) => (await opened(auth)).data.get(key),
  "data.set": async (auth, key) => (await opened(auth)).data.set(key, 1),
  "data.update": async (auth, key) => (await opened(auth)).data.update(key, () => 1),
  "data.delete": async (auth, key) => (await opened(auth)).data.delete(key),
};

/** What may come from a request: there is no such session. */
const answered: Readonly<
  Record<string, readonly [ask: (auth: Auth, id: string) => Promise<unknown>, answer: unknown]>
> = {
  "sessions.get": [(auth, id) => auth.sessions.get(id), null],
  "sessions.update": [(auth, id) => auth.sessions.update(id, { claims: {} }), null],
  "sessions.revoke": [(auth, id) => auth.sessions.revoke(id), { seq: null, sessions: 0 }],
};

for (const [what, id] of Object.entries(unstorable)) {
  describe(`${what} as an id`, () => {
    for (const [entry, call] of Object.entries(refused)) {
      test(`is refused by ${entry} before the store is asked`, async () => {
        const { auth, inner } = await world();
        inner.takeCalls();
        await assert.rejects(call(auth, id), {
          name: "TypeError",
          message: /(?:userId|tenantId|key of session data) must be a string of 1 to 255 UTF-16/,
        });
        assert.deepEqual(callsBesides(inner, "sync"), []);
        await auth.close();
      });
    }

    for (const [entry, [ask, answer]] of Object.entries(answered)) {
      test(`names no session to ${entry}, which does not ask the store`, async () => {
        const { auth, inner } = await world();
        inner.takeCalls();
        assert.deepEqual(await ask(auth, id), answer);
        assert.deepEqual(callsBesides(inner, "sync"), []);
        await auth.close();
      });
    }

    test("is no session to except from a revocation, which then ends nothing", async () => {
      const { auth, inner } = await world();
      inner.takeCalls();
      await assert.rejects(auth.sessions.revokeAll({ userId: "u", except: id }), RangeError);
      assert.deepEqual(callsBesides(inner, "sync"), []);
      await auth.close();
    });
  });
}

test("an address with such a session id is not found", async () => {
  const { auth, inner } = await world();
  const { tokens } = await auth.signIn({ userId: "u", delivery: "body" }, request);
  for (const path of ["%00", "a%00b", "x".repeat(256)]) {
    inner.takeCalls();
    const answer = await auth.handler(
      new Request(`https://app.example/auth/sessions/${path}`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${tokens?.sessionToken}` },
      }),
    );
    assert.equal(answer.status, 404);
    assert.doesNotMatch(callsBesides(inner, "sync").join(), /revoke/);
  }
  await auth.close();
});

test("255 code units with pairs of surrogates are an id everywhere", async () => {
  const { auth } = await world();
  const data = { [longest]: 1 };
  await auth.signIn({ userId: longest, tenantId: longest, data }, request);
  assert.equal((await auth.sessions.list(longest)).length, 1);
  assert.equal(await auth.sessions.updateAll(longest, { claims: { role: "x" } }), 1);
  assert.equal((await auth.sessions.revokeAll({ userId: longest })).sessions, 1);
  await auth.close();
});

async function opened(auth: Auth): Promise<RequestAuth> {
  return auth.open(request, { setCookie() {}, assertOpen() {} });
}

function callsBesides(inner: InstrumentedStore, method: string): string[] {
  return inner.takeCalls().filter((call) => !call.endsWith(`.${method}`));
}
