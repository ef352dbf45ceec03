import { setTimeout as pause } from "node:timers/promises";
import { latencyOf, type Latency } from "../harness/statistics.ts";
import { Member } from "./member.ts";
import type { WorldSettings } from "./world.ts";

/** How a deployment is tried. */
export interface Trial {
  readonly settings: WorldSettings;
  readonly processes: number;
  readonly revocations: number;
  /** How many sessions are revoked, and watched, at the same time. */
  readonly atOnce: number;
  /** Between two looks of a watcher; 0 yields to the event loop only. */
  readonly paceMs: number;
  /** A revocation comes a random time up to this after the session was last let through for the first time. */
  readonly spreadMs: number;
  readonly propagated: boolean;
}

/** What was observed. */
export interface Outcome {
  /** From the call of `revoke` to the first refusal, in each of the other processes: milliseconds. */
  readonly refused: Latency;
  /** From the call of `revoke` to its answer. */
  readonly resolved: Latency;
  /** In how many cases a check that began after `revoke` had answered was let through. With `propagated` there is none. */
  readonly acceptedAfterAnswer: number;
  /** Between two looks of a watcher: the mean, and the longest of all. */
  readonly resolutionMs: { readonly mean: number; readonly longest: number };
}

const giveUpMs = 15_000;

/** Starts the processes, revokes in one of them, and hears from all others when they began to refuse. */
export async function tryRevoking(trial: Trial): Promise<Outcome> {
  const members: Member[] = [];
  try {
    for (let started = 0; started < trial.processes; started += 1) {
      members.push(await Member.start(trial.settings));
    }
    const observations: Observation[] = [];
    while (observations.length < trial.revocations) {
      const batch = Array.from({ length: trial.atOnce }, () => revokeOne(members, trial));
      observations.push(...(await Promise.all(batch)));
    }
    return outcomeOf(observations);
  } finally {
    await Promise.all(members.map((member) => member.stop()));
  }
}

interface Observation {
  readonly resolvedMs: number;
  readonly refusals: readonly {
    readonly afterMs: number;
    readonly acceptedMs: number;
    readonly meanGapMs: number;
    readonly longestGapMs: number;
  }[];
}

async function revokeOne(members: readonly Member[], trial: Trial): Promise<Observation> {
  const [revoker, ...watchers] = members;
  if (revoker === undefined) throw new RangeError("there is no process to revoke in");
  const { id, cookie } = await revoker.signIn();
  const watches = await Promise.all(
    watchers.map((watcher) => watcher.watch(cookie, { paceMs: trial.paceMs, giveUpMs })),
  );
  await pause(Math.random() * trial.spreadMs);
  const { calledAt, resolvedAt } = await revoker.revoke(id, trial.propagated);
  const refusals = await Promise.all(watches.map(({ refused }) => refused));
  return {
    resolvedMs: resolvedAt - calledAt,
    refusals: refusals.map(({ acceptedAt, refusedAt, meanGapMs, longestGapMs }) => ({
      afterMs: refusedAt - calledAt,
      acceptedMs: acceptedAt - calledAt,
      meanGapMs,
      longestGapMs,
    })),
  };
}

function outcomeOf(observations: readonly Observation[]): Outcome {
  const refusals = observations.flatMap(({ refusals }) => refusals);
  const gaps = refusals.map(({ meanGapMs }) => meanGapMs);
  return {
    refused: latencyOf(refusals.map(({ afterMs }) => afterMs)),
    resolved: latencyOf(observations.map(({ resolvedMs }) => resolvedMs)),
    acceptedAfterAnswer: observations.flatMap(({ resolvedMs, refusals }) =>
      refusals.filter(({ acceptedMs }) => acceptedMs > resolvedMs),
    ).length,
    resolutionMs: {
      mean: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
      longest: Math.max(...refusals.map(({ longestGapMs }) => longestGapMs)),
    },
  };
}
