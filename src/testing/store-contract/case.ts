import type { Store } from "../../core/ports.ts";

/** A slice of a store that the contract speaks about. */
export type StoreSlice = "sessions" | "revocation" | "users" | "credentials" | "attempts";

export const storeSlices: readonly StoreSlice[] = [
  "sessions",
  "revocation",
  "users",
  "credentials",
  "attempts",
];

/** One sentence of the contract, and how to see whether a store keeps it. */
export interface StoreContractCase {
  readonly slice: StoreSlice;
  /** What holds, as a sentence. */
  readonly name: string;
  /** Resolves when an open store that holds nothing keeps the sentence; else rejects with one line. */
  readonly run: (store: Store) => Promise<void>;
}

/** What a case is given. */
export type Slices = Required<Pick<Store, StoreSlice>>;

/** The cases of a slice by name; those that need slices which the store lacks reject and say so. */
export function casesOf(
  slice: StoreSlice,
  cases: Readonly<Record<string, (store: Slices) => Promise<void>>>,
): readonly StoreContractCase[] {
  return Object.entries(cases).map(([name, run]) => ({
    slice,
    name,
    run: (store) => run(needing(store)),
  }));
}

function needing(store: Store): Slices {
  const present = (slice: StoreSlice) => {
    const found = store[slice];
    if (found === undefined) throw new Error(`the store has no slice ${slice}`);
    return found;
  };
  // Getters, so that a case fails only for the slices that it uses.
  return {
    sessions: store.sessions,
    revocation: store.revocation,
    get users() {
      return present("users") as Slices["users"];
    },
    get credentials() {
      return present("credentials") as Slices["credentials"];
    },
    get attempts() {
      return present("attempts") as Slices["attempts"];
    },
  };
}
