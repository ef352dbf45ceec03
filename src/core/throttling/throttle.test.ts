import assert from "node:assert/strict";
import { test } from "node:test";
import { InMemoryAttempts } from "../../../test/support/in-memory-attempts.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { AuthError } from "../errors.ts";
import { resolveThrottlingOptions, type ThrottlingOptions } from "./options.ts";
import { createThrottle, type TakenAttempt } from "./throttle.ts";

const day = 86_400_000;
const alice = "alice@example.com";

function makeThrottle(options: ThrottlingOptions = {}) {
  const clock = new FakeClock();
  const store = new InMemoryAttempts();
  const limits = resolveThrottlingOptions(options, "throttling");
  return { clock, store, throttle: createThrottle({ store, clock, limits }) };
}

/** How many of so many calls were let through, and the seconds that the last refusal named. */
async function countTaken(
  times: number,
  take: (index: number) => Promise<unknown>,
): Promise<{ taken: number; retryAfterSeconds: number | undefined }> {
  let taken = 0;
  let retryAfterSeconds: number | undefined;
  for (let index = 0; index < times; index++) {
    try {
      await take(index);
      taken += 1;
    } catch (error) {
      assert.ok(error instanceof AuthError && error.code === "too_many_requests");
      retryAfterSeconds = error.retryAfterSeconds;
    }
  }
  return { taken, retryAfterSeconds };
}

/** An address of its own for every index. */
function botAddress(index: number): string {
  return `198.51.${index >> 8}.${index & 255}`;
}

test("stops guesses for one email from one address after five, and names the seconds to wait", async () => {
  const { clock, throttle } = makeThrottle();
  const guess = () => throttle.takeSignIn({ emailKey: alice, address: "192.0.2.1" });
  assert.deepEqual(await countTaken(20, guess), { taken: 5, retryAfterSeconds: 30 });
  clock.advance(29_001);
  assert.deepEqual(await countTaken(1, guess), { taken: 0, retryAfterSeconds: 1 });
  clock.advance(999);
  assert.deepEqual(await countTaken(2, guess), { taken: 1, retryAfterSeconds: 30 });
});

test("lets exactly the burst through when guesses come at once", async () => {
  const { throttle } = makeThrottle();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, () =>
      throttle.takeSignIn({ emailKey: alice, address: "192.0.2.1" }),
    ),
  );
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 5);
});

test("lets the user in from another address while one address is stopped", async () => {
  const { throttle } = makeThrottle();
  await countTaken(500, () => throttle.takeSignIn({ emailKey: alice, address: "192.0.2.1" }));
  await throttle.takeSignIn({ emailKey: alice, address: "192.0.2.2" });
});

test("stops one address that tries many users after thirty", async () => {
  const { throttle } = makeThrottle();
  const spray = (index: number) =>
    throttle.takeSignIn({ emailKey: `user${index}@example.com`, address: "192.0.2.1" });
  assert.deepEqual(await countTaken(100, spray), { taken: 30, retryAfterSeconds: 10 });
});

test("counts the addresses of one IPv6 network as one", async () => {
  const { throttle } = makeThrottle();
  const guess = (index: number) =>
    throttle.takeSignIn({ emailKey: alice, address: `2001:db8::${index.toString(16)}` });
  assert.equal((await countTaken(50, guess)).taken, 5);
});

test("stops guesses for one email from many addresses after a hundred, then 288 a day", async () => {
  const { clock, throttle } = makeThrottle();
  const guess = (index: number) =>
    throttle.takeSignIn({ emailKey: alice, address: botAddress(index) });
  assert.deepEqual(await countTaken(1_000, guess), { taken: 100, retryAfterSeconds: 300 });
  let taken = 0;
  for (let minute = 0; minute < 1_440; minute++) {
    clock.advance(60_000);
    taken += (await countTaken(3, (index) => guess(minute * 3 + index))).taken;
  }
  assert.equal(taken, 288);
});

test("lets a user in from an address that succeeded before while a botnet guesses", async () => {
  const { clock, throttle } = makeThrottle();
  const home = { emailKey: alice, address: "192.0.2.1" };
  await (await throttle.takeSignIn(home)).succeeded();
  for (const days of [0, 1, 44]) {
    clock.advance(days * day);
    await countTaken(200, (index) =>
      throttle.takeSignIn({ emailKey: alice, address: botAddress(index) }),
    );
    for (let time = 0; time < 10; time++) await (await throttle.takeSignIn(home)).succeeded();
  }
});

test("still limits guesses from a known address", async () => {
  const { throttle } = makeThrottle();
  const home = { emailKey: alice, address: "192.0.2.1" };
  await (await throttle.takeSignIn(home)).succeeded();
  await countTaken(200, (index) =>
    throttle.takeSignIn({ emailKey: alice, address: botAddress(index) }),
  );
  assert.deepEqual(await countTaken(50, () => throttle.takeSignIn(home)), {
    taken: 5,
    retryAfterSeconds: 30,
  });
});

test("does not take an address for known because it asked, often or at once", async () => {
  const { throttle } = makeThrottle();
  await countTaken(200, (index) =>
    throttle.takeSignIn({ emailKey: alice, address: botAddress(index) }),
  );
  const stranger = () => throttle.takeSignIn({ emailKey: alice, address: "203.0.113.1" });
  const atOnce = await Promise.allSettled(Array.from({ length: 50 }, stranger));
  assert.ok(atOnce.every(({ status }) => status === "rejected"));
  assert.equal((await countTaken(50, stranger)).taken, 0);
});

test("knows an address for one user only", async () => {
  const { throttle } = makeThrottle();
  const address = "192.0.2.1";
  await (await throttle.takeSignIn({ emailKey: "mallory@example.com", address })).succeeded();
  await countTaken(200, (index) =>
    throttle.takeSignIn({ emailKey: alice, address: botAddress(index) }),
  );
  assert.equal(
    (await countTaken(5, () => throttle.takeSignIn({ emailKey: alice, address }))).taken,
    0,
  );
});

test("forgets an address that did not succeed for 90 days", async () => {
  const { clock, throttle } = makeThrottle();
  const home = { emailKey: alice, address: "192.0.2.1" };
  for (let time = 0; time < 5; time++) await (await throttle.takeSignIn(home)).succeeded();
  clock.advance(90 * day);
  await countTaken(200, (index) =>
    throttle.takeSignIn({ emailKey: alice, address: botAddress(index) }),
  );
  assert.equal((await countTaken(1, () => throttle.takeSignIn(home))).taken, 0);
});

test("takes nothing for successes, so that they are never limited", async () => {
  const { throttle } = makeThrottle();
  for (let time = 0; time < 300; time++) {
    const taken = await throttle.takeSignIn({ emailKey: alice, address: "192.0.2.1" });
    await taken.succeeded();
  }
});

test("forgets the failures of an email and address when it succeeds, but not those of the address", async () => {
  const { throttle } = makeThrottle();
  const address = "192.0.2.1";
  for (let round = 0; round < 7; round++) {
    await countTaken(4, () => throttle.takeSignIn({ emailKey: alice, address }));
    await (await throttle.takeSignIn({ emailKey: alice, address })).succeeded();
  }
  const other = (index: number) =>
    throttle.takeSignIn({ emailKey: `user${index}@example.com`, address });
  assert.equal((await countTaken(10, other)).taken, 2);
});

test("takes nothing for a refused attempt", async () => {
  const { throttle } = makeThrottle({ signInByAddress: { burst: 6, refill: "10s" } });
  const address = "192.0.2.1";
  await countTaken(50, () => throttle.takeSignIn({ emailKey: alice, address }));
  await throttle.takeSignIn({ emailKey: "bob@example.com", address });
  await countTaken(50, () => throttle.takeSignIn({ emailKey: "carol@example.com", address }));
  const later = "192.0.2.2";
  assert.equal(
    (
      await countTaken(9, () =>
        throttle.takeSignIn({ emailKey: "carol@example.com", address: later }),
      )
    ).taken,
    5,
  );
});

test("limits by email alone where no address is known", async () => {
  const { throttle } = makeThrottle();
  const guess = () => throttle.takeSignIn({ emailKey: alice });
  assert.deepEqual(await countTaken(200, guess), { taken: 100, retryAfterSeconds: 300 });
  await throttle.takeSignIn({ emailKey: "bob@example.com" });
});

test("limits registrations from one address, whatever becomes of them", async () => {
  const { throttle } = makeThrottle();
  const register = () => throttle.takeRegistration({ address: "192.0.2.1" });
  assert.deepEqual(await countTaken(50, register), { taken: 30, retryAfterSeconds: 30 });
  await throttle.takeRegistration({ address: "192.0.2.2" });
  assert.equal((await countTaken(50, () => throttle.takeRegistration({}))).taken, 50);
});

test("limits password changes of one user from everywhere, until one succeeds", async () => {
  const { clock, throttle } = makeThrottle();
  const change = (index: number): Promise<TakenAttempt> =>
    throttle.takePasswordChange({ userId: "u1", address: botAddress(index) });
  assert.deepEqual(await countTaken(50, change), { taken: 5, retryAfterSeconds: 60 });
  clock.advance(60_000);
  await (await change(1)).succeeded();
  assert.equal((await countTaken(50, change)).taken, 5);
});

test("counts wrong passwords of a change together with those of sign-ins from the address", async () => {
  const { throttle } = makeThrottle();
  const address = "192.0.2.1";
  await countTaken(30, (index) => throttle.takePasswordChange({ userId: `u${index}`, address }));
  assert.equal(
    (await countTaken(1, () => throttle.takeSignIn({ emailKey: alice, address }))).taken,
    0,
  );
});

test("keeps no email and no address in the store", async () => {
  const { store, throttle } = makeThrottle();
  await (await throttle.takeSignIn({ emailKey: alice, address: "192.0.2.1" })).succeeded();
  await throttle.takeRegistration({ address: "192.0.2.1" });
  await throttle.takePasswordChange({ userId: "u1", address: "192.0.2.1" });
  assert.ok(store.arrivals.size > 0);
  for (const key of store.arrivals.keys()) assert.match(key, /^[A-Za-z0-9_-]{43}$/);
});

test("leaves nothing in the store but what refills or is forgotten", async () => {
  const { clock, store, throttle } = makeThrottle();
  await (await throttle.takeSignIn({ emailKey: alice, address: "192.0.2.1" })).succeeded();
  await countTaken(300, (index) =>
    throttle.takeSignIn({ emailKey: alice, address: botAddress(index) }),
  );
  clock.advance(90 * day);
  await store.purge(clock.now());
  assert.equal(store.arrivals.size, 0);
});

test("refuses limits that are none, naming the option", () => {
  assert.throws(
    () => resolveThrottlingOptions({ signInByEmail: { burst: 0, refill: "1s" } }, "throttling"),
    /^TypeError: throttling\.signInByEmail\.burst/,
  );
  assert.throws(
    () => resolveThrottlingOptions({ signInByEmail: { burst: 1, refill: 0 } }, "throttling"),
    /^TypeError: throttling\.signInByEmail\.refill/,
  );
});
