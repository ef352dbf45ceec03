import type { Bench } from "../harness/bench.ts";
import { byEffort, type Effort } from "../harness/effort.ts";
import { makePlace, reasonOf, type Address, type Place } from "../fixtures/places.ts";
import { brief, type Section, type Target } from "../harness/report.ts";
import { Member } from "./member.ts";
import { cookieCacheSeconds } from "./peer-worlds.ts";
import { tryRevoking, type Outcome, type Trial } from "./trial.ts";
import type { WorldName } from "./world.ts";

/** A trial with what its row is called. */
interface NamedTrial extends Omit<Trial, "settings"> {
  readonly name: string;
  readonly world: WorldName;
  readonly store: Address["kind"];
  readonly note?: string;
}

interface Tried {
  readonly trial: NamedTrial;
  readonly outcome: Outcome;
}

const leaseMs = 2_000;

/** How long after a revocation do other processes still say yes? */
export const revocation: Bench = {
  name: "revocation",
  about: "how long after a revocation other processes still accept: in two and in eight processes",
  async run({ effort, only }) {
    const trials = trialsFor(effort).filter(({ name }) => only === null || name.includes(only));
    const tried: Tried[] = [];
    const missing: string[] = [];
    let readCost: number | null = null;
    for (const kind of ["redis", "postgres", "sqlite", "mariadb"] as const) {
      const here = trials.filter(({ store }) => store === kind);
      if (here.length === 0) continue;
      const make: () => Promise<Place> = makePlace[kind];
      const place = await make().catch(reasonOf);
      if (typeof place === "string") {
        missing.push(`${kind}: ${place}`);
        continue;
      }
      try {
        for (const trial of here) {
          process.stderr.write(`  ${trial.name} …\n`);
          const settings = { name: trial.world, address: place.address };
          tried.push({ trial, outcome: await tryRevoking({ ...trial, settings }) });
        }
        if (here.some(({ world }) => world === readingEachTime)) {
          readCost = await costOfReading(place.address, byEffort(effort, counts));
        }
      } finally {
        await place.remove();
      }
    }
    return {
      bench: "revocation",
      sections: [sectionOf(tried, readCost)],
      targets: targetsOf(tried),
      missing,
    };
  },
};

const readingEachTime = "express-session + connect-redis";
const counts = { full: 2_000, quick: 500, tiny: 5 } as const;

function trialsFor(effort: Effort): NamedTrial[] {
  const pushed = byEffort(effort, { full: 300, quick: 40, tiny: 2 });
  const polled = byEffort(effort, { full: 60, quick: 8, tiny: 1 });
  const symbolon = { world: "symbolon", atOnce: 1, propagated: false } as const;
  const tight = { ...symbolon, processes: 2, paceMs: 0, spreadMs: 10 };
  // Eight processes that only yield would measure how two cores are shared out.
  const eight = { ...symbolon, processes: 8, paceMs: 2, spreadMs: 10 };
  const slow = { ...symbolon, processes: 2, paceMs: 1, spreadMs: 500 };
  return [
    ...(["redis", "postgres"] as const).flatMap((store) => [
      { ...tight, store, name: `symbolon, ${store}`, revocations: pushed },
      { ...eight, store, name: `symbolon, ${store}, 8 processes`, revocations: pushed },
      {
        ...tight,
        store,
        name: `symbolon, ${store}, propagated`,
        propagated: true,
        revocations: Math.ceil(pushed / 3),
      },
    ]),
    ...(["redis", "postgres"] as const).map((store) => ({
      ...tight,
      store,
      name: `a message alone, ${store}`,
      world: "a message alone" as const,
      note: "the floor: what the database's own message takes here to arrive and to be looked at; nothing is stored",
      revocations: pushed,
    })),
    ...(["sqlite", "mariadb"] as const).flatMap((store) => [
      { ...slow, store, name: `symbolon, ${store}`, revocations: polled },
      {
        ...slow,
        store,
        processes: 8,
        paceMs: 5,
        name: `symbolon, ${store}, 8 processes`,
        revocations: Math.ceil(polled / 3),
      },
      {
        ...slow,
        store,
        name: `symbolon, ${store}, propagated`,
        propagated: true,
        revocations: Math.ceil(polled / 3),
      },
    ]),
    {
      ...tight,
      name: readingEachTime,
      world: readingEachTime,
      store: "redis",
      note: "every check reads the store, which is why the next one knows",
      revocations: pushed,
    },
    {
      name: "better-auth, cookie cache",
      world: "better-auth, cookie cache",
      store: "sqlite",
      note: `the setting decides it: session.cookieCache.maxAge is ${cookieCacheSeconds} s here, 300 s by default and in its documentation; until then it accepts. A real client gets a new copy with each answer and may be refused later or sooner`,
      processes: 2,
      atOnce: byEffort(effort, { full: 20, quick: 8, tiny: 1 }),
      revocations: byEffort(effort, { full: 40, quick: 8, tiny: 1 }),
      paceMs: 20,
      spreadMs: 1_000 * cookieCacheSeconds,
      propagated: false,
    },
  ];
}

/** CPU of a check that reads Redis each time. */
async function costOfReading(address: Address, checks: number): Promise<number> {
  const member = await Member.start({ name: readingEachTime, address });
  try {
    return await member.cost((await member.signIn()).cookie, checks);
  } finally {
    await member.stop();
  }
}

function sectionOf(tried: readonly Tried[], readCost: number | null): Section {
  const notes = tried.flatMap(({ trial: { name, note } }) =>
    note === undefined ? [] : [`${name}: ${note}`],
  );
  if (readCost !== null) {
    notes.push(
      `${readingEachTime}: reading the session costs ${brief(readCost)} µs of this process's CPU for every check (one at a time), and a round trip`,
    );
  }
  return {
    title: "from the call of revoke to the first refusal elsewhere",
    about:
      "Milliseconds. Processes on one machine that share its monotonic clock; each watcher has seen the session and asks again and again. `looks` is the time between two looks, which no figure can be finer than.",
    rows: tried.map(({ trial, outcome }) => ({
      "": trial.name,
      n: outcome.refused.count,
      p50: outcome.refused.p50,
      p99: outcome.refused.p99,
      max: outcome.refused.max,
      "revoke answered p50": outcome.resolved.p50,
      "p99 ": outcome.resolved.p99,
      "looks, mean": outcome.resolutionMs.mean,
      "looks, longest": outcome.resolutionMs.longest,
      "accepted after the answer": outcome.acceptedAfterAnswer,
    })),
    notes: [
      ...notes,
      "accepted after the answer: refusals before which a check that began after `revoke` had answered was let through; with `propagated: true` there must be none.",
    ],
    data: {
      trials: tried.map(({ trial, outcome }) => ({ ...trial, ...outcome })),
      expressSessionReadMicroseconds: readCost,
    },
  };
}

function targetsOf(tried: readonly Tried[]): Target[] {
  return tried
    .filter(({ trial }) => trial.world === "symbolon")
    .flatMap(({ trial, outcome }) => [
      ...(trial.propagated
        ? [nothingAfterAnswer(trial, outcome)]
        : pushes.includes(trial.store)
          ? [soonTarget(trial, outcome, tried)]
          : []),
      {
        target: `${trial.name}: never above the lease of ${leaseMs} ms`,
        measured: `${brief(outcome.refused.max)} ms`,
        met: outcome.refused.max <= leaseMs,
      },
    ]);
}

const pushes: readonly Address["kind"][] = ["redis", "postgres"];
const soonMs = 20;

function soonTarget(
  { name, store }: NamedTrial,
  outcome: Outcome,
  tried: readonly Tried[],
): Target {
  const { p99 } = outcome.refused;
  const floor = tried.find(
    ({ trial }) => trial.world === "a message alone" && trial.store === store,
  );
  const least = floor?.outcome.refused.p99 ?? 0;
  return {
    target: `${name}: p99 under ${soonMs} ms`,
    measured: `${brief(p99)} ms (a message alone: ${brief(least)} ms)`,
    // Where not even a message arrives in time, the machine is too busy to tell.
    met: p99 < soonMs ? true : least >= soonMs ? null : false,
  };
}

function nothingAfterAnswer({ name }: NamedTrial, { acceptedAfterAnswer }: Outcome): Target {
  return {
    target: `${name}: nothing accepted after the answer`,
    measured: String(acceptedAfterAnswer),
    met: acceptedAfterAnswer === 0,
  };
}
