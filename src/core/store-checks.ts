import type { Store } from "./ports.ts";
import { originOf, type SliceOrigin } from "./slice-origin.ts";

/** What the engine will ask of a store. */
export interface StoreNeeds {
  readonly accounts: boolean;
  /** Whether what was acknowledged must outlive the process. */
  readonly durable: boolean;
}

type SliceName = "sessions" | "revocation" | "keys" | "users" | "credentials" | "attempts";

const ofSessions: readonly SliceName[] = ["sessions", "revocation", "keys"];
const ofAccounts: readonly SliceName[] = ["users", "credentials", "attempts"];

/**
 * Refuses stores, and mixtures of stores, that cannot keep what the engine promises. What an application made itself
 * cannot be judged and passes.
 * @throws TypeError that names the slices
 */
export function refuseUnfitStore(store: Store, needs: StoreNeeds): void {
  // Callers without types reach this too.
  const given = (store ?? {}) as Partial<Store>;
  refuseMissing(given, ofSessions, "the slices `sessions`, `revocation` and `keys`");
  if (needs.accounts) {
    refuseMissing(given, ofAccounts, "with accounts also `users`, `credentials` and `attempts`");
  }
  const used = [...ofSessions, ...(needs.accounts ? ofAccounts : [])];
  refuseApart(store, "sessions", "revocation", "a session and what ends it are written together");
  refuseApart(store, "revocation", "keys", "a new key and the log of it are written together");
  if (needs.accounts) {
    refuseApart(store, "users", "credentials", "a user and the password are written together");
  }
  refuseOtherPartitions(store);
  refuseUnopened(store, used);
  if (needs.durable) refuseVolatile(store, used);
}

function refuseMissing(store: Partial<Store>, needed: readonly SliceName[], what: string): void {
  const missing = needed.filter((name) => typeof store[name] !== "object" || store[name] === null);
  if (missing.length === 0) return;
  throw new TypeError(
    `store must have ${what}, for example sqliteStore('app.db'); ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing. A store of sessions alone is completed by another: combineStores({ sessions, accounts })`,
  );
}

function refuseApart(store: Store, one: SliceName, other: SliceName, why: string): void {
  const [ofOne, ofOther] = [originIn(store, one), originIn(store, other)];
  if (ofOne === null || ofOther === null || ofOne === ofOther) return;
  const kept =
    ofOne.name === ofOther.name
      ? `of two ${ofOne.name} stores`
      : `of the ${ofOne.name} store and of the ${ofOther.name} store`;
  throw new TypeError(
    `store: ${one} and ${other} are ${kept}, but ${why}: take both from one, as combineStores({ sessions, accounts }) does`,
  );
}

function refuseOtherPartitions(store: Store): void {
  const { partitions } = store.traits;
  const origin = originIn(store, "sessions");
  if (origin === null || origin.partitions === partitions) return;
  throw new TypeError(
    `store: traits.partitions is ${partitions}, but the ${origin.name} store, which has the slice sessions, has ${origin.partitions}: take traits from it too`,
  );
}

function refuseUnopened(store: Store, used: readonly SliceName[]): void {
  const hasOpen = typeof store.open === "function";
  const opener = originOf(Reflect.get(store, "open"));
  // An `open` of the application's own is trusted to open what it put together.
  if (hasOpen && opener === null) return;
  for (const name of used) {
    const origin = originIn(store, name);
    if (origin === null || origin.opensItself || origin === opener) continue;
    throw new TypeError(
      `store: ${name} is of the ${origin.name} store, which nothing opens: ${opener === null ? "open is missing" : `open is the ${opener.name} store's`}. Write combineStores({ sessions, accounts }), or spread redisStore(client).onlySessions instead of redisStore(client)`,
    );
  }
}

function refuseVolatile(store: Store, used: readonly SliceName[]): void {
  const volatile = used.filter((name) => originIn(store, name)?.durable === false);
  if (volatile.length === 0 && store.traits.durable) return;
  const what =
    volatile.length === 0
      ? `the ${store.traits.name} store forgets every session`
      : `the ${originIn(store, volatile[0] ?? "sessions")?.name} store forgets ${volatile.includes("sessions") ? "every session" : volatile.join(", ")}`;
  throw new TypeError(
    `store: ${what} when the process ends. Use another in production, or set dangerouslyAllowVolatileStore`,
  );
}

function originIn(store: Store, name: SliceName): SliceOrigin | null {
  return originOf(store[name]);
}
