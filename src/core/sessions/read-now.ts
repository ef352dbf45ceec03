import type { Clock } from "../../util/clock.ts";
import { AuthError } from "../errors.ts";
import type { LogFollower } from "../revocation/follower.ts";
import { elapsedSince, instantOf, type Instant } from "../revocation/lease.ts";
import type { Seq } from "../revocation/revocation-store.ts";
import type { SessionRecord, SessionStore } from "./session-store.ts";

/** A session as it was read, and as of when. */
export interface SessionRead {
  readonly session: SessionRecord | null;
  /** When the read was sent: what it tells is no younger. */
  readonly sent: Instant;
  /** The place of the log that was known then: any later entry that names the session outdates what was read. */
  readonly position: Seq;
}

/** Reads a session, once. @throws AuthError `store_unavailable` */
export async function readSession(
  sessionId: string,
  follower: LogFollower,
  { store, clock }: { readonly store: Pick<SessionStore, "find">; readonly clock: Clock },
): Promise<SessionRead> {
  const sent = instantOf(clock);
  const position = follower.head;
  return { session: await store.find(sessionId), sent, position };
}

/** A read is asked again when it was overtaken; this often at most. */
const maxReads = 3;

/**
 * Reads a session until what was read holds now: the answer took no longer than the lease, and the log has said nothing of
 * the session meanwhile. What the log has ended is null, also where the store does not know it any more (while it is being
 * told again, after a failover).
 * @throws AuthError `store_unavailable`
 */
export async function readNow(
  sessionId: string,
  follower: LogFollower,
  deps: {
    readonly store: Pick<SessionStore, "find">;
    readonly clock: Clock;
    readonly leaseMs: number;
  },
  read: typeof readSession = readSession,
): Promise<SessionRead> {
  for (let reads = 0; reads < maxReads; reads += 1) {
    const answer = await read(sessionId, follower, deps);
    // An answer counts from when it was asked for: one that took longer than the lease says nothing about now.
    if (elapsedSince(answer.sent, deps.clock) > deps.leaseMs) continue;
    const { session } = answer;
    if (session !== null && follower.view.hasEnded(session)) return { ...answer, session: null };
    if (session !== null && follower.view.lastSeqOf(session) > answer.position) continue;
    return answer;
  }
  throw new AuthError("store_unavailable", { retryAfterSeconds: 1 });
}
