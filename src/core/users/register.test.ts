import assert from "node:assert/strict";
import { test } from "node:test";
import { authError, makeAccounts } from "../../../test/support/accounts-fixture.ts";

const password = "correct horse battery";

test("makes a user who can then be recognised by the password", async () => {
  const { accounts, clock, store } = makeAccounts();
  const user = await accounts.register({ email: " Alice@Example.com ", password, name: " Alice " });
  assert.match(user.id, /^[A-Za-z0-9_-]{22}$/);
  assert.deepEqual(user, {
    id: user.id,
    email: "Alice@Example.com",
    emailKey: "alice@example.com",
    emailVerified: false,
    name: "Alice",
    createdAt: clock.now(),
  });
  assert.deepEqual(store.users.get(user.id), user);
  const verified = await accounts.verifyPassword({ email: "ALICE@example.com", password });
  assert.deepEqual(verified.user, user);
});

test("keeps no name where none was given, or only blanks", async () => {
  const { accounts } = makeAccounts();
  const names = [undefined, null, "", "  \t"];
  for (const [index, name] of names.entries()) {
    const user = await accounts.register({ email: `u${index}@example.com`, password, name });
    assert.equal(user.name, null);
  }
});

test("counts a name in code points", async () => {
  const { accounts } = makeAccounts();
  const longest = "🐎".repeat(200);
  assert.equal(
    (await accounts.register({ email: "a@example.com", password, name: longest })).name,
    longest,
  );
  await assert.rejects(
    accounts.register({ email: "b@example.com", password, name: `${longest}x` }),
    authError("invalid_input", "name"),
  );
});

test("names every field that needs another look, and does no work for them", async () => {
  const { accounts, hasher, store } = makeAccounts();
  await assert.rejects(
    accounts.register({ email: "alice", password: "short", name: "two\nlines" }),
    authError("invalid_input", "email", "name", "password"),
  );
  await assert.rejects(
    accounts.register({ email: "alice@example.com", password: "short" }),
    authError("weak_password", "password"),
  );
  assert.equal(hasher.hashed, 0);
  assert.deepEqual(store.calls, []);
});

test("refuses passwords that are the email, the name or the application", async () => {
  const { accounts } = makeAccounts();
  for (const weak of ["alice@example.com", "Alice2024", "Liddell-1865", "teahouse!"]) {
    await assert.rejects(
      accounts.register({ email: "alice@example.com", password: weak, name: "Alice Liddell" }),
      authError("weak_password", "password"),
    );
  }
});

test("hashes the one form of a password, however it was typed", async () => {
  const { accounts } = makeAccounts();
  await accounts.register({ email: "a@example.com", password: "pa\u0308sse\u00A0muss sein" });
  await accounts.verifyPassword({ email: "a@example.com", password: "p\u00E4sse muss sein" });
});

test("makes one user of sixteen concurrent registrations of one email", async () => {
  const { accounts, store } = makeAccounts({ registrationByAddress: { burst: 99, refill: "1s" } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 16 }, (_, index) =>
      accounts.register({
        email: index % 2 === 0 ? "alice@example.com" : "ALICE@example.com",
        password,
        address: "192.0.2.1",
      }),
    ),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  assert.equal(refused.length, 15);
  assert.ok(refused.every(({ reason }) => authError("email_taken", "email")(reason)));
  assert.equal(store.users.size, 1);
});

test("does the same work for a taken email as for a free one", async () => {
  const { accounts, hasher, store } = makeAccounts();
  await accounts.register({ email: "alice@example.com", password });
  const free = { calls: store.calls, hashed: hasher.hashed };
  store.calls = [];
  hasher.hashed = 0;
  await assert.rejects(
    accounts.register({ email: "alice@example.com", password }),
    authError("email_taken", "email"),
  );
  assert.deepEqual({ calls: store.calls, hashed: hasher.hashed }, free);
});

test("limits registrations from one address before hashing", async () => {
  const { accounts, hasher } = makeAccounts();
  const register = (index: number) =>
    accounts.register({ email: `u${index}@example.com`, password, address: "192.0.2.1" });
  for (let index = 0; index < 30; index++) await register(index);
  await assert.rejects(register(30), authError("too_many_requests"));
  assert.equal(hasher.hashed, 30);
});
