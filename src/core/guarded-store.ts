import { AuthError } from "./errors.ts";
import type { Store } from "./ports.ts";

/**
 * The store as the engine sees it. It is opened before the first call, by whichever call comes first, and what a
 * method throws becomes `AuthError('store_unavailable')`, so that "cannot be reached" is never taken for "signed
 * out". Every store call passes here, so deadlines and the circuit breaker have their place here too.
 */
export type GuardedStore = Store & { open(): Promise<void>; close(): Promise<void> };

export function guardStore(
  store: Store,
  on: {
    readonly open: () => void;
    /** What the store threw; the caller is told only that it could not be reached. */
    readonly failure: (method: string, error: unknown) => void;
  },
): GuardedStore {
  let opening: Promise<void> | null = null;
  let isOpen = false;

  function open(): Promise<void> {
    opening ??= openOnce().finally(() => {
      opening = null;
    });
    return opening;
  }

  async function openOnce(): Promise<void> {
    if (isOpen) return;
    await store.open?.();
    isOpen = true;
    on.open();
  }

  async function guardCall<Answer>(method: string, call: () => Promise<Answer>): Promise<Answer> {
    try {
      if (!isOpen) await open();
      return await call();
    } catch (cause) {
      on.failure(method, cause);
      throw new AuthError("store_unavailable", { cause, retryAfterSeconds: 1 });
    }
  }

  function guardSlice<Slice extends object>(slice: Slice): Slice {
    const guarded: Record<string, unknown> = {};
    for (const name of methodNames(slice)) {
      const method: unknown = Reflect.get(slice, name);
      if (typeof method !== "function") continue;
      guarded[name] = (...input: unknown[]): Promise<unknown> =>
        guardCall(name, () => Reflect.apply(method, slice, input) as Promise<unknown>);
    }
    return guarded as Slice;
  }

  return {
    traits: store.traits,
    sessions: guardSlice(store.sessions),
    revocation: guardSlice(store.revocation),
    ...(store.users && { users: guardSlice(store.users) }),
    ...(store.credentials && { credentials: guardSlice(store.credentials) }),
    ...(store.attempts && { attempts: guardSlice(store.attempts) }),
    open: () => guardCall("open", async () => undefined),
    close: async () => store.close?.(),
  };
}

/** A slice may be a plain object or an instance of a class. */
function methodNames(slice: object): ReadonlySet<string> {
  const names = new Set<string>();
  let holder: object | null = slice;
  while (holder !== null && holder !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      if (name !== "constructor") names.add(name);
    }
    holder = Reflect.getPrototypeOf(holder);
  }
  return names;
}
