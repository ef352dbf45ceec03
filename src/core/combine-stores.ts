import type { Store } from "./ports.ts";

/**
 * One store of two: the sessions, with what revokes them and the shared keys, of the first; the users, passwords and attempts of the second.
 * Opening opens both, and closing closes both, also when one of them fails.
 * @throws TypeError when one of them lacks what it is to give.
 */
export function combineStores(stores: {
  readonly sessions: Store;
  readonly accounts: Pick<
    Store,
    "traits" | "users" | "credentials" | "attempts" | "open" | "close"
  >;
}): Required<Store> {
  const { sessions, accounts } = stores;
  const { users, credentials } = accounts;
  // Attempts are counted beside the passwords; a database that cannot leaves them to the store of the sessions.
  const attempts = accounts.attempts ?? sessions.attempts;
  if (users === undefined || credentials === undefined || attempts === undefined) {
    throw new TypeError(
      `combineStores: the ${accounts.traits.name} store has no accounts: it lacks users, credentials or attempts`,
    );
  }
  return {
    traits: {
      name: `${sessions.traits.name} and ${accounts.traits.name}`,
      durable: sessions.traits.durable && accounts.traits.durable,
      partitions: sessions.traits.partitions,
    },
    sessions: sessions.sessions,
    revocation: sessions.revocation,
    keys: sessions.keys,
    users,
    credentials,
    attempts,
    open: () => both((store) => store.open?.()),
    close: () => both((store) => store.close?.()),
  };

  /** Neither is left half-way because of the other. */
  async function both(
    act: (store: Pick<Store, "open" | "close">) => Promise<void> | undefined,
  ): Promise<void> {
    const results = await Promise.allSettled([act(sessions), act(accounts)]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
