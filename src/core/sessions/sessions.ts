import type { Clock } from "../../util/clock.ts";
import type { JsonObject } from "../../util/json.ts";
import { AuthError } from "../errors.ts";
import type { EventHub } from "../events.ts";
import type { SharedKeys } from "../keys/shared-keys.ts";
import type { RandomSource, Store } from "../ports.ts";
import type { RefreshKeys } from "../refresh-tokens/refresh-keys.ts";
import { newSessionId, partitionOfSession, partitionOfUser } from "../revocation/partition.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import { unrecorded } from "../revocation/unrecorded.ts";
import type {
  Logged,
  Revocation,
  RevocationReason,
  RevokeVerdict,
  Seq,
} from "../revocation/revocation-store.ts";
import type { AssuranceLevel, AuthenticationMethod } from "./authentication.ts";
import { purgeAt } from "./lifetime.ts";
import { maxAbsoluteMs, type SessionConfig } from "./options.ts";
import {
  credentialMaker,
  type CredentialMaker,
  type SessionCredential,
} from "./session-credential.ts";
import { issueSessionToken } from "./session-token.ts";
import type { SessionRecord } from "./session-store.ts";

/**
 * Where a request stands in the order of revocations. Taken when the request arrives, before any password is
 * read, so that "end all sessions of this user" also ends a sign-in that is under way.
 */
export interface RequestPosition {
  /** The newest known place of each partition's log. */
  readonly marks: readonly Seq[];
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
}

/** What a new session is made of. */
export interface SessionStart {
  /** Null starts a guest's session. */
  readonly userId: string | null;
  readonly tenantId: string | null;
  readonly methods: readonly AuthenticationMethod[];
  readonly assuranceLevel: AssuranceLevel;
  readonly persistent: boolean;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly claims: JsonObject;
  /** The session that the same browser held until now: it ends, and a guest's data moves over. */
  readonly replaces: string | null;
  readonly position: RequestPosition;
  /** The place of the user's log that the sign-in comes after, when its caller knows one. */
  readonly mark?: Seq;
}

/** A session and its credential. */
export interface StartedSession {
  readonly session: SessionRecord;
  readonly credential: SessionCredential;
  /** When the store was asked to keep it, by the store's time: what rests on it counts from here. */
  readonly sentAt: number;
  /** The place of the log that was known then. */
  readonly position: Seq;
}

/** A login without a record: only access tokens tell of it. */
export interface UnrecordedLogin {
  readonly sessionId: string;
  readonly mark: Seq;
  /** The place of the log up to which its claims are known to be right. */
  readonly position: Seq;
  /** When the log was asked, by the store's time: a token counts from here. */
  readonly knownAt: number;
}

/** The life of sessions. Store failures surface as `AuthError('store_unavailable')`. */
export interface Sessions {
  /** The position of a request that arrives now. */
  position(): RequestPosition;
  /**
   * Opens a session, always under a new id and secret, so that nothing planted before can become it.
   * @throws AuthError `sign_in_superseded` when a revocation, or a change of the user's claims, came after the request did.
   */
  start(start: SessionStart): Promise<StartedSession>;
  /**
   * The same for a login of which nothing is stored. The log is read, so that what was revoked before the request came is
   * not held against it.
   * @throws AuthError `sign_in_superseded`, `store_unavailable`
   */
  startUnrecorded(start: SessionStart & { readonly userId: string }): Promise<UnrecordedLogin>;
  /** Notes at once that the session is in use. No effect on one that has ended. */
  touch(session: Pick<SessionRecord, "id" | "createdAt">): Promise<void>;
  /** Ends sessions; no check that starts after this resolves finds them. */
  revoke(revocation: Revocation): Promise<RevokeVerdict>;
  /** Ends all sessions of the user; answers the revocation's place in the log. */
  revokeAllOf(userId: string, reason: RevocationReason): Promise<Seq>;
  /** Ends all sessions of the user but one, whose secret is replaced at once. Null when that one has ended too. */
  revokeOthersAndRotate(
    session: { readonly userId: string; readonly sessionId: string },
    reason: RevocationReason,
  ): Promise<string | null>;
}

const maxAttempts = 3;

export function createSessions(deps: {
  readonly store: Pick<Store, "sessions" | "revocation">;
  readonly config: SessionConfig;
  readonly log: RevocationLog;
  readonly keys: Pick<SharedKeys, "signingMac">;
  /** Where users get refresh tokens; null where their sessions have session tokens. */
  readonly refreshKeys: RefreshKeys | null;
  /** Whether logins have no record, so that what is revoked need not have one. */
  readonly areUnrecorded: boolean;
  /** The store's time. */
  readonly time: Clock;
  readonly random: RandomSource;
  readonly events: EventHub;
}): Sessions {
  const { store, config, log, time, random, events } = deps;
  const partitions = log.followers.length;

  async function start(input: SessionStart): Promise<StartedSession> {
    const partition =
      input.userId === null ? randomPartition() : partitionOfUser(input.userId, partitions);
    const maker = await credentialMaker(input.userId, deps);
    let mark = input.mark ?? (await markOf(input, partition));
    for (let attempt = 1; ; attempt += 1) {
      const started = draft(input, { maker, partition, mark });
      const verdict = await store.sessions.insert(
        started.session,
        input.replaces,
        await log.stamp(),
      );
      switch (verdict.outcome) {
        case "inserted":
          log.learn(verdict.entries);
          announce(input, started.session.id);
          if (verdict.entries.length > 0) {
            const { replaces: id } = input;
            events.emit("sessions.ended", { scope: "session", id, count: 1, reason: "replaced" });
          }
          return started;
        case "duplicate":
          // 128 random bits do not repeat by chance: a cloned machine draws the same again, or the source is broken.
          if (attempt === maxAttempts) throw new Error("the random source repeats itself");
          break;
        case "superseded":
          // What this process knows lags behind the store. What was decided before the request came does not concern it.
          if (attempt === maxAttempts || verdict.decidedAt >= input.position.requestedAt) {
            throw new AuthError("sign_in_superseded");
          }
          mark = verdict.by;
          log.learnHead(partition, verdict.by);
          break;
      }
    }
  }

  /** What the process knew when the request came. Who knew nothing would have the store look through all of the log. */
  async function markOf(
    { userId, tenantId, position }: SessionStart,
    partition: number,
  ): Promise<Seq> {
    const known = position.marks[partition] ?? 0;
    if (known > 0 || userId === null) return known;
    const follower = await log.healed(partition);
    const newest = follower.view.lastSeqOf({ id: "", userId, tenantId });
    if (newest / 1000 >= position.requestedAt) throw new AuthError("sign_in_superseded");
    return follower.head;
  }

  async function startUnrecorded(
    input: SessionStart & { readonly userId: string },
  ): Promise<UnrecordedLogin> {
    const partition = partitionOfUser(input.userId, partitions);
    const { userId, tenantId } = input;
    const sessionId = newSessionId(partition, partitions, random);
    const knownAt = time.now();
    await log.catchUp(partition);
    const follower = await log.healed(partition);
    let mark = input.mark ?? input.position.marks[partition] ?? 0;
    if (follower.view.hasEnded({ id: sessionId, userId, tenantId, mark })) {
      mark = follower.view.lastSeqOf({ id: sessionId, userId, tenantId });
      // A place in the log is a time, in microseconds.
      if (mark / 1000 >= input.position.requestedAt) throw new AuthError("sign_in_superseded");
    }
    // Claims that were changed before the request came are those that the sign-in was given.
    const change = follower.view.lastChangeOf({ id: sessionId, userId, tenantId });
    const position = change / 1000 < input.position.requestedAt ? Math.max(mark, change) : mark;
    if (input.replaces !== null) {
      await revoke({ scope: "session", id: input.replaces, reason: "replaced" });
    }
    announce(input, sessionId);
    return { sessionId, mark, position, knownAt };
  }

  function randomPartition(): number {
    return partitions === 1 ? 0 : (random(1)[0] ?? 0) % partitions;
  }

  function draft(
    input: SessionStart,
    { maker, partition, mark }: { maker: CredentialMaker; partition: number; mark: Seq },
  ): StartedSession {
    const sessionId = newSessionId(partition, partitions, random);
    const now = time.now();
    const { secretHash, lineage, credential } = maker(sessionId, now);
    const times = { createdAt: now, lastSeenAt: now };
    const session: SessionRecord = {
      id: sessionId,
      secretHash,
      userId: input.userId,
      tenantId: input.tenantId,
      mark,
      ...times,
      purgeAt: purgeAt(times, config),
      methods: input.methods,
      assuranceLevel: input.assuranceLevel,
      persistent: input.persistent,
      userAgent: input.userAgent,
      claims: input.claims,
      lineage,
    };
    const position = log.followers[partition]?.head ?? 0;
    return { session, credential, sentAt: now, position };
  }

  function announce(input: SessionStart, sessionId: string): void {
    const { userId, tenantId, methods, userAgent, address } = input;
    const names = methods.map(({ method }) => method);
    events.emit("session.started", {
      sessionId,
      userId,
      tenantId,
      methods: names,
      userAgent,
      address,
    });
  }

  async function revoke(asked: Revocation): Promise<RevokeVerdict> {
    const stamp = await log.stamp();
    const revocation = deps.areUnrecorded ? unrecorded(asked) : asked;
    const verdict = await store.revocation.revoke(revocation, {
      ...stamp,
      watermarkUntil: stamp.now + maxAbsoluteMs,
    });
    if (verdict.outcome === "absent" && revocation.scope === "session") {
      // Somebody else may have ended it just now: this process is not to find it either.
      await log.catchUp(partitionOfSession(revocation.id, partitions));
    }
    if (verdict.outcome !== "revoked") return verdict;
    log.learn(verdict.entries);
    events.emit("sessions.ended", {
      scope: revocation.scope,
      id: revocation.scope === "all" ? null : revocation.id,
      count: verdict.sessions,
      reason: revocation.reason,
    });
    return verdict;
  }

  async function revokeAllOf(userId: string, reason: RevocationReason): Promise<Seq> {
    const verdict = await revoke({ scope: "user", id: userId, reason });
    return verdict.outcome === "revoked" ? seqOf(verdict.entries) : 0;
  }

  async function touch({ id, createdAt }: Pick<SessionRecord, "id" | "createdAt">): Promise<void> {
    const lastSeenAt = time.now();
    const purge = purgeAt({ createdAt, lastSeenAt }, config);
    await store.sessions.touch([{ id, lastSeenAt, purgeAt: purge }]);
  }

  return {
    touch,
    start,
    startUnrecorded,
    revoke,
    position: () => ({ marks: log.heads, requestedAt: time.now() }),
    revokeAllOf,
    async revokeOthersAndRotate({ userId, sessionId }, reason) {
      const tagKey = await deps.keys.signingMac("session tag");
      const { secretHash, sessionToken } = issueSessionToken(sessionId, tagKey, random);
      const except = { sessionId, secretHash };
      const verdict = await revoke({ scope: "user", id: userId, except, reason });
      if (verdict.outcome === "revoked") return sessionToken;
      // Whoever ended this session while it was being secured must not keep another one by that.
      await revokeAllOf(userId, reason);
      return null;
    },
  };
}

/** The highest place that an act was given: what comes after it has it as its mark. */
export function seqOf(entries: readonly Logged[]): Seq {
  return Math.max(0, ...entries.map(({ entry }) => entry.seq));
}
