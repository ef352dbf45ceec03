import { createAuth, type Auth, type Store } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { instantHasher, testSecret } from "../support/auth.ts";

/** The engine that an adapter's application runs on, and what the cases need to know of it. */
export interface Application {
  readonly auth: Auth;
  readonly clock: FakeClock;
  readonly storeCalls: () => number;
}

/** Makes a fresh one. */
export function makeApplication(): Application {
  const clock = new FakeClock();
  const { store, calls } = countCalls(memoryStore());
  const auth = createAuth({
    secret: testSecret,
    store,
    accounts: { password: { hasher: instantHasher } },
    clock,
  });
  auth.on("warning", () => undefined);
  return { auth, clock, storeCalls: calls };
}

/** The store, and how often it was called since the last time that was asked. */
export function countCalls(store: Store): { store: Store; calls: () => number } {
  let count = 0;
  const counted = <Slice extends object>(slice: Slice): Slice =>
    new Proxy(slice, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== "function") return member;
        return (...input: unknown[]): unknown => {
          count += 1;
          return Reflect.apply(member, target, input);
        };
      },
    });
  const { sessions, revocation, users, credentials, attempts } = store;
  return {
    store: {
      ...store,
      sessions: counted(sessions),
      revocation: counted(revocation),
      ...(users && { users: counted(users) }),
      ...(credentials && { credentials: counted(credentials) }),
      ...(attempts && { attempts: counted(attempts) }),
    },
    calls() {
      const result = count;
      count = 0;
      return result;
    },
  };
}
