import type { KeyObject } from "node:crypto";
import { equalBytes } from "../../util/bytes.ts";
import type { Clock } from "../../util/clock.ts";
import { CoarseTime } from "../../util/coarse-time.ts";
import { watchedCounters } from "../revocation/change-counts.ts";
import type { LogFollower } from "../revocation/follower.ts";
import type { RevocationConfig } from "../revocation/options.ts";
import { partitionOfSession } from "../revocation/partition.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import type { StoreTime } from "../revocation/store-time.ts";
import { expiresAt, quietUntil } from "./lifetime.ts";
import type { SessionConfig } from "./options.ts";
import type { CachedSession, SessionCache } from "./session-cache.ts";
import { parseSessionToken, type PresentedSessionToken } from "./session-token.ts";
import { readNow, readSession, type SessionRead } from "./read-now.ts";
import { ResumedSession, type Resumed } from "./resumed-session.ts";
import type { SessionRecord, SessionStore } from "./session-store.ts";
import type { Touches } from "./touches.ts";

export type ResumeVerdict =
  | Resumed
  | { readonly outcome: "ended"; readonly code: "session_expired" | "session_revoked" };

/** Authentic tokens of one session, as a request presented them. */
export type PresentedTokens = readonly [PresentedSessionToken, ...PresentedSessionToken[]];

/** What a process knows of a session that it can no longer ask about. */
export interface LastKnown {
  readonly resumed: ResumedSession;
  /** How long ago it was last certain: milliseconds. */
  readonly ageMs: number;
}

/** Judges presented session tokens. */
export interface SessionResumer {
  /** The token taken apart, or null when it is a guess or a forgery. No I/O. */
  readonly recognize: (token: string) => PresentedSessionToken | null;
  /** Judges a token that this process has seen before: no I/O, no waiting. Null when the store must be asked. */
  resumeKnown(presented: PresentedTokens): ResumeVerdict | null;
  /**
   * Judges tokens of one session: by `resumeKnown`, else by reading it.
   * @throws AuthError `store_unavailable`
   */
  resume(presented: PresentedTokens): Promise<ResumeVerdict>;
  /** Whether the session gave way to another one of the same browser, as far as this process knows. */
  wasReplaced(presented: PresentedTokens): boolean;
  /** The session as it was last known, when the store cannot be asked; null when it was not. */
  lastKnown(presented: PresentedTokens): LastKnown | null;
}

const ended: ResumeVerdict = { outcome: "ended", code: "session_revoked" };
const expired: ResumeVerdict = { outcome: "ended", code: "session_expired" };

export function createSessionResumer(deps: {
  readonly store: Pick<SessionStore, "find">;
  readonly config: SessionConfig;
  readonly revocation: RevocationConfig;
  readonly log: RevocationLog;
  readonly cache: SessionCache;
  /** The keys that tag session tokens. */
  readonly tagKeys: () => readonly KeyObject[];
  /** The process's own clocks. */
  readonly clock: Clock;
  readonly time: StoreTime;
  readonly touches: Touches;
}): SessionResumer {
  const { store, config, log, cache, clock, time } = deps;
  const { leaseMs, cacheMaxAgeMs } = deps.revocation;
  const partitions = log.followers.length;
  const monotonicTime = new CoarseTime(clock.monotonic());
  const wallTime = new CoarseTime(clock.now());
  const reading = new Map<string, Promise<SessionRead>>();

  function recognize(token: string): PresentedSessionToken | null {
    return cache.get(token) ?? parseSessionToken(token, deps.tagKeys());
  }

  function resumeKnown(presented: PresentedTokens): ResumeVerdict | null {
    const [known] = presented;
    if (presented.length > 1 || !isCached(known)) return null;
    const { resumed } = known;
    if (resumed === null) return ended;
    const follower = log.followers[known.partition];
    const monotonic = clock.monotonic();
    const wall = clock.now();
    if (follower === undefined || !follower.lease.isFreshAt(monotonic, wall)) return null;
    if (monotonic > monotonicTime.of(known.believedUntil)) return null;
    if (wall > wallTime.of(known.believedUntilWall)) return null;
    const { view } = follower;
    const changes = view.changesOf(known.watched);
    if (known.judgedChanges !== changes) {
      if (view.hasEnded(resumed.session)) return ended;
      if (view.lastSeqOf(resumed.session) > known.position) return null;
      known.judgedChanges = changes;
    }
    const now = time.at(wall);
    if (now < wallTime.of(known.quietUntil)) return resumed;
    // What looks idle here may have been seen by another process: that is for the store to say.
    if (now >= expiresAt(resumed.session, config)) return null;
    return seen(known, resumed, now);
  }

  function seen(known: CachedSession, resumed: ResumedSession, now: number): ResumeVerdict {
    const record = deps.touches.note(resumed.session, now);
    if (record === resumed.session) return resumed;
    known.resumed = new ResumedSession(record, config);
    known.quietUntil = wallTime.note(quietUntil(record, config));
    return known.resumed;
  }

  async function resume(presented: PresentedTokens): Promise<ResumeVerdict> {
    const known = resumeKnown(presented);
    if (known !== null) return known;
    const [{ sessionId }] = presented;
    const follower = await log.healed(partitionOfSession(sessionId, partitions));
    const readDeps = { store, clock, leaseMs };
    const wasReading = reading.has(sessionId);
    let read = await readNow(sessionId, follower, readDeps, shareRead);
    // A read that was under way may be older than the token: another process has replaced the session's secret meanwhile.
    if (wasReading && read.session !== null && matchOf(presented, read.session) === undefined) {
      read = await readNow(sessionId, follower, readDeps);
    }
    return judge(presented, read, follower);
  }

  /** Concurrent requests of one session share a read; each judges it for itself. */
  function shareRead(sessionId: string, follower: LogFollower): Promise<SessionRead> {
    const shared = reading.get(sessionId);
    if (shared !== undefined) return shared;
    const read = readSession(sessionId, follower, { store, clock }).finally(() =>
      reading.delete(sessionId),
    );
    reading.set(sessionId, read);
    return read;
  }

  function judge(
    presented: PresentedTokens,
    { session, sent, position }: SessionRead,
    follower: LogFollower,
  ): ResumeVerdict {
    const match = session && matchOf(presented, session);
    const now = time.now();
    const isExpired = session !== null && now >= expiresAt(session, config);
    const record = session === null || isExpired ? session : deps.touches.note(session, now);
    const resumed = record === null || !match ? null : new ResumedSession(record, config);
    const partition = log.followers.indexOf(follower);
    const [{ sessionId: id }] = presented;
    const watched = watchedCounters(session ?? { id, userId: null, tenantId: null });
    for (const { token, sessionId, secretHash } of presented) {
      cache.set({
        // What every look at it needs comes first, so that it lies together in memory.
        token,
        resumed: token === match?.token ? resumed : null,
        partition,
        believedUntil: monotonicTime.note(sent.monotonic + cacheMaxAgeMs),
        believedUntilWall: wallTime.note(sent.wall + cacheMaxAgeMs),
        watched,
        judgedChanges: follower.view.changesOf(watched),
        quietUntil: wallTime.note(record === null ? now : quietUntil(record, config)),
        position,
        sessionId,
        secretHash,
      });
    }
    if (resumed === null) return ended;
    return isExpired ? expired : resumed;
  }

  return {
    recognize,
    resumeKnown,
    resume,
    wasReplaced([{ sessionId }]) {
      const follower = log.followers[partitionOfSession(sessionId, partitions)];
      return follower?.view.wasReplaced(sessionId) ?? false;
    },
    lastKnown([{ token }]) {
      // Not as it was when the request came: another one may have been told meanwhile that the session has ended.
      const known = cache.get(token);
      const resumed = known?.resumed ?? null;
      if (known === undefined || resumed === null) return null;
      const follower = log.followers[known.partition];
      if (follower === undefined || follower.view.hasEnded(resumed.session)) return null;
      if (follower.view.lastChangeOf(resumed.session) > known.position) return null;
      if (time.now() >= expiresAt(resumed.session, config)) return null;
      return { resumed, ageMs: follower.lease.ageMs };
    },
  };
}

/** The token whose secret is the session's. */
function matchOf(
  presented: PresentedTokens,
  { secretHash }: SessionRecord,
): PresentedSessionToken | undefined {
  return presented.find((each) => equalBytes(each.secretHash, secretHash));
}

function isCached(presented: PresentedSessionToken): presented is CachedSession {
  return "judgedChanges" in presented;
}
