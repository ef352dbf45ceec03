import { equalBytes } from "../../util/bytes.ts";
import type { PresentedRefreshToken, RefreshHash } from "./refresh-token.ts";

/**
 * What the server stores of a session's refresh tokens: one row for ever, however often it is refreshed. A token becomes
 * `current` when it is first *used* by a client that has kept it, not when it is issued.
 */
export interface Lineage {
  /** The token whose children are issued. */
  readonly current: RefreshHash;
  /** What was current before the promotion that led to this generation. */
  readonly previous: RefreshHash | null;
  /** The sibling that was current in this generation before another one took over. */
  readonly displaced: RefreshHash | null;
  /** How many promotions there were. */
  readonly generation: number;
  /** When `current` became it: milliseconds since the epoch, by the store's time. */
  readonly promotedAt: number;
  /** Whether `current` became it because the store had lost promotions. */
  readonly recovered: boolean;
}

/** The lineage of a session that starts. */
export function firstLineage(current: RefreshHash, now: number): Lineage {
  return {
    current,
    previous: null,
    displaced: null,
    generation: 0,
    promotedAt: now,
    recovered: false,
  };
}

/** How old a child must be, in race windows, before it can be promoted. With two an honest user can be logged out. */
export const ripeAfterRaceWindows = 3;

/** What a presented refresh token is worth, and what has to be written for it. */
export type RefreshVerdict =
  /** An access token and a new child; nothing is written. */
  | { readonly outcome: "current" }
  /** Once `next` is written: an access token and a new child. */
  | { readonly outcome: "promote" | "takeover" | "recovered"; readonly next: Lineage }
  /** An access token only: it will be promoted when it is older (`too_young`), or another one has just been (`race`). */
  | { readonly outcome: "too_young" | "race" }
  /** Two parties hold the lineage: the session ends. */
  | { readonly outcome: "reuse" }
  /**
   * A token under an unknown key that the record does not know. It must neither be believed nor end a session; whoever
   * may only have learnt of the key too late reads the ring again, and judges again, before the client is told.
   */
  | { readonly outcome: "undecidable" };

/**
 * Judges a token of this lineage's session. Pure; `now` is the store's time at which the read of the lineage was *sent*, or
 * earlier: then a slow answer errs towards a race. The rules, the first that fits counting:
 *
 * 1. The current token: `current`. Lost answers, second tabs and clients that cannot keep a child just ask again.
 * 2. A child of the current one: `promote` if it is ripe, older than three race windows, else `too_young`. By then every
 *    answer that was under way when it was issued has arrived, every request with its parent that was sent before
 *    then has been served, and a browser that is killed finds it on its disk.
 * 3. A token that only a lineage further on than this one can have issued: `recovered`. The store lost promotions.
 * 4. Within a race window of `promotedAt`, the previous or the displaced token, or a child of either: `race`. After
 *    a recovery: any token.
 * 5. Later, a child of the previous one, once a generation: `takeover`. An honest jar may have been left with a sibling of
 *    the current token, by an answer that came much too late.
 * 6. Anything else: `reuse`. What comes here of an honest client took longer than the rules above allow for.
 */
export function judgeRefresh(
  lineage: Lineage,
  token: PresentedRefreshToken,
  now: number,
  raceWindowMs: number,
): RefreshVerdict {
  const { current, previous, displaced } = lineage;
  if (token.authenticity === "unknown_key" && !isNamedBy(lineage, token)) {
    return { outcome: "undecidable" };
  }
  if (same(token.hash, current)) return { outcome: "current" };
  if (same(token.parent, current)) {
    if (now - token.issuedAt <= ripeAfterRaceWindows * raceWindowMs)
      return { outcome: "too_young" };
    return { outcome: "promote", next: promoted(lineage, token, now) };
  }
  if (token.generation > lineage.generation && !same(token.parent, displaced)) {
    return { outcome: "recovered", next: recovered(token, now) };
  }
  if (isRecovering(lineage, now, raceWindowMs)) return { outcome: "race" };
  if (now - lineage.promotedAt <= raceWindowMs) {
    const isRace = isOneOf(token.hash, lineage) || isOneOf(token.parent, lineage);
    return { outcome: isRace ? "race" : "reuse" };
  }
  if (displaced === null && same(token.parent, previous)) {
    const next = { ...lineage, current: token.hash, displaced: current, promotedAt: now };
    return { outcome: "takeover", next: { ...next, recovered: false } };
  }
  return { outcome: "reuse" };
}

/**
 * What can be said of a token whose MAC cannot be checked. Its hash is that of a token of ours if the record has it, since
 * nobody else can find another text with this hash; then it is what the record says it is. That its *parent* is in the
 * record proves nothing: whoever saw a dump of the store could write that. So it is never promoted on its own word,
 * and, since anybody can make one up, never counts as reuse.
 */
function isNamedBy(lineage: Lineage, { hash }: PresentedRefreshToken): boolean {
  return same(hash, lineage.current) || isOneOf(hash, lineage);
}

function isOneOf(hash: RefreshHash | null, { previous, displaced }: Lineage): boolean {
  return same(hash, previous) || same(hash, displaced);
}

function promoted(lineage: Lineage, token: PresentedRefreshToken, now: number): Lineage {
  return {
    current: token.hash,
    previous: lineage.current,
    displaced: null,
    generation: lineage.generation + 1,
    promotedAt: now,
    recovered: false,
  };
}

/**
 * Children are issued by a token that is current, and each generation has had at most two: `current` and `displaced`. So an
 * authentic token of a higher generation with another parent proves that the store forgot a promotion or a takeover.
 */
function recovered(token: PresentedRefreshToken, now: number): Lineage {
  const { hash: current, parent: previous, generation } = token;
  return { current, previous, displaced: null, generation, promotedAt: now, recovered: true };
}

/** Longer than after a promotion: what was recovered need not be ripe, so its siblings may still be on their way. */
function isRecovering(lineage: Lineage, now: number, raceWindowMs: number): boolean {
  return lineage.recovered && now - lineage.promotedAt <= ripeAfterRaceWindows * raceWindowMs;
}

function same(a: RefreshHash | null, b: RefreshHash | null): boolean {
  return a !== null && b !== null && equalBytes(a, b);
}
