import { setImmediate as turn } from "node:timers/promises";
import { createAuth } from "symbolon";
import { sqliteStore } from "symbolon/stores/sqlite";
import { loadStore } from "../fixtures/load.ts";
import { makePlace } from "../fixtures/places.ts";
import { SampleSessions } from "../fixtures/sample-sessions.ts";
import { tagKeyOf } from "../fixtures/tag-key.ts";
import { admit, sectionOf, type BenchOptions } from "../harness/bench.ts";
import { failed, type Entrant } from "../harness/contestant.ts";
import { countCalls } from "../harness/counting-store.ts";
import { byEffort } from "../harness/effort.ts";
import { FreshHeaders } from "../harness/headers.ts";
import { brief, type Part } from "../harness/report.ts";
import { measure } from "../harness/rounds.ts";
import { benchOptions, benchSecret } from "./symbolon.ts";

/** So many stored, so many in use, and every so many-th request with a session that is not. */
interface Population {
  readonly stored: number;
  readonly hot: number;
  readonly coldEvery: number | null;
}

const cacheSize = 50_000;
/** As many of the others as there are tokens to draw from; each is seen at most once a round or so. */
const mostColdTokens = 100_000;

/** A million stored, a bounded cache: what a check costs must not depend on how many sessions there are. */
export async function measureMillion(options: BenchOptions): Promise<Part> {
  const { effort } = options;
  const many = byEffort(effort, { full: 1_000_000, quick: 100_000, tiny: 200 });
  const hot = byEffort(effort, { full: 10_000, quick: 2_000, tiny: 20 });
  const few = byEffort(effort, { full: 1_000, quick: 1_000, tiny: 20 });
  const named = (count: number): string => count.toLocaleString("en");
  const small = `symbolon, ${named(few)} stored`;
  // As many in use as in the small one, so that all that differs is how many there are.
  const alike = `symbolon, ${named(many)} stored, ${named(few)} hot`;
  const large = `symbolon, ${named(many)} stored, ${named(hot)} hot`;
  const contestants = await admit(
    [
      { name: small, make: () => onSqlite({ stored: few, hot: few, coldEvery: null }) },
      { name: alike, make: () => onSqlite({ stored: many, hot: few, coldEvery: null }) },
      { name: large, make: () => onSqlite({ stored: many, hot, coldEvery: null }) },
      {
        name: `${large}, 1 % others`,
        make: () => onSqlite({ stored: many, hot, coldEvery: 100 }),
      },
    ],
    options,
  );
  if (contestants.length === 0) return { sections: [], targets: [] };
  const figures = await measure(contestants, effort, small);
  for (const contestant of contestants) await contestant.close?.();
  const section = sectionOf(
    "many stored, a bounded cache",
    `In SQLite files, with a cache of ${named(cacheSize)} sessions, which is the default.`,
    figures,
    small,
  );
  const targets = [
    { name: alike, allowance: 1.2 },
    // Ten times as many in use lie further away in the processor's memory.
    { name: large, allowance: 1.5 },
  ].flatMap(({ name, allowance }) => {
    const ratio = figures.find((each) => each.name === name)?.ratio;
    if (!ratio) return [];
    return {
      target: `${name}: within ${allowance}x of ${named(few)} stored`,
      measured: `${brief(ratio.median)}x`,
      met: ratio.median <= allowance,
    };
  });
  return { sections: [section], targets };
}

async function onSqlite({ stored, hot, coldEvery }: Population): ReturnType<Entrant["make"]> {
  const place = await makePlace.sqlite();
  const others = new SampleSessions();
  const tagKey = await tagKeyOf(place.address, benchSecret);
  const drawn = coldEvery === null ? hot : Math.min(stored, hot + mostColdTokens);
  const known = Array.from({ length: drawn }, () => others.makeWithToken(tagKey));
  const sessions = known.map(({ session }) => session);
  await loadStore(place.address, { total: stored, known: sessions, others });
  const cookies = known.map(({ token }) => `__Host-sym=${token}`);

  const counted = countCalls(sqliteStore(place.address.path));
  const auth = createAuth({
    ...benchOptions,
    revocation: { ...benchOptions.revocation, cacheSize },
    store: counted.store,
  });
  const hotCookies = cookies.slice(0, hot);
  const fresh = new FreshHeaders(hotCookies);
  const cold = coldEvery === null ? null : new FreshHeaders(cookies.slice(hot));
  let checks = 0;
  let missed = 0;
  return {
    kind: "symbolon",
    async settle() {
      await turn();
      for (const cookie of hotCookies) {
        if ((await auth.authenticate({ cookie })) === null) throw failed("symbolon");
      }
    },
    batch(count) {
      const inputs = fresh.take(count);
      if (cold !== null && coldEvery !== null) {
        for (let at = 0; at < count; at += coldEvery) inputs.splice(at, 1, ...cold.take(1));
      }
      return async () => {
        const before = counted.reads();
        for (const headers of inputs) {
          if ((await auth.authenticate(headers)) === null) throw failed("symbolon");
        }
        checks += inputs.length;
        missed += counted.reads() - before;
      };
    },
    counts: () => ({ "reads of the store": counted.reads() }),
    facts: () => ({ "hit rate": 1 - missed / checks, "reads per check": missed / checks }),
    async close() {
      await auth.close();
      await place.remove();
    },
  };
}
