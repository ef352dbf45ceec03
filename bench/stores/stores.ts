import type { Bench } from "../harness/bench.ts";
import { byEffort, type Effort } from "../harness/effort.ts";
import { makePlace, reasonOf, type Address, type Place } from "../fixtures/places.ts";
import { loadStore } from "../fixtures/load.ts";
import { SampleSessions } from "../fixtures/sample-sessions.ts";
import { tagKeyOf } from "../fixtures/tag-key.ts";
import { benchSecret } from "../guard/symbolon.ts";
import { measureActs, type ActFigures } from "./acts.ts";
import { measureBytes, usedByKeys, usedBytes, type BytesFigures } from "./bytes.ts";
import { measureReads, readsPerCheck } from "./reads.ts";
import { reportOf, type StoreFigures } from "./store-report.ts";

type Kind = Address["kind"];

/** What stores cost, at three sizes, beside the bare driver. */
export const stores: Bench = {
  name: "stores",
  about:
    "reads, sign-ins, touches, revocations and bytes of each store, at up to a million sessions",
  async run({ effort, only }) {
    const figures: StoreFigures[] = [];
    const bytes: { kind: Kind; figures: BytesFigures }[] = [];
    const missing: string[] = [];
    for (const kind of ["sqlite", "redis", "postgres", "mariadb"] as const) {
      if (only !== null && !kind.includes(only)) continue;
      try {
        for (const sessions of sizesOf(kind, effort)) {
          process.stderr.write(`  ${kind}, ${sessions.toLocaleString("en")} sessions …\n`);
          figures.push(await measureStore(kind, sessions, effort));
        }
        const device = "without device text";
        bytes.push({ kind, figures: await measureBytes(kind, bytesOf(effort), device) });
      } catch (error) {
        if (figures.some((each) => each.kind === kind)) throw error;
        missing.push(`${kind}: ${reasonOf(error)}`);
      }
    }
    return { bench: "stores", missing, ...reportOf(figures, bytes) };
  },
};

function sizesOf(kind: Kind, effort: Effort): readonly number[] {
  return byEffort(effort, {
    full: kind === "mariadb" ? [1_000, 100_000] : [1_000, 100_000, 1_000_000],
    quick: [1_000, 10_000],
    tiny: [50],
  });
}

function bytesOf(effort: Effort): number {
  return byEffort(effort, { full: 100_000, quick: 10_000, tiny: 50 });
}

/** As many sessions are read at random; more would measure the memory of this process. */
const mostKnown = 20_000;

async function measureStore(kind: Kind, sessions: number, effort: Effort): Promise<StoreFigures> {
  const make: () => Promise<Place> = makePlace[kind];
  const place = await make();
  try {
    const { address } = place;
    const others = new SampleSessions();
    const tagKey = await tagKeyOf(address, benchSecret);
    const known = Array.from({ length: Math.min(sessions, mostKnown) }, () =>
      others.makeWithToken(tagKey),
    );
    const before = await usedBytes(address);
    await loadStore(address, {
      total: sessions,
      known: known.map(({ session }) => session),
      others,
    });
    const after = await usedBytes(address);
    const bytesOfKeys = await usedByKeys(address);
    const named = known.map(({ session, token }) => ({ id: session.id, token }));
    // Each store has its own turn of rounds, and many of them.
    const rounds = Math.ceil(effort.rounds / 2);
    const reads = await measureReads(address, named, { ...effort, rounds });
    const perCheck = await readsPerCheck(address, named.slice(0, 1_000));
    const acts: ActFigures[] = await measureActs(
      address,
      named,
      byEffort(effort, { full: 400, quick: 100, tiny: 5 }),
    );
    const bytes: BytesFigures = {
      sessions,
      device: "with device text",
      bytesPerSession: (after.bytes - before.bytes) / sessions,
      by: after.by,
      ...(bytesOfKeys !== undefined && { bytesOfKeys }),
    };
    return { kind, sessions, reads, perCheck, acts, bytes };
  } finally {
    await place.remove();
  }
}
