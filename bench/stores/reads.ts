import { createAuth } from "symbolon";
import { openStore, type Address } from "../fixtures/places.ts";
import { benchSecret } from "../guard/symbolon.ts";
import { failed, type Contestant } from "../harness/contestant.ts";
import { countCalls } from "../harness/counting-store.ts";
import { Deck } from "../harness/deck.ts";
import type { Effort } from "../harness/effort.ts";
import { FreshHeaders } from "../harness/headers.ts";
import { inFlight } from "../harness/in-flight.ts";
import { measure, type Figures } from "../harness/rounds.ts";
import { bareRead } from "./bare-reads.ts";

/** A session that was loaded, with its token. */
export interface KnownSession {
  readonly id: string;
  readonly token: string;
}

/** How many reads are in flight on a network, and over how many connections of a pool. */
export const width = 64;
const connections = 10;

/** The bare read, the store's `find`, and a whole check of a process that remembers nothing; in alternating rounds. */
export async function measureReads(
  address: Address,
  known: readonly KnownSession[],
  effort: Effort,
): Promise<Figures[]> {
  const bare = await bareRead(address, connections);
  const { store, close } = await openStore(address, connections);
  const auth = createAuth({
    secret: benchSecret,
    baseUrl: "https://app.example.com",
    revocation: { cacheSize: 0 },
    session: { touchEvery: "30m" },
    store,
  });
  await auth.ready();
  const inline = address.kind === "sqlite";
  const deck = new Deck(known.length);
  const ids = (count: number): string[] =>
    Array.from({ length: count }, () => Buffer.from(known[deck.draw()]?.id ?? "").toString());
  const fresh = new FreshHeaders(known.map(({ token }) => `__Host-sym=${token}`));
  const find = async (id: string): Promise<void> => {
    if ((await store.sessions.find(id)) === null) throw failed("find");
  };
  const check = async (headers: { readonly cookie?: string }): Promise<void> => {
    if ((await auth.authenticate(headers)) === null) throw failed("check");
  };
  const contestants: Contestant[] = [
    {
      name: "bare read",
      kind: "floor",
      batch(count) {
        const inputs = ids(count);
        if (!inline) return () => inFlight(inputs, width, async (id) => bare.read(id));
        return () => {
          for (const id of inputs) void bare.read(id);
        };
      },
    },
    {
      name: "sessions.find",
      kind: "symbolon",
      batch(count) {
        const inputs = ids(count);
        return () => inFlight(inputs, inline ? 1 : width, find);
      },
    },
    {
      name: "check, nothing cached",
      kind: "symbolon",
      batch(count) {
        const inputs = fresh.take(count);
        return () => inFlight(inputs, inline ? 1 : width, check);
      },
    },
  ];
  try {
    return await measure(contestants, effort, "bare read");
  } finally {
    await auth.close();
    await close();
    await bare.close();
  }
}

/** How many reads of the store a check costs: when a process sees sessions for the first time, and ever after. */
export async function readsPerCheck(
  address: Address,
  known: readonly KnownSession[],
): Promise<{ readonly atFirst: number; readonly after: number }> {
  const { store, close } = await openStore(address);
  const counted = countCalls(store);
  const auth = createAuth({
    secret: benchSecret,
    baseUrl: "https://app.example.com",
    store: counted.store,
  });
  await auth.ready();
  const pass = async (): Promise<number> => {
    const before = counted.reads();
    for (const { token } of known) {
      if ((await auth.authenticate({ cookie: `__Host-sym=${token}` })) === null) {
        throw failed("check");
      }
    }
    return (counted.reads() - before) / known.length;
  };
  try {
    return { atFirst: await pass(), after: await pass() };
  } finally {
    await auth.close();
    await close();
  }
}
