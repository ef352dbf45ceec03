import assert from "node:assert/strict";
import { test } from "node:test";
import { argon2Hasher } from "../../src/core/passwords/argon2-hasher.ts";
import { CountingHasher } from "../support/counting-hasher.ts";
import { ask, cookieOf, observedAuth, registered, openGuest } from "../support/served-app.ts";
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

for (const strategy of ["session", "hybrid", "jwt"] as const) {
  test(`${strategy}: answers a sign-in with an unknown email word for word like one with a wrong password, cookie or not`, async () => {
    const { auth } = observedAuth({ strategy });
    await registered(auth, { email: known, password });
    for (const [headers, address] of [
      [{}, "192.0.2.1"],
      [strategy === "jwt" ? {} : { cookie: cookieOf(await openGuest(auth)) }, "192.0.2.2"],
      [{ origin: "https://attacker.example" }, "192.0.2.3"],
    ] as const) {
      const answers: { email: string; answer: unknown }[] = [];
      for (const email of [known, unknown]) {
        for (const body of [
          { email, password: guess.password },
          { email, password: guess.password, delivery: "body", remember: true },
          { email, password: "x".repeat(4_000) },
          { email, password: "" },
        ]) {
          // From the throttle's first refusal on as well.
          for (let time = 0; time < 7; time += 1) {
            const sent = { method: "POST", headers, body, address };
            const { status, text, headers: shown } = await ask(auth, "/auth/sign-in", sent);
            answers.push({ email, answer: [status, text, [...shown]] });
          }
        }
      }
      const of = (email: string) => answers.filter((each) => each.email === email);
      assert.deepEqual(
        of(known).map(({ answer }) => answer),
        of(unknown).map(({ answer }) => answer),
      );
    }
  });
}

test("says at registration that an email is taken only after the same work, and never whose it is", async () => {
  const work = [];
  for (const email of [known, unknown]) {
    const hasher = new CountingHasher();
    const { auth, store } = observedAuth({ accounts: { password: { hasher } } });
    await registered(auth, { email: known, password });
    hasher.hashed = 0;
    store.takeCalls();
    const body = { email, password: "another long phrase", name: "Mallory" };
    const { status, text } = await ask(auth, "/auth/register", { method: "POST", body });
    work.push({ hashed: hasher.hashed, verified: hasher.verified });
    assert.equal(status, email === known ? 409 : 201);
    const upToAnswer = store.takeCalls().slice(0, 2);
    assert.deepEqual(upToAnswer, ["attempts.take", "users.insert"]);
    if (email === known) assert.doesNotMatch(text, /alice/i);
  }
  assert.deepEqual(work[0], work[1]);
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
