import { TokenCache } from "../../util/token-cache.ts";
import type { WatchedCounters } from "../revocation/change-counts.ts";
import type { Seq } from "../revocation/revocation-store.ts";
import type { PresentedSessionToken } from "./session-token.ts";
import type { ResumedSession } from "./resumed-session.ts";

/** A session as it was read, and what must be known to go on believing it. */
export interface CachedSession extends PresentedSessionToken {
  /** Null when the token is of a session that has ended, which is final. */
  resumed: ResumedSession | null;
  readonly partition: number;
  /** Until when what was read may be believed: by both clocks of the process, as `CoarseTime` notes it. */
  readonly believedUntil: number;
  readonly believedUntilWall: number;
  /** What the view counts for it. */
  readonly watched: WatchedCounters;
  /** What the view had counted when it was last judged and found good. */
  judgedChanges: number;
  /** The store's time until which the session neither ends nor has to be noted as seen, if nothing is revoked; noted likewise. */
  quietUntil: number;
  /** The place of the log that was known when the read was sent: any later entry that names the session outdates it. */
  readonly position: Seq;
}

/** Resumed sessions by their token. Only tokens that were authentic come in, so guesses cannot fill it. */
export type SessionCache = TokenCache<CachedSession>;

export function createSessionCache(size: number): SessionCache {
  return new TokenCache<CachedSession>(size);
}
