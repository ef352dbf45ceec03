import { bounds, type WorldBounds } from "./bounds.ts";

export type NamedWorlds = readonly (readonly [name: string, world: WorldBounds])[];

const noPolls = { polls: 0 };
const signIn = { does: "signIn", by: 1 } as const;
const revokeAll = { does: "revokeAll", by: 2 } as const;
const three = {
  processes: 3,
  acts: [{ does: "revoke", by: 3 }],
  idle: [3],
  steps: [2_001],
  moves: 1,
} as const;
const propagated = { does: "revoke", by: 2, propagated: true } as const;

/** Small enough to be seen whole on every run. */
export const smallWorlds: NamedWorlds = [
  ["a revocation, a check and a poll", bounds({})],
  [
    "a revocation by another process",
    bounds({ processes: 2, acts: [{ does: "revoke", by: 2 }], idle: [2], moves: 2 }),
  ],
  ["three processes that know the session", bounds({ ...three, each: noPolls })],
  ["a process that has not synced yet", bounds({ warm: false, each: noPolls })],
  ["answers that are lost", bounds({ failures: 1, moves: 1, steps: [2_001], each: noPolls })],
  ["wall clocks that are set", bounds({ each: { polls: 0, jumps: 1 } })],
  ["a machine that sleeps", bounds({ sleeps: 2, each: noPolls })],
  ["a machine that is frozen", bounds({ freezes: 1, moves: 1, steps: [2_001] })],
  ["a session that nobody ends", bounds({ watch: ["innocent"], moves: 1, steps: [2_001] })],
  [
    "claims that change",
    bounds({
      acts: [{ does: "updateAll", by: 1 }],
      warm: "synced",
      moves: 1,
      steps: [2_001],
      each: noPolls,
    }),
  ],
  [
    "hints that come, are lost, and come twice",
    bounds({
      processes: 2,
      acts: [{ does: "revoke", by: 2 }],
      idle: [2],
      moves: 0,
      each: { polls: 1, hints: 2 },
    }),
  ],
  [
    "a failover after the revocation was read",
    bounds({ losses: 1, moves: 1, steps: [2_001], each: { polls: 1 } }),
  ],
  [
    "a sign-in that races with a revoking process whose wall clock is set",
    bounds({
      processes: 2,
      acts: [signIn, revokeAll],
      watch: ["new"],
      idle: [1],
      moves: 0,
      each: { polls: 0, checks: 0, jumps: 1 },
    }),
  ],
  [
    "a sign-in that races with the end of all sessions of its user",
    bounds({
      processes: 2,
      acts: [signIn, revokeAll],
      watch: ["new"],
      moves: 0,
      each: { polls: 1, checks: 0 },
    }),
  ],
  [
    "such a sign-in, when the entry is pruned an hour later",
    bounds({
      processes: 2,
      acts: [signIn, revokeAll],
      watch: ["new"],
      idle: [2],
      steps: [3_700_000],
      moves: 1,
      purges: 1,
      each: noPolls,
    }),
  ],
  [
    "the end of all sessions but one",
    bounds({ acts: [{ ...revokeAll, by: 1, except: "victim" }], moves: 1, steps: [2_001] }),
  ],
  [
    "somebody who waits until all processes know",
    bounds({ ...three, acts: [{ ...propagated, by: 3 }], steps: [1_500], each: noPolls }),
  ],
  [
    "an outage in which a guard goes on",
    bounds({ staleForMs: 1_000, failures: 2, each: noPolls, steps: [2_500] }),
  ],
  [
    "an outage in which a guard goes on, and requests that come at once",
    bounds({
      staleForMs: 3_000,
      failures: 2,
      steps: [3_000],
      moves: 1,
      each: { checks: 2, polls: 0 },
    }),
  ],
  [
    "a process whose syncs fail while its reads would succeed",
    bounds({
      processes: 2,
      acts: [propagated],
      idle: [2],
      steps: [3_000],
      failures: 1,
      moves: 1,
      each: noPolls,
    }),
  ],
  [
    "a failover that loses a revocation which only its own process knows",
    bounds({ losses: 1, losesUnread: true, moves: 0, each: { checks: 0, polls: 1 } }),
  ],
  ["a bound connection", bounds({ moves: 1, each: { checks: 0, bindings: 1 } })],
];

/** Too large for every run: `test/ci/revocation-model.ci.ts` goes through them, as far as its budget goes. */
export const largeWorlds: NamedWorlds = [
  [
    "three processes that have synced but not seen the session",
    bounds({ ...three, warm: "synced", each: noPolls }),
  ],
  [
    "three processes that have synced nothing yet",
    bounds({ ...three, warm: false, moves: 0, each: noPolls }),
  ],
  ["three processes that get hints", bounds({ ...three, moves: 0, each: { polls: 0, hints: 2 } })],
  [
    "three processes, claims that change",
    bounds({ ...three, acts: [{ does: "updateAll", by: 3 }], warm: "synced", each: noPolls }),
  ],
  [
    "three processes, a failover after the revocation was read",
    bounds({ ...three, losses: 1, moves: 0 }),
  ],
  [
    "two processes, lost answers",
    bounds({ ...three, processes: 2, acts: [{ does: "revoke", by: 2 }], idle: [2], failures: 2 }),
  ],
  [
    "a sign-in that races with the end of all sessions but one, which takes its time",
    bounds({
      processes: 2,
      acts: [signIn, { ...revokeAll, except: "victim" }],
      watch: ["new"],
      slowActs: true,
      idle: [2],
      moves: 1,
      each: noPolls,
    }),
  ],
  [
    "a sign-in after a failover that lost the end of all sessions",
    bounds({
      acts: [{ ...revokeAll, by: 1 }, signIn],
      watch: ["new"],
      losses: 1,
      moves: 0,
      each: { polls: 2 },
    }),
  ],
  ["steps that just do and just do not pass the lease", bounds({ steps: [2_000, 1], moves: 3 })],
  [
    "two processes that check and poll, one of which revokes",
    bounds({ ...three, processes: 2, acts: [{ does: "revoke", by: 1 }], idle: [] }),
  ],
  [
    "a wall clock that is set forward past an entry's keepUntil, and back within the lease",
    bounds({ each: { jumps: 2 }, steps: [2_001], moves: 1 }),
  ],
  ["three processes, of which one revokes and two check and poll", bounds(three)],
];

/** Worlds in which it does not hold, as is known and said. They take too long for every run. */
export const largeGaps: NamedWorlds = [
  [
    "a session that a failover brought back may end the others, and goes on after the entry is written back",
    bounds({
      processes: 2,
      acts: [
        { does: "revokeAll", by: 1, except: "victim" },
        { does: "revokeAll", by: 2, except: "other" },
      ],
      watch: ["other"],
      idle: [2],
      losses: 1,
      warm: "synced",
      steps: [2_001],
      moves: 1,
    }),
  ],
];
