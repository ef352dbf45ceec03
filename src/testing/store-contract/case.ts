import type { Store } from "../../core/ports.ts";
import type { Seq } from "../../core/revocation/revocation-store.ts";

/** A slice of a store that the contract speaks about. */
export type StoreSlice = "sessions" | "revocation" | "keys" | "users" | "credentials" | "attempts";

export const storeSlices: readonly StoreSlice[] = [
  "sessions",
  "revocation",
  "keys",
  "users",
  "credentials",
  "attempts",
];

/** What a store under test can do to itself that no port offers. */
export interface Damage {
  /** Makes the log forget the entries after `seq`, and its head go back there, as a failover to a replica does that lags. */
  readonly loseEntriesAfter: (store: Store, seq: Seq) => Promise<void>;
}

/** One sentence of the contract, and how to see whether a store keeps it. */
export interface StoreContractCase {
  readonly slice: StoreSlice;
  /** What holds, as a sentence. */
  readonly name: string;
  /** What the case needs besides the store. */
  readonly needs?: keyof Damage;
  /** Resolves when an open store that holds nothing keeps the sentence; else rejects with one line. */
  readonly run: (store: Store, damage?: Damage) => Promise<void>;
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

/** Cases of the revocation slice that need the log to lose entries. */
export function casesOfLoss(
  cases: Readonly<
    Record<string, (store: Slices, lose: (seq: Seq) => Promise<void>) => Promise<void>>
  >,
): readonly StoreContractCase[] {
  return Object.entries(cases).map(([name, run]) => ({
    slice: "revocation",
    name,
    needs: "loseEntriesAfter",
    run: (store, damage) => {
      if (damage === undefined) throw new Error("the case needs loseEntriesAfter");
      return run(needing(store), (seq) => damage.loseEntriesAfter(store, seq));
    },
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
    keys: store.keys,
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
