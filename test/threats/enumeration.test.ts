import assert from "node:assert/strict";
import { test } from "node:test";
import { argon2Hasher } from "../../src/core/passwords/argon2-hasher.ts";
import { authError, makeAccounts, makeAccountsWith } from "../support/accounts-fixture.ts";

/**
 * The threat: someone who has a list of email addresses learns which of them have an account here, from what
 * sign-in answers or from how long it takes.
 */

const known = "alice@example.com";
const unknown = "nobody@example.com";
const password = "correct horse battery";
const guess = { password: "wrong horse battery", address: "192.0.2.1" };

test("does the same store calls and the same hashing for an unknown email as for a wrong password", async () => {
  for (const warm of [false, true]) {
    const work = [];
    for (const email of [known, unknown]) {
      const { accounts, attempts, hasher, store } = makeAccounts();
      await accounts.register({ email: known, password });
      if (warm) await accounts.verifyPassword({ email: known, password });
      store.calls = [];
      attempts.calls = [];
      hasher.hashed = 0;
      hasher.verified = 0;
      await assert.rejects(
        accounts.verifyPassword({ email, ...guess }),
        authError("invalid_credentials"),
      );
      const { hashed, verified } = hasher;
      work.push({ store: store.calls, attempts: attempts.calls, hashed, verified });
    }
    assert.deepEqual(work[0], work[1]);
    assert.deepEqual(work[0]?.store, ["findByEmail", "findPassword"]);
    assert.deepEqual([work[0]?.hashed, work[0]?.verified], [warm ? 0 : 1, 1]);
  }
});

test("limits guesses at an unknown email as those at a known one", async () => {
  const { accounts } = makeAccounts();
  await accounts.register({ email: known, password });
  const answers = [];
  for (const email of [known, unknown]) {
    const codes = [];
    for (let time = 0; time < 8; time++) {
      const error = await accounts
        .verifyPassword({ email, ...guess })
        .catch((error: unknown) => error);
      codes.push(JSON.stringify(error));
    }
    answers.push(codes);
  }
  assert.deepEqual(answers[0], answers[1]);
});

test("takes as long for an unknown email as for a wrong password", async () => {
  // A fifth of the real cost, and still a hundred times that of everything else that sign-in does here.
  const hasher = argon2Hasher({ memoryKiB: 4_096, iterations: 2 });
  const unlimited = { burst: 1_000_000, refill: "1s" } as const;
  const { accounts } = makeAccountsWith(hasher, {
    signInByAddress: unlimited,
    signInByEmail: unlimited,
    signInByEmailAndAddress: unlimited,
  });
  await accounts.register({ email: known, password });

  const times = { [known]: [] as number[], [unknown]: [] as number[] };
  for (let round = 0; round < 60; round++) {
    // Either goes first in turn, so that neither always follows the same thing.
    for (const email of round % 2 === 0
      ? ([known, unknown] as const)
      : ([unknown, known] as const)) {
      const startedAt = performance.now();
      await assert.rejects(accounts.verifyPassword({ email, ...guess }));
      times[email]?.push(performance.now() - startedAt);
    }
  }
  const ratio = median(times[unknown]) / median(times[known]);
  assert.ok(ratio > 0.75 && ratio < 1.33, `unknown takes ${ratio.toFixed(2)} times as long`);
});

function median(values: readonly number[] = []): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
