import assert from "node:assert/strict";
import { test } from "node:test";
import { CountingHasher } from "../../../test/support/counting-hasher.ts";
import { type AccountsOptions, resolveAccountsOptions } from "./options.ts";

test("fills in the defaults", () => {
  const { password, throttling } = resolveAccountsOptions({ password: true });
  assert.equal(password.minLength, 8);
  assert.equal(password.appName, null);
  assert.deepEqual(password.hashing, { concurrency: 2, maxWaiting: 1_000 });
  assert.deepEqual(throttling, {
    signInByAddress: { burst: 30, refillMs: 10_000 },
    signInByEmailAndAddress: { burst: 5, refillMs: 30_000 },
    signInByEmail: { burst: 100, refillMs: 300_000 },
    registrationByAddress: { burst: 30, refillMs: 30_000 },
    passwordChangeByUser: { burst: 5, refillMs: 60_000 },
  });
});

test("changes one limit without touching the others", () => {
  const { throttling } = resolveAccountsOptions({
    password: true,
    throttling: { registrationByAddress: { burst: 1_000, refill: "1s" } },
  });
  assert.deepEqual(throttling.registrationByAddress, { burst: 1_000, refillMs: 1_000 });
  assert.deepEqual(throttling.signInByAddress, { burst: 30, refillMs: 10_000 });
});

test("answers a frozen copy, and leaves the caller's options and hasher alone", () => {
  const hasher = new CountingHasher();
  const options = { password: { hasher }, throttling: {} };
  const config = resolveAccountsOptions(options);
  assert.equal(config.password.hasher, hasher);
  for (const part of [config, config.password, config.password.hashing, config.throttling]) {
    assert.ok(Object.isFrozen(part));
  }
  assert.ok(Object.isFrozen(config.throttling.signInByEmail));
  for (const part of [options, options.password, options.throttling, hasher]) {
    assert.ok(!Object.isFrozen(part));
  }
});

test("refuses bad values, naming the option", () => {
  const cases: readonly [unknown, RegExp][] = [
    [undefined, /^TypeError: accounts must be/],
    [{}, /^TypeError: accounts\.password must be/],
    [{ password: false }, /^TypeError: accounts\.password must be/],
    [{ password: { hasher: {} } }, /^TypeError: accounts\.password\.hasher/],
    [{ password: { minLength: 4 } }, /^TypeError: accounts\.password\.minLength/],
    [{ password: { minLength: "12" } }, /^TypeError: accounts\.password\.minLength/],
    [{ password: { minLength: 65 } }, /^TypeError: accounts\.password\.minLength/],
    [{ password: { appName: 7 } }, /^TypeError: accounts\.password\.appName/],
    [{ password: { concurrency: 0 } }, /^TypeError: accounts\.password\.concurrency/],
    [{ password: { maxWaiting: -1 } }, /^TypeError: accounts\.password\.maxWaiting/],
    [
      { password: true, throttling: { signInByAddress: { burst: 1.5, refill: "1s" } } },
      /^TypeError: accounts\.throttling\.signInByAddress\.burst/,
    ],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => resolveAccountsOptions(options as AccountsOptions), message);
  }
});
