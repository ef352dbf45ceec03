import { Buffer } from "node:buffer";
import type { Clock } from "../../util/clock.ts";
import type { JsonObject } from "../../util/json.ts";
import { CoarseTime } from "../../util/coarse-time.ts";
import { TokenCache } from "../../util/token-cache.ts";
import type { ErrorCode } from "../errors.ts";
import type { SharedKeys } from "../keys/shared-keys.ts";
import { watchedCounters, type WatchedCounters } from "../revocation/change-counts.ts";
import type { LogFollower } from "../revocation/follower.ts";
import { partitionOfSession } from "../revocation/partition.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import type { Seq } from "../revocation/revocation-store.ts";
import type { StoreTime } from "../revocation/store-time.ts";
import { readNow } from "../sessions/read-now.ts";
import type { Resumed } from "../sessions/resumed-session.ts";
import type { SessionStore } from "../sessions/session-store.ts";
import { defaultMaxTokenBytes, parseClaims } from "./compact-jws.ts";
import { parseOnNode, verifyCompact } from "./node-verifier.ts";
import { longestAccessTokenMs, type AccessTokensConfig } from "./options.ts";
import { ResumedToken, type TokenStrategy, type TokenOrigin } from "./resumed-token.ts";
import { toleranceMs } from "./token-issuer.ts";
import { accessTokenType, subjectOf, type TokenSubject } from "./token-claims.ts";
import type { RefusalReason } from "./verdict.ts";

/** Why an access token is not good, for its client. */
export type TokenRefusal = Extract<
  ErrorCode,
  "invalid_token" | "token_expired" | "token_outdated" | "session_revoked"
>;

export interface TokenRefused {
  readonly outcome: "refused";
  readonly code: TokenRefusal;
  /** What exactly is wrong with a token that is not authentic, for its developer. */
  readonly reason?: RefusalReason;
  /** The login that an authentic token was for: it may be ended by it, and nothing else. */
  readonly sessionId?: string;
}

export type TokenResumeVerdict = Resumed | TokenRefused;

/** A token as it was last known, when nobody can be asked. */
export interface LastKnownToken {
  readonly resumed: ResumedToken;
  /** How long ago it was last certain that it was not revoked: milliseconds. */
  readonly ageMs: number;
}

/** Judges presented access tokens. */
export interface TokenResumer {
  /** Judges a token that this process has seen before: no I/O, no waiting. Null when something must be asked, or verified. */
  resumeKnown(token: string): TokenResumeVerdict | null;
  /**
   * Judges a token: by its signature, by the log, and where its claims have changed by the session's record. At once when nothing
   * must be asked: with a token that this process has seen before, and with any other while it knows the keys and the log.
   * @throws AuthError `store_unavailable`, always by the promise
   */
  resume(token: string): TokenResumeVerdict | Promise<TokenResumeVerdict>;
  /** What the token says, when the log cannot be asked; null when it is not good by what is known. */
  lastKnown(token: string): LastKnownToken | null;
}

/** A token whose signature was verified. */
interface Verified {
  readonly subject: TokenSubject;
  readonly origin: TokenOrigin;
  /** How often what is remembered had been dropped by then. */
  readonly resets: number;
}

interface KnownToken {
  readonly token: string;
  readonly resumed: ResumedToken;
  readonly partition: number;
  /** The store's time until which it has certainly not expired, as `CoarseTime` notes it. */
  readonly quietUntil: number;
  readonly watched: WatchedCounters;
  /** What the view had counted when it was last judged and found good. */
  judgedChanges: number;
  /** The place of the log that was known when its claims were read. */
  readonly position: Seq;
}

const revoked: TokenRefused = { outcome: "refused", code: "session_revoked" };

export function createTokenResumer(deps: {
  readonly config: AccessTokensConfig;
  readonly strategy: TokenStrategy;
  readonly store: Pick<SessionStore, "find">;
  readonly leaseMs: number;
  readonly log: RevocationLog;
  readonly keys: Pick<SharedKeys, "areCurrent" | "lookAgain" | "makeCurrent" | "verificationKey">;
  /** The process's own clocks. */
  readonly clock: Clock;
  readonly time: StoreTime;
}): TokenResumer {
  const { config, strategy, log, keys, clock, time } = deps;
  const partitions = log.followers.length;
  const coarseTime = new CoarseTime(clock.now());
  const cache = new TokenCache<KnownToken>(config.cacheSize);
  /** Another number after a key was revoked, and after the log lost entries: what was verified before says nothing. */
  let resets = 0;
  log.onReset(() => {
    resets += 1;
    cache.clear();
  });
  const rules = {
    typ: accessTokenType,
    issuer: config.issuer,
    audience: config.audience,
    maxBytes: defaultMaxTokenBytes,
    toleranceMs,
  };

  function resumeKnown(token: string): TokenResumeVerdict | null {
    const known = cache.get(token);
    if (known === undefined) return null;
    const { resumed } = known;
    const follower = log.followers[known.partition];
    const wall = clock.now();
    if (follower === undefined || !follower.lease.isFreshAt(clock.monotonic(), wall)) return null;
    const now = time.at(wall);
    if (now >= coarseTime.of(known.quietUntil) && now >= resumed.origin.expiresAt + toleranceMs) {
      return expired(resumed.subject);
    }
    const { view } = follower;
    const changes = view.changesOf(known.watched);
    if (known.judgedChanges !== changes) {
      if (view.hasEnded(resumed.session)) return revoked;
      if (view.lastChangeOf(resumed.session) > known.position) return null;
      known.judgedChanges = changes;
    }
    return resumed;
  }

  function resume(token: string): TokenResumeVerdict | Promise<TokenResumeVerdict> {
    const known = resumeKnown(token);
    if (known !== null) return known;
    if (!keys.areCurrent) return resumeWithKeys(token);
    const verified = verify(token);
    return isOfUnknownKey(verified) ? resumeWithKeys(token) : judge(token, verified);
  }

  async function resumeWithKeys(token: string): Promise<TokenResumeVerdict> {
    // A gateway's token is looked at with every request: it must not ask the store, nor notice that there is none.
    if (claimsOf(token)["iss"] !== config.issuer) {
      return { outcome: "refused", code: "invalid_token", reason: "token_issuer" };
    }
    if (!keys.areCurrent) await keys.makeCurrent();
    let verified = verify(token);
    // Another process may have made a key that signs at once: the first, or in the place of one that was revoked.
    if (isOfUnknownKey(verified) && (await keys.lookAgain())) verified = verify(token);
    return judge(token, verified);
  }

  function judge(
    token: string,
    verified: Verified | TokenRefused,
  ): TokenResumeVerdict | Promise<TokenResumeVerdict> {
    if ("outcome" in verified) return verified;
    const { sessionId, mark } = verified.subject;
    const follower = log.followers[partitionOfSession(sessionId, partitions)];
    return follower !== undefined && follower.lease.isFresh && mark <= follower.head
      ? judgeByLog(token, verified, follower)
      : judgeByNewerLog(token, verified);
  }

  async function judgeByNewerLog(token: string, verified: Verified): Promise<TokenResumeVerdict> {
    const { sessionId, mark } = verified.subject;
    const partition = partitionOfSession(sessionId, partitions);
    const follower = await log.healed(partition);
    // Another process knew more of the log than this one when it issued the token.
    if (mark > follower.head) {
      await log.catchUp(partition);
      await log.healed(partition);
    }
    // What came meanwhile may have ended the trust in its key.
    return verified.resets === resets ? judgeByLog(token, verified, follower) : resume(token);
  }

  function judgeByLog(
    token: string,
    verified: Verified,
    follower: LogFollower,
  ): TokenResumeVerdict | Promise<TokenResumeVerdict> {
    const { subject, origin } = verified;
    const resumed = new ResumedToken(subject, origin, strategy);
    if (follower.view.hasEnded(resumed.session)) return revoked;
    const isOutdated = follower.view.lastChangeOf(resumed.session) > subject.position;
    // A mark that the log has never reached is from before it lost entries: they may have ended this login.
    if (isOutdated || subject.mark > follower.head) return renew(token, verified, follower);
    return remember(token, resumed, subject.position, follower);
  }

  /** Goes on with what the record says, where there is one. */
  async function renew(
    token: string,
    verified: Verified,
    follower: LogFollower,
  ): Promise<TokenResumeVerdict> {
    const { subject, origin } = verified;
    if (strategy === "jwt") return { outcome: "refused", code: "token_outdated" };
    const { session, position } = await readNow(subject.sessionId, follower, deps);
    if (verified.resets !== resets) return resume(token);
    if (session === null || session.userId !== subject.userId) return revoked;
    const { mark, claims } = session;
    const renewed = { ...subject, mark, claims, position };
    return remember(token, new ResumedToken(renewed, origin, strategy), position, follower);
  }

  function remember(
    token: string,
    resumed: ResumedToken,
    position: Seq,
    follower: LogFollower,
  ): TokenResumeVerdict {
    const watched = watchedCounters(resumed.session);
    cache.set({
      // What every look at it needs comes first, so that it lies together in memory.
      token: copyOf(token),
      resumed,
      partition: log.followers.indexOf(follower),
      quietUntil: coarseTime.note(resumed.origin.expiresAt + toleranceMs),
      watched,
      judgedChanges: follower.view.changesOf(watched),
      position,
    });
    return resumed;
  }

  /** Names the session only where there is one that can still be ended. */
  function expired(subject: TokenSubject | null): TokenRefused {
    const code = "token_expired";
    if (subject === null || strategy === "jwt") return { outcome: "refused", code };
    const { sessionId: id, userId, tenantId, mark } = subject;
    const follower = log.followers[partitionOfSession(id, partitions)];
    const hasEnded = follower?.view.hasEnded({ id, userId, tenantId, mark }) ?? true;
    return { outcome: "refused", code, ...(!hasEnded && { sessionId: id }) };
  }

  function verify(token: string): Verified | TokenRefused {
    const verdict = verifyCompact(token, (kid) => keys.verificationKey(kid), {
      ...rules,
      now: time.now(),
    });
    if (verdict.outcome === "refused") {
      const { reason } = verdict;
      // Only what is right in all else is judged by its end.
      if (reason === "token_expired") return expired(subjectOf(claimsOf(token)));
      return { outcome: "refused", code: "invalid_token", reason };
    }
    const subject = subjectOf(verdict.claims);
    if (subject === null) {
      return { outcome: "refused", code: "invalid_token", reason: "token_claims" };
    }
    const { header, claims } = verdict;
    const { kid: keyId = "" } = header;
    const origin = { keyId, issuedAt: claims.iat * 1000, expiresAt: claims.exp * 1000 };
    // Nobody who may sign says so: an entry of the log need not be kept for longer than any token lives.
    if (origin.expiresAt - origin.issuedAt > longestAccessTokenMs) {
      return { outcome: "refused", code: "invalid_token", reason: "token_claims" };
    }
    return { subject, origin, resets };
  }

  return {
    resumeKnown,
    resume,
    lastKnown(token) {
      const verified = verify(token);
      if ("outcome" in verified) return null;
      const known = cache.get(token)?.resumed;
      const resumed = known ?? new ResumedToken(verified.subject, verified.origin, strategy);
      const follower = log.followers[partitionOfSession(resumed.session.id, partitions)];
      if (follower === undefined || follower.view.hasEnded(resumed.session)) return null;
      // What this process knows to be different it does not go on with.
      const position = known?.subject.position ?? verified.subject.position;
      if (follower.view.lastChangeOf(resumed.session) > position) return null;
      return { resumed, ageMs: follower.lease.ageMs };
    },
  };
}

/** A text of its own: what was cut out of a header would keep the whole header in memory. A verified token is ASCII. */
function copyOf(token: string): string {
  return Buffer.from(token, "latin1").toString("latin1");
}

/** The claims of a token; they are true where its signature has been verified. */
function claimsOf(token: string): JsonObject {
  const jws = parseOnNode(token, defaultMaxTokenBytes);
  return (typeof jws === "string" ? null : parseClaims(jws.payload)) ?? {};
}

function isOfUnknownKey(verified: Verified | TokenRefused): boolean {
  return "outcome" in verified && verified.reason === "token_key_unknown";
}
