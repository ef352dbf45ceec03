import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAccounts } from "../../../test/support/accounts-fixture.ts";

const password = "correct horse battery";
const newPassword = "staple of another kind";

/** Users whose password was replaced by a process that died before it ended their sessions. */
async function makeInterrupted(count: number) {
  const fixture = makeAccounts();
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const { id } = await fixture.accounts.register({ email: `u${index}@example.com`, password });
    const crash = new Error("power failure");
    await assert.rejects(
      fixture.accounts.changePassword({
        userId: id,
        currentPassword: password,
        newPassword,
        endOtherSessions: () => Promise.reject(crash),
      }),
      crash,
    );
    fixture.clock.advance(1);
    ids.push(id);
  }
  return { ...fixture, ids };
}

test("ends the sessions that a password change did not get to, once", async () => {
  const { accounts, clock, ids } = await makeInterrupted(3);
  await accounts.verifyPassword({ email: "u0@example.com", password: newPassword });
  clock.advance(60_001);
  const ended: string[] = [];
  const endSessions = async (userId: string) => void ended.push(userId);
  await accounts.completePendingRevocations(endSessions);
  await accounts.completePendingRevocations(endSessions);
  assert.deepEqual(ended, ids);
});

test("leaves a change alone that may still be under way", async () => {
  const { accounts, clock } = await makeInterrupted(1);
  clock.advance(30_000);
  await accounts.completePendingRevocations(() => assert.fail("too early"));
});

test("goes on with the others when one fails, reports it, and tries it again the next time", async () => {
  const { accounts, clock, ids, problems } = await makeInterrupted(3);
  clock.advance(60_001);
  const failure = new Error("connection lost");
  const ended: string[] = [];
  await accounts.completePendingRevocations(async (userId) => {
    if (userId === ids[1]) throw failure;
    ended.push(userId);
  });
  assert.deepEqual(ended, [ids[0], ids[2]]);
  assert.deepEqual(
    problems.map(({ cause }) => cause),
    [failure],
  );
  await accounts.completePendingRevocations(async (userId) => void ended.push(userId));
  assert.deepEqual(ended, [ids[0], ids[2], ids[1]]);
});

test("does not settle for a password that was replaced again meanwhile", async () => {
  const { accounts, clock, ids, store } = await makeInterrupted(1);
  clock.advance(60_001);
  const [userId = ""] = ids;
  await accounts.completePendingRevocations(async () => {
    await assert.rejects(
      accounts.changePassword({
        userId,
        currentPassword: newPassword,
        newPassword: `${newPassword} 2`,
        endOtherSessions: () => Promise.reject(new Error("power failure")),
      }),
    );
  });
  assert.equal(store.passwords.get(userId)?.revocationPendingSince, clock.now());
});
