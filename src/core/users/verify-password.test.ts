import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAccounts } from "../../../test/support/accounts-fixture.ts";
import { AuthError } from "../errors.ts";

const email = "alice@example.com";
const password = "correct horse battery";
const address = "192.0.2.1";

async function makeAlice() {
  const fixture = makeAccounts();
  const alice = await fixture.accounts.register({ email, password });
  fixture.store.calls = [];
  fixture.hasher.hashed = 0;
  return { ...fixture, alice };
}

test("answers the user and the credential", async () => {
  const { accounts, alice, store } = await makeAlice();
  assert.deepEqual(await accounts.verifyPassword({ email, password, address }), {
    user: alice,
    credential: store.passwords.get(alice.id),
  });
});

test("gives one answer for a wrong password, an unknown email, an impossible one, and a user without password", async () => {
  const { accounts, alice, store } = await makeAlice();
  const answers = await Promise.all(
    [
      { email, password: "wrong horse battery" },
      { email: "nobody@example.com", password },
      { email: "not an email", password },
      { email, password: "x".repeat(5_000) },
      { email, password: "" },
    ].map((presented) => accounts.verifyPassword(presented).catch((error: unknown) => error)),
  );
  store.passwords.delete(alice.id);
  answers.push(await accounts.verifyPassword({ email, password }).catch((error: unknown) => error));
  for (const answer of answers) {
    assert.ok(answer instanceof AuthError);
    assert.deepEqual(
      [answer.code, answer.detail, answer.fields, answer.headers, answer.cause],
      ["invalid_credentials", undefined, [], {}, undefined],
    );
  }
});

test("lets 200 concurrent right sign-ins of one user in, two hashes at a time", async () => {
  const { accounts, hasher } = await makeAlice();
  await Promise.all(
    Array.from({ length: 200 }, () => accounts.verifyPassword({ email, password, address })),
  );
  assert.equal(hasher.verified, 200);
  assert.equal(hasher.mostAtOnce, 2);
});

test("cuts 200 concurrent wrong guesses off after five, without hashing the others", async () => {
  const { accounts, hasher } = await makeAlice();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) =>
      accounts.verifyPassword({ email, password: `guess number ${index}`, address }),
    ),
  );
  const codes = outcomes.map((outcome) =>
    outcome.status === "rejected" ? (outcome.reason as AuthError).code : "verified",
  );
  assert.equal(codes.filter((code) => code === "invalid_credentials").length, 5);
  assert.equal(codes.filter((code) => code === "too_many_requests").length, 195);
  assert.equal(hasher.verified, 5);
});

test("lets the right password in once the seconds it was told have passed", async () => {
  const { accounts, clock } = await makeAlice();
  for (let time = 0; time < 5; time++) {
    await assert.rejects(accounts.verifyPassword({ email, password: "wrong guess", address }));
  }
  const refusal = await accounts
    .verifyPassword({ email, password, address })
    .catch((error: unknown) => error);
  assert.ok(refusal instanceof AuthError && refusal.code === "too_many_requests");
  assert.equal(refusal.retryAfterSeconds, 30);
  clock.advance(30_000);
  await accounts.verifyPassword({ email, password, address });
});

test("replaces a hash with outdated parameters, once, and answers the credential as stored", async () => {
  const { accounts, alice, hasher, store, problems } = await makeAlice();
  hasher.generation = 2;
  const { credential } = await accounts.verifyPassword({ email, password });
  assert.match(credential.hash, /g=2/);
  assert.deepEqual(store.passwords.get(alice.id), credential);
  store.calls = [];
  await accounts.verifyPassword({ email, password });
  assert.ok(!store.calls.includes("replacePassword"));
  assert.deepEqual(problems, []);
});

test("lets both of two sign-ins in that replace an outdated hash at once", async () => {
  const { accounts, hasher, problems } = await makeAlice();
  hasher.generation = 2;
  await Promise.all([
    accounts.verifyPassword({ email, password }),
    accounts.verifyPassword({ email, password }),
  ]);
  await accounts.verifyPassword({ email, password });
  assert.deepEqual(problems, []);
});

test("does not fail the sign-in when the new hash fails, and reports it", async () => {
  const { accounts, hasher, problems, store } = await makeAlice();
  const failure = new Error("disk full");
  await assert.rejects(accounts.verifyPassword({ email: "nobody@example.com", password }));
  hasher.generation = 2;
  hasher.failure = failure;
  await accounts.verifyPassword({ email, password });
  store.before.replacePassword = () => Promise.reject(failure);
  await accounts.verifyPassword({ email, password });
  assert.deepEqual(
    problems.map(({ cause }) => cause),
    [failure, failure],
  );
});

test("leaves the hash alone while a revocation that is known by it is pending", async () => {
  const { accounts, alice, hasher, store } = await makeAlice();
  const pending = store.passwords.get(alice.id);
  assert.ok(pending);
  store.passwords.set(alice.id, { ...pending, revocationPendingSince: 1 });
  hasher.generation = 2;
  const { credential } = await accounts.verifyPassword({ email, password });
  assert.equal(credential.revocationPendingSince, 1);
  assert.deepEqual(store.passwords.get(alice.id), credential);
});

test("passes on what a store throws, and works again afterwards", async () => {
  const { accounts, store } = await makeAlice();
  const failure = new Error("connection lost");
  store.before.findByEmail = () => Promise.reject(failure);
  await assert.rejects(accounts.verifyPassword({ email, password }), failure);
  await accounts.verifyPassword({ email, password });
});

test("recovers when the hash for unknown emails could not be made", async () => {
  const { accounts, hasher } = await makeAlice();
  hasher.failure = new Error("out of memory");
  await assert.rejects(accounts.verifyPassword({ email, password }), /out of memory/);
  await accounts.verifyPassword({ email, password });
});
