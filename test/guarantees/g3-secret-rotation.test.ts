import assert from "node:assert/strict";
import { test } from "node:test";
import type { Auth, AuthOptions } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { testAuth, testSecret } from "../support/auth.ts";
import { cutOffStore } from "../support/cut-off-store.ts";
import { passTime } from "../support/pass-time.ts";

/** Guarantee G3: that the secret is replaced, or the keys are, signs nobody out. */

const newer = "n8Zk3vN1xT7bL5mR9cY2wH6dJ4sF0gPa-newer";
const stranger = "s8Zk3vN1xT7bL5mR9cY2wH6dJ4sF0gPa-stranger";

/** Engines of one deployment: one store, clocks that agree. */
function deployment(): {
  readonly clock: FakeClock;
  readonly engine: (secret: NonNullable<AuthOptions["secret"]>) => Auth;
} {
  const store = memoryStore();
  const clock = new FakeClock();
  return {
    clock,
    engine(secret) {
      const { auth } = testAuth({ secret, store, clock });
      auth.on("warning", () => undefined);
      return auth;
    },
  };
}

async function signIn(auth: Auth, userId: string): Promise<{ authorization: string }> {
  const input = { userId, delivery: "body" } as const;
  const { tokens } = await auth.signIn(input, { method: "POST", headers: {} });
  return { authorization: `Bearer ${tokens?.sessionToken}` };
}

async function isAccepted(auth: Auth, headers: { authorization: string }): Promise<boolean> {
  return (await auth.authenticate(headers)) !== null;
}

test("sixteen processes that start at once on an empty store agree on one key", async () => {
  const { engine } = deployment();
  const engines = Array.from({ length: 16 }, () => engine(testSecret));
  const signedIn = await Promise.all(engines.map((auth, index) => signIn(auth, `u${index}`)));
  for (const auth of engines) {
    for (const headers of signedIn) assert.ok(await isAccepted(auth, headers));
    assert.equal((await auth.keys.list()).length, 1);
  }
});

test("while a new secret is rolled out, and after the old one is gone, every session goes on", async () => {
  const { engine } = deployment();
  const sessions: { authorization: string }[] = [];
  const old = [engine(testSecret), engine(testSecret)];
  for (const [index, auth] of old.entries()) sessions.push(await signIn(auth, `old${index}`));

  // One process after the other: both kinds serve at once.
  const rolled = engine([newer, testSecret]);
  sessions.push(await signIn(rolled, "rolled"), await signIn(old[0] ?? rolled, "late"));
  // A process of the old kind that restarts reads what the new kind has written.
  const restarted = engine(testSecret);
  for (const auth of [...old, rolled, restarted]) {
    for (const headers of sessions) assert.ok(await isAccepted(auth, headers));
  }

  const after = engine([newer]);
  for (const headers of sessions) assert.ok(await isAccepted(after, headers));
});

test("a process that has none of the secrets says so, decides nothing, and changes nothing", async () => {
  const { engine } = deployment();
  const known = engine(testSecret);
  const headers = await signIn(known, "u1");
  const unknown = engine(stranger);
  const errors: unknown[] = [];
  unknown.on("error", ({ error }) => errors.push(error));
  await assert.rejects(unknown.authenticate(headers), { code: "store_unavailable" });
  await assert.rejects(unknown.ready(), { code: "store_unavailable" });
  assert.match(String(errors[0]), /List the old secret after the new one/);
  assert.ok(await isAccepted(engine(testSecret), headers));
});

test("once the keys are rotated, a secret that was taken out opens them no more", async () => {
  const { engine } = deployment();
  const headers = await signIn(engine(testSecret), "u1");
  const after = engine([newer, testSecret]);
  await after.ready();
  const alone = engine(newer);
  await alone.keys.rotate();
  const stolen = engine(testSecret);
  stolen.on("error", () => undefined);
  await assert.rejects(stolen.authenticate(headers), { code: "store_unavailable" });
  assert.ok(await isAccepted(alone, headers));
});

test("a rotated key takes over when every process has it, and what the old one tagged stays good", async () => {
  const { engine, clock } = deployment();
  const [one, other] = [engine(testSecret), engine(testSecret)];
  const before = await signIn(one, "before");
  assert.ok(await isAccepted(other, before));
  await one.keys.rotate();
  const states = async (auth: Auth) => (await auth.keys.list()).map(({ state }) => state);
  assert.deepEqual(await states(one), ["active", "next"]);
  clock.advance(60_000);
  assert.deepEqual(await states(one), ["retiring", "active"]);
  const after = await signIn(one, "after");
  for (const auth of [one, other, engine(testSecret)]) {
    for (const headers of [before, after]) assert.ok(await isAccepted(auth, headers));
  }
});

test("a revoked key ends what it tagged, also in processes that know the session", async () => {
  const { engine, clock } = deployment();
  const [one, other] = [engine(testSecret), engine(testSecret)];
  const headers = await signIn(one, "u1");
  assert.ok(await isAccepted(other, headers));
  const [key] = await one.keys.list();
  assert.equal(await one.keys.revoke(key?.id ?? ""), true);
  assert.equal(await one.keys.revoke(key?.id ?? ""), false, "it was revoked before");
  assert.equal(await isAccepted(one, headers), false);
  clock.advance(2_001);
  assert.equal(await isAccepted(other, headers), false);
  assert.ok(await isAccepted(other, await signIn(one, "u1")), "a new key has taken over");
});

test("a store that has lost the ring gets it back from a process that has it", async () => {
  const store = memoryStore();
  const { auth } = testAuth({ store });
  const headers = await signIn(auth, "u1");
  const emptied = memoryStore();
  let keys = store.keys;
  const { auth: survivor } = testAuth({
    store: {
      ...store,
      keys: {
        readRing: () => keys.readRing(),
        writeRing: (...input) => keys.writeRing(...input),
      },
    },
  });
  assert.ok(await isAccepted(survivor, headers));
  ({ keys } = emptied);
  await auth.keys.rotate();
  assert.ok(await isAccepted(survivor, headers));
  await survivor.keys.list();
  assert.notEqual(await emptied.keys.readRing(), null);
});

test("a token that fits no key is refused in an outage, until a key may have come that the process does not know", async () => {
  const cutOff = cutOffStore();
  const { auth, clock } = testAuth({ store: cutOff.store });
  auth.on("store.failed", () => undefined);
  await auth.ready();
  const forged = { authorization: `Bearer sys_${"A".repeat(22)}.${"A".repeat(54)}` };
  cutOff.isCutOff = true;
  clock.advance(59_000);
  assert.equal(await isAccepted(auth, forged), false);
  clock.advance(2_000);
  await assert.rejects(auth.authenticate(forged), { code: "store_unavailable" });
  cutOff.isCutOff = false;
  await passTime(clock, 500);
  assert.equal(await isAccepted(auth, forged), false);
});

test("a process whose clock is behind that of who made the first key signs with it all the same", async () => {
  const store = memoryStore();
  const behind = new FakeClock();
  const ahead = new FakeClock();
  ahead.advance(90);
  const { auth: first } = testAuth({ store, clock: ahead });
  await first.ready();
  const { auth: second } = testAuth({ store, clock: behind });
  assert.ok(await isAccepted(first, await signIn(second, "u1")));
  const [key] = await first.keys.list();
  assert.equal(await first.keys.revoke(key?.id ?? ""), true);
  assert.ok(await isAccepted(first, await signIn(second, "u1")));
});

test("a sign-in that waits for the keys while one is revoked does not sign with that one", async () => {
  const store = memoryStore();
  const { auth: other } = testAuth({ store });
  await other.ready();
  const [key] = await other.keys.list();
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let isHeld = true;
  const { auth } = testAuth({
    store: {
      ...store,
      keys: {
        ...store.keys,
        async readRing() {
          const ring = await store.keys.readRing();
          if (isHeld) {
            isHeld = false;
            reached.resolve();
            await release.promise;
          }
          return ring;
        },
      },
    },
  });
  const signingIn = signIn(auth, "u1");
  await reached.promise;
  assert.equal(await other.keys.revoke(key?.id ?? ""), true);
  // The hint brings the entry, and then the ring comes that was read before it.
  for (let turn = 0; turn < 5; turn += 1)
    await new Promise((resolve) => void setImmediate(resolve));
  release.resolve();
  const headers = await signingIn;
  assert.ok(await isAccepted(other, headers));
  assert.ok(await isAccepted(auth, headers));
});
