import { createAuth, type Auth, type AuthOptions, type PasswordHasher } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";

/** A secret for tests; nothing real is signed with it. */
export const testSecret = "q8Zk3vN1xT7bL5mR9cY2wH6dJ4sF0gPa-test";

export const alice = { email: "alice@example.com", password: "correct horse battery" } as const;
export const bob = { email: "bob@example.com", password: "staple wires tomorrow" } as const;

/** A hasher that costs nothing, where the cost is not what is tested. */
export const instantHasher: PasswordHasher = {
  hash: async (password) => `plain:${password}` as Awaited<ReturnType<PasswordHasher["hash"]>>,
  verify: async (hash, password) => ({ matches: hash === `plain:${password}`, outdated: false }),
};

/** An engine on a memory store, with accounts, on a fake clock. */
export function testAuth(options: Partial<AuthOptions> = {}): { auth: Auth; clock: FakeClock } {
  const clock = new FakeClock();
  const auth = createAuth({
    secret: testSecret,
    store: memoryStore(),
    accounts: { password: { hasher: instantHasher } },
    clock,
    ...options,
  });
  return { auth, clock };
}
