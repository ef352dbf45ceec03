import type { HonestBounds } from "./honest-space.ts";
import type { ThiefBounds } from "./thief-space.ts";

/** Two requests under way, each of which takes at most a race window, and nothing else that could go wrong. */
export const calm: HonestBounds = {
  raceWindow: 2,
  roundTrip: 2,
  requests: 2,
  pauses: null,
  straggler: null,
  flush: null,
  repeats: false,
  forgets: 0,
};

/** Half a race window for a round trip, but one answer may be three race windows late. */
export const sleepy: Partial<HonestBounds> = { roundTrip: 1, straggler: 6 };

/** Small enough to be seen whole on every run. */
export const honestWorlds: readonly [name: string, bounds: Partial<HonestBounds>][] = [
  ["two requests under way, a round trip of at most a race window", {}],
  ["a finer clock", { raceWindow: 3, roundTrip: 3 }],
  ["three requests under way", { raceWindow: 1, roundTrip: 1, requests: 3 }],
  ["proxies that send requests twice", { repeats: true }],
  ["browsers that are killed, and find cookies as they were a race window ago", { flush: 2 }],
  [
    "servers that stand still for any time, and refuse what is late",
    { roundTrip: 1, pauses: { answerWithin: 1, late: "refused" } },
  ],
  ["one answer that is three race windows late", sleepy],
  ["a failover that forgets a promotion", { forgets: 1 }],
  ["a failover that forgets up to three promotions", { roundTrip: 1, forgets: 3 }],
];

/** An owner with one request under way, and a thief who keeps two tokens. */
export const besieged: ThiefBounds = {
  ...calm,
  raceWindow: 1,
  roundTrip: 1,
  requests: 1,
  held: 2,
};

export const thiefWorlds: readonly [name: string, bounds: Partial<ThiefBounds>][] = [
  ["a thief who keeps two tokens", {}],
  ["a finer clock, and a thief who keeps one", { raceWindow: 2, roundTrip: 2, held: 1 }],
];
