import { createAuth, type Auth, type AuthOptions } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { instantHasher, testSecret } from "../support/auth.ts";
import { InstrumentedStore } from "../support/instrumented-store.ts";

/** The engine that an adapter's application runs on, and what the cases need to know of it. */
export interface Application {
  readonly auth: Auth;
  readonly clock: FakeClock;
  readonly store: InstrumentedStore;
}

/** Makes a fresh one, or with `beside` another process of the same deployment. */
export function makeApplication(
  options: Partial<AuthOptions> = {},
  beside?: Omit<Application, "auth">,
): Application {
  const { clock, store } = beside ?? {
    clock: new FakeClock(),
    store: new InstrumentedStore(memoryStore()),
  };
  const auth = createAuth({
    secret: testSecret,
    store: store.store,
    accounts: { password: { hasher: instantHasher } },
    clock,
    ...options,
  });
  auth.on("warning", () => undefined);
  // A leap of the clock makes every call late that was under way.
  auth.on("store.failed", () => undefined);
  return { auth, clock, store };
}
