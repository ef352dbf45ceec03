import assert from "node:assert/strict";
import { test } from "node:test";
import { authError, makeAccounts } from "../../../test/support/accounts-fixture.ts";

const email = "alice@example.com";
const currentPassword = "correct horse battery";
const newPassword = "staple of another kind";

async function makeAlice() {
  const fixture = makeAccounts();
  const alice = await fixture.accounts.register({
    email,
    password: currentPassword,
    name: "Alice",
  });
  fixture.store.calls = [];
  const ended: string[] = [];
  const change = {
    userId: alice.id,
    currentPassword,
    newPassword,
    endOtherSessions: async () => void ended.push(alice.id),
  };
  return { ...fixture, alice, change, ended };
}

test("puts the new password in force and then ends the other sessions", async () => {
  const { accounts, alice, change, clock, store } = await makeAlice();
  let pendingMeanwhile: number | null | undefined;
  await accounts.changePassword({
    ...change,
    endOtherSessions: async () => {
      pendingMeanwhile = store.passwords.get(alice.id)?.revocationPendingSince;
    },
  });
  assert.equal(pendingMeanwhile, clock.now());
  assert.equal(store.passwords.get(alice.id)?.revocationPendingSince, null);
  await accounts.verifyPassword({ email, password: newPassword });
  await assert.rejects(
    accounts.verifyPassword({ email, password: currentPassword }),
    authError("invalid_credentials"),
  );
});

test("refuses a wrong current password, naming the field, and changes nothing", async () => {
  const { accounts, change, ended, store } = await makeAlice();
  for (const wrong of ["wrong horse battery", "", "x".repeat(5_000)]) {
    await assert.rejects(
      accounts.changePassword({ ...change, currentPassword: wrong }),
      authError("invalid_credentials", "currentPassword"),
    );
  }
  assert.deepEqual(ended, []);
  assert.ok(!store.calls.includes("replacePassword"));
});

test("refuses a weak new password, naming the field, also when it is the user's own name", async () => {
  const { accounts, change, ended } = await makeAlice();
  for (const weak of ["short", "password1", "alice2024", "teahouse1", "x".repeat(5_000)]) {
    await assert.rejects(
      accounts.changePassword({ ...change, newPassword: weak }),
      authError("weak_password", "newPassword"),
    );
  }
  assert.deepEqual(ended, []);
});

test("does not judge the new password for who does not know the current one", async () => {
  const { accounts, change } = await makeAlice();
  await assert.rejects(
    accounts.changePassword({ ...change, currentPassword: "wrong guess", newPassword: "short" }),
    authError("invalid_credentials", "currentPassword"),
  );
});

test("limits guesses at the current password, and takes nothing for right ones", async () => {
  const { accounts, change, hasher } = await makeAlice();
  for (let time = 0; time < 20; time++) {
    await assert.rejects(
      accounts.changePassword({ ...change, newPassword: "short" }),
      authError("weak_password", "newPassword"),
    );
  }
  hasher.verified = 0;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () =>
      accounts.changePassword({ ...change, currentPassword: "wrong guess" }),
    ),
  );
  assert.equal(hasher.verified, 5);
  assert.equal(
    outcomes.filter(
      (outcome) => outcome.status === "rejected" && authError("too_many_requests")(outcome.reason),
    ).length,
    45,
  );
});

test("changes the password once of sixteen concurrent changes", async () => {
  const { accounts, change, ended } = await makeAlice();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 16 }, (_, index) =>
      accounts.changePassword({ ...change, newPassword: `${newPassword} ${index}` }),
    ),
  );
  const changed = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
  assert.equal(changed.length, 1);
  assert.equal(ended.length, 1);
  await accounts.verifyPassword({ email, password: `${newPassword} ${changed.join()}` });
});

test("refuses when the password was replaced between the look and the change", async () => {
  const { accounts, alice, change, ended, store, hasher } = await makeAlice();
  const raced = await hasher.hash("reset by someone else");
  store.before.replacePassword = async () => {
    store.passwords.set(alice.id, { userId: alice.id, hash: raced, revocationPendingSince: null });
  };
  await assert.rejects(
    accounts.changePassword(change),
    authError("invalid_credentials", "currentPassword"),
  );
  assert.deepEqual(ended, []);
  assert.equal(store.passwords.get(alice.id)?.hash, raced);
});

test("refuses a user who is gone", async () => {
  const { accounts, change } = await makeAlice();
  await assert.rejects(
    accounts.changePassword({ ...change, userId: "gone" }),
    authError("invalid_credentials", "currentPassword"),
  );
});
