import { randomBytes } from "node:crypto";
import { AuthError, type ErrorCode } from "../../src/core/errors.ts";
import { createHashingQueue } from "../../src/core/passwords/hashing-queue.ts";
import type { PasswordHasher } from "../../src/core/ports.ts";
import type { ThrottlingOptions } from "../../src/core/throttling/options.ts";
import { createThrottle } from "../../src/core/throttling/throttle.ts";
import { type Accounts, createAccounts } from "../../src/core/users/accounts.ts";
import { resolveAccountsOptions } from "../../src/core/users/options.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { CountingHasher } from "./counting-hasher.ts";
import { InMemoryAttempts } from "./in-memory-attempts.ts";
import { InMemoryUsers } from "./in-memory-users.ts";

/** Accounts on stores in memory, with everything they touch in reach. */
export interface AccountsFixture<Hasher extends PasswordHasher> {
  readonly accounts: Accounts;
  readonly clock: FakeClock;
  readonly store: InMemoryUsers;
  readonly attempts: InMemoryAttempts;
  readonly hasher: Hasher;
  /** Ends the sessions of a user; a test may put its own in its place. */
  endSessions: (userId: string) => Promise<number>;
  /** What was reported, in order. */
  readonly problems: { readonly message: string; readonly cause: unknown }[];
}

/** Accounts with a hasher that only counts. */
export function makeAccounts(throttling: ThrottlingOptions = {}): AccountsFixture<CountingHasher> {
  return makeAccountsWith(new CountingHasher(), throttling);
}

/** Accounts with a hasher of one's own. */
export function makeAccountsWith<Hasher extends PasswordHasher>(
  hasher: Hasher,
  throttling: ThrottlingOptions = {},
): AccountsFixture<Hasher> {
  const clock = new FakeClock();
  const store = new InMemoryUsers();
  const attempts = new InMemoryAttempts();
  const problems: { message: string; cause: unknown }[] = [];
  const config = resolveAccountsOptions({ password: { hasher, appName: "Teahouse" }, throttling });
  let fixture: AccountsFixture<Hasher> | null = null;
  const accounts = createAccounts({
    users: store,
    credentials: store,
    throttle: createThrottle({ store: attempts, clock, limits: config.throttling }),
    hashing: createHashingQueue({ hasher, clock, ...config.password.hashing }),
    clock,
    random: randomBytes,
    rules: config.password,
    claims: config.claims,
    endSessions: async (userId) => (await fixture?.endSessions(userId)) ?? 0,
    onProblem: (message, cause) => problems.push({ message, cause }),
  });
  fixture = { accounts, clock, store, attempts, hasher, problems, endSessions: async () => 0 };
  return fixture;
}

/** For `assert.rejects`: the error is an AuthError with this code and exactly these fields. */
export function authError(code: ErrorCode, ...fields: readonly string[]) {
  return (error: unknown): boolean =>
    error instanceof AuthError &&
    error.code === code &&
    error.fields.map(({ field }) => field).join() === fields.join();
}
