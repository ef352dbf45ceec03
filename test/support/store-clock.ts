import type { FakeClock } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";

/** A store whose clock is the one that the test moves: a server has its own, and memory takes its caller's. */
export function withStoreClock<Clocked extends Store>(store: Clocked, clock: FakeClock): Clocked {
  const { revocation } = store;
  const sync: typeof revocation.sync = async (request) => ({
    ...(await revocation.sync(request)),
    storeNow: clock.now(),
  });
  return { ...store, revocation: { ...revocation, sync } };
}
