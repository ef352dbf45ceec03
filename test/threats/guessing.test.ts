import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AuthOptions } from "symbolon";
import { alice, bob } from "../support/auth.ts";
import type { Answer } from "../support/client.ts";
import { CountingHasher } from "../support/counting-hasher.ts";
import { ask, observedAuth, registered, type ObservedAuth } from "../support/served-app.ts";

/**
 * The threat: the attacker tries passwords, from one machine or from a hundred thousand; or pretends to, so that the
 * owner of the account cannot get in any more.
 */

const wrong = { email: alice.email, password: "a wrong password" };
const proxy = "10.0.0.1";
const home = "198.51.100.7";

interface Guarded extends ObservedAuth {
  readonly hasher: CountingHasher;
  /** Signs in from an address, behind the trusted proxy where there is one. */
  readonly signIn: (body: unknown, address: string) => Promise<Answer>;
}

async function guarded(options: Partial<AuthOptions> = {}): Promise<Guarded> {
  const hasher = new CountingHasher();
  const observed = observedAuth({ ...options, accounts: { password: { hasher } } });
  await registered(observed.auth, alice);
  hasher.verified = 0;
  const signIn = (body: unknown, address: string) =>
    ask(observed.auth, "/auth/sign-in", {
      method: "POST",
      body,
      address: proxy,
      headers: { "x-forwarded-for": address },
    });
  return { ...observed, hasher, signIn };
}

const strange = (n: number): string => `203.0.${n >> 8}.${n & 255}`;
const retryAfter = ({ headers }: Answer): number => Number(headers.get("retry-after"));

test("rotating X-Forwarded-For buys no guesses where no proxy is trusted", async () => {
  const { signIn, hasher } = await guarded();
  const statuses = [];
  for (let guess = 0; guess < 40; guess += 1) {
    statuses.push((await signIn(wrong, strange(guess))).status);
  }
  assert.deepEqual(statuses, [...Array(5).fill(401), ...Array(35).fill(429)]);
  assert.equal(hasher.verified, 5);
});

test("behind a trusted proxy each client is counted by itself, and cannot choose its address", async () => {
  const { signIn } = await guarded({ trustProxy: [proxy] });
  for (let guess = 0; guess < 5; guess += 1) {
    assert.equal((await signIn(wrong, `${strange(guess)}, 192.0.2.66`)).status, 401);
  }
  assert.equal((await signIn(wrong, "192.0.2.66")).status, 429);
  assert.equal((await signIn(wrong, `8.8.8.8, ${home}`)).status, 401, "another client");
  assert.equal((await signIn(alice, home)).status, 200);
});

test("an IPv6 household is one client, however many addresses it has", async () => {
  const { signIn } = await guarded({ trustProxy: 1 });
  const statuses = [];
  for (let guess = 0; guess < 8; guess += 1) {
    statuses.push((await signIn(wrong, `2001:db8:1:2::${guess.toString(16)}`)).status);
  }
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
  assert.equal((await signIn(wrong, "2001:db8:1:3::1")).status, 401);
});

test("guesses at many accounts from one address are counted together", async () => {
  const { signIn, hasher } = await guarded({ trustProxy: 1 });
  const statuses = [];
  for (let guess = 0; guess < 40; guess += 1) {
    const body = { email: `user${guess}@example.com`, password: "Winter2026" };
    statuses.push((await signIn(body, strange(1))).status);
  }
  assert.equal(statuses.filter((status) => status === 401).length, 30);
  assert.equal(hasher.verified, 30);
});

test("Retry-After is honest: a second earlier is too early, then a guess is let through", async () => {
  const { signIn, clock } = await guarded();
  let answer = await signIn(wrong, home);
  while (answer.status === 401) answer = await signIn(wrong, home);
  for (let time = 0; time < 3; time += 1) {
    assert.equal(answer.status, 429);
    assert.equal(answer.json["code"], "too_many_requests");
    const seconds = retryAfter(answer);
    assert.equal(seconds, 30);
    clock.advance((seconds - 1) * 1_000);
    assert.equal(retryAfter(await signIn(wrong, home)), 1);
    clock.advance(1_000);
    assert.equal((await signIn(wrong, home)).status, 401);
    answer = await signIn(wrong, home);
  }
});

describe("while a botnet hammers one account", () => {
  /** Guesses from `count` addresses; answers how many were looked at. */
  async function hammer({ signIn, hasher }: Guarded, count: number): Promise<number> {
    const before = hasher.verified;
    for (let bot = 0; bot < count; bot += 1) await signIn(wrong, strange(bot));
    return hasher.verified - before;
  }

  test("all of it together gets a hundred guesses, then one every five minutes", async () => {
    const app = await guarded({ trustProxy: 1 });
    assert.equal(await hammer(app, 400), 100);
    app.clock.advance(60 * 60_000);
    assert.equal(await hammer(app, 400), 12);
  });

  test("the owner gets in at once from where they signed in before, with the right password only", async () => {
    const app = await guarded({ trustProxy: 1 });
    assert.equal((await app.signIn(alice, home)).status, 200);
    app.clock.advance(30 * 86_400_000);
    await hammer(app, 400);
    assert.equal((await app.signIn(wrong, home)).status, 401);
    assert.equal((await app.signIn(alice, home)).status, 200);
    assert.equal((await app.signIn(alice, strange(401))).status, 429, "a place never seen before");
  });

  test("a known address gets no more guesses than any other", async () => {
    const app = await guarded({ trustProxy: 1 });
    await app.signIn(alice, home);
    await hammer(app, 400);
    const before = app.hasher.verified;
    for (let guess = 0; guess < 40; guess += 1) await app.signIn(wrong, home);
    assert.equal(app.hasher.verified - before, 5);
  });

  test("its own account opens no known address of somebody else's account", async () => {
    const app = await guarded({ trustProxy: 1 });
    await registered(app.auth, bob);
    for (let bot = 0; bot < 3; bot += 1) {
      assert.equal((await app.signIn(bob, strange(bot))).status, 200);
    }
    await hammer(app, 400);
    assert.equal((await app.signIn(wrong, strange(0))).status, 429);
  });

  test("waiting lets every stranger in again: nobody is locked out for good", async () => {
    const app = await guarded({ trustProxy: 1 });
    await hammer(app, 400);
    const refused = await app.signIn(alice, "192.0.2.200");
    assert.equal(refused.status, 429);
    app.clock.advance(retryAfter(refused) * 1_000);
    assert.equal((await app.signIn(alice, "192.0.2.200")).status, 200);
  });
});

test("two hundred people behind one address sign in at once, and all get in", async () => {
  const { signIn } = await guarded();
  const answers = await Promise.all(Array.from({ length: 200 }, () => signIn(alice, home)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
});

test("of two hundred wrong guesses at once only the burst is looked at", async () => {
  const { signIn, hasher } = await guarded();
  const answers = await Promise.all(Array.from({ length: 200 }, () => signIn(wrong, home)));
  assert.equal(hasher.verified, 5);
  assert.equal(answers.filter(({ status }) => status === 401).length, 5);
  assert.equal(answers.filter(({ status }) => status === 429).length, 195);
});

test("right sign-ins between the guesses do not give other accounts' guesses back", async () => {
  const { signIn, auth, hasher } = await guarded();
  await registered(auth, bob);
  hasher.verified = 0;
  for (let guess = 0; guess < 40; guess += 1) {
    await signIn(bob, home);
    await signIn(wrong, home);
  }
  assert.ok(hasher.verified - 40 <= 5, `${hasher.verified - 40} guesses`);
});

test("spellings of one email share one count", async () => {
  const { signIn, hasher } = await guarded();
  for (const email of [
    "ALICE@example.com",
    " alice@example.com ",
    "Alice@EXAMPLE.com",
    alice.email,
  ]) {
    for (let guess = 0; guess < 3; guess += 1) await signIn({ ...wrong, email }, home);
  }
  assert.equal(hasher.verified, 5);
});

test("registrations are limited by address, before anything is hashed", async () => {
  const { auth, hasher } = await guarded();
  hasher.hashed = 0;
  const statuses = [];
  for (let time = 0; time < 40; time += 1) {
    const body = { email: `bulk${time}@example.com`, password: alice.password };
    const headers = { "x-forwarded-for": strange(time) };
    statuses.push((await ask(auth, "/auth/register", { method: "POST", headers, body })).status);
  }
  // One of the thirty made the user of this test.
  assert.equal(statuses.filter((status) => status === 201).length, 29);
  assert.equal(hasher.hashed, 29);
  assert.equal(statuses.at(-1), 429);
});

test("whoever holds a session cannot guess its password through the change of password", async () => {
  const { auth, clock, hasher } = await guarded({ trustProxy: 1 });
  const signedIn = await ask(auth, "/auth/sign-in", { method: "POST", body: alice });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const change = (currentPassword: string, n: number) =>
    ask(auth, "/auth/password", {
      method: "POST",
      headers: { cookie, "x-forwarded-for": strange(n) },
      body: { currentPassword, newPassword: "a whole new phrase" },
    });
  hasher.verified = 0;
  for (let guess = 0; guess < 40; guess += 1) await change(`guess number ${guess}`, guess);
  assert.equal(hasher.verified, 5);
  const refused = await change(alice.password, 41);
  assert.equal(refused.status, 429);
  clock.advance(retryAfter(refused) * 1_000);
  assert.equal((await change(alice.password, 41)).status, 204);
});
