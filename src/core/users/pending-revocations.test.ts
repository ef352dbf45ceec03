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
  return { fixture, ids };
}

test("ends the sessions that a password change did not get to, once", async () => {
  const { fixture, ids } = await makeInterrupted(3);
  await fixture.accounts.verifyPassword({ email: "u0@example.com", password: newPassword });
  fixture.clock.advance(60_001);
  const ended: string[] = [];
  fixture.endSessions = async (userId) => ended.push(userId);
  await fixture.accounts.completePendingRevocations();
  await fixture.accounts.completePendingRevocations();
  assert.deepEqual(ended, ids);
});

test("leaves a change alone that may still be under way", async () => {
  const { fixture } = await makeInterrupted(1);
  fixture.clock.advance(30_000);
  fixture.endSessions = () => assert.fail("too early");
  await fixture.accounts.completePendingRevocations();
  assert.deepEqual(fixture.problems, []);
});

test("goes on with the others when one fails, reports it, and tries it again the next time", async () => {
  const { fixture, ids } = await makeInterrupted(3);
  const { accounts, problems } = fixture;
  fixture.clock.advance(60_001);
  const failure = new Error("connection lost");
  const ended: string[] = [];
  fixture.endSessions = async (userId) => {
    if (userId === ids[1]) throw failure;
    return ended.push(userId);
  };
  await accounts.completePendingRevocations();
  assert.deepEqual(ended, [ids[0], ids[2]]);
  assert.deepEqual(
    problems.map(({ cause }) => cause),
    [failure],
  );
  fixture.endSessions = async (userId) => ended.push(userId);
  await accounts.completePendingRevocations();
  assert.deepEqual(ended, [ids[0], ids[2], ids[1]]);
});

test("does not settle for a password that was replaced again meanwhile", async () => {
  const { fixture, ids } = await makeInterrupted(1);
  const { accounts, clock, store } = fixture;
  clock.advance(60_001);
  const [userId = ""] = ids;
  const powerFailure = new Error("power failure");
  fixture.endSessions = async () => {
    await assert.rejects(
      accounts.changePassword({
        userId,
        currentPassword: newPassword,
        newPassword: `${newPassword} 2`,
        endOtherSessions: () => Promise.reject(powerFailure),
      }),
      powerFailure,
    );
    return 1;
  };
  await accounts.completePendingRevocations();
  assert.equal(store.passwords.get(userId)?.revocationPendingSince, clock.now());
});
