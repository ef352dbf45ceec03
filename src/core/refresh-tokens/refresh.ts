import { AuthError } from "../errors.ts";
import { elapsedSince, instantOf } from "../revocation/lease.ts";
import type { Clock } from "../../util/clock.ts";
import { judgeRefresh, type Lineage, type RefreshVerdict } from "./lineage.ts";
import type { RefreshStore } from "./refresh-store.ts";
import type { PresentedRefreshToken, RefreshHash } from "./refresh-token.ts";

/** Which child is to be issued with an answer. */
export interface NextToken {
  readonly generation: number;
  readonly parent: RefreshHash;
}

/** What a refresh came to. */
export type Refreshed<Found> =
  | {
      readonly outcome: "refreshed";
      /** Why; `takeover` and `recovered` are worth an event. */
      readonly verdict: Exclude<RefreshVerdict["outcome"], "reuse" | "undecidable">;
      /** The session as it was read. */
      readonly session: Found;
      /** When that read was sent, by the store's time: an access token's times count from here. */
      readonly readAt: number;
      /** Null when the answer holds an access token only. */
      readonly child: NextToken | null;
    }
  /** There is no such session any more. `reused`: this token ended it. */
  | { readonly outcome: "ended"; readonly reused: boolean }
  /** A token under an unknown key that the record does not know; nothing has changed. */
  | { readonly outcome: "undecidable" };

/** A record with a lineage. */
export interface Refreshable {
  readonly lineage: Lineage;
}

export interface RefreshDependencies<Found extends Refreshable> {
  readonly store: RefreshStore & { find(sessionId: string): Promise<Found | null> };
  /** The process's own clocks. */
  readonly clock: Clock;
  /** The store's time. */
  readonly time: Pick<Clock, "now">;
  readonly raceWindowMs: number;
  /** What is not answered this long after the request came is not answered at all: at most `raceWindowMs`. */
  readonly answerWithinMs: number;
}

/** A judgement is overtaken when another request writes first; this often at most. */
const maxJudgements = 4;

/**
 * Judges a refresh token and writes what follows. Whatever it answers was true of the session at some moment between `readAt`
 * and now, which are no further apart than `answerWithinMs`. An answer that is late is neither given nor judged again:
 * a process that stood still would find that the others have gone on, and end an honest session for it. The
 * client asks again, with what its jar holds by then.
 * @throws AuthError `store_unavailable` when it is late or was overtaken too often; nothing is lost by trying again
 */
export async function refresh<Found extends Refreshable>(
  token: PresentedRefreshToken,
  deps: RefreshDependencies<Found>,
): Promise<Refreshed<Found>> {
  const { store, clock, time } = deps;
  const { sessionId, hash } = token;
  const came = instantOf(clock);
  const refuseLate = (): void => {
    if (elapsedSince(came, clock) > deps.answerWithinMs) throw askAgain();
  };
  for (let judgements = 0; judgements < maxJudgements; judgements += 1) {
    const readAt = time.now();
    const session = await store.find(sessionId);
    refuseLate();
    if (session === null) return { outcome: "ended", reused: false };
    const { lineage } = session;
    // By when the read was sent: the later `now` would be, the less would count as a race.
    const judged = judgeRefresh(lineage, token, readAt, deps.raceWindowMs);
    if (judged.outcome === "undecidable") return { outcome: "undecidable" };
    if (judged.outcome === "reuse") {
      const revoked = await store.revokeReused(sessionId, lineage, time.now());
      if (revoked === "superseded") continue;
      return { outcome: "ended", reused: revoked === "revoked" };
    }
    let { generation } = lineage;
    if ("next" in judged) {
      const now = time.now();
      // The others' race window begins when they can have seen this, not when it was decided.
      const written = await store.promote(
        sessionId,
        lineage,
        { ...judged.next, promotedAt: now },
        now,
      );
      if (written === "ended") return { outcome: "ended", reused: false };
      if (written === "superseded") continue;
      refuseLate();
      generation = judged.next.generation;
    }
    const isAccessOnly = judged.outcome === "too_young" || judged.outcome === "race";
    const child = isAccessOnly ? null : { generation: generation + 1, parent: hash };
    return { outcome: "refreshed", verdict: judged.outcome, session, readAt, child };
  }
  throw askAgain();
}

function askAgain(): AuthError {
  return new AuthError("store_unavailable", { retryAfterSeconds: 1 });
}
