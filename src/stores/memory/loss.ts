import type { Store, StoreTraits } from "../../core/ports.ts";
import type { Seq } from "../../core/revocation/revocation-store.ts";
import type { RevocationLog } from "./log.ts";

// By its traits and not by the store, so that a store whose slices were wrapped is known too.
const logs = new WeakMap<StoreTraits, RevocationLog>();

/** Lets `loseEntriesAfter` find the log of a store. */
export function losable<Losable extends Store>(store: Losable, log: RevocationLog): Losable {
  logs.set(store.traits, log);
  return store;
}

/** For tests: makes the log of a memory store forget the entries after `seq`, as a failover does. */
export async function loseEntriesAfter({ traits }: Store, seq: Seq): Promise<void> {
  const log = logs.get(traits);
  if (log === undefined) throw new TypeError("loseEntriesAfter: not a memory store");
  log.loseAfter(seq);
}
