import type { KeyObject } from "node:crypto";
import { equalBytes } from "../../util/bytes.ts";
import type { Clock } from "../../util/clock.ts";
import type { JsonObject } from "../../util/json.ts";
import { AuthError } from "../errors.ts";
import type { EventHub } from "../events.ts";
import type { RandomSource, Store } from "../ports.ts";
import type {
  Revocation,
  RevocationReason,
  RevokeVerdict,
  Seq,
} from "../revocation/revocation-store.ts";
import type { AssuranceLevel, AuthenticationMethod } from "./authentication.ts";
import { expiresAt, purgeAt } from "./lifetime.ts";
import { maxAbsoluteMs, type SessionConfig } from "./options.ts";
import { issueSessionToken, newSessionId, type PresentedSessionToken } from "./session-token.ts";
import type { SessionRecord } from "./session-store.ts";
import type { Touches } from "./touches.ts";

/**
 * Where a request stands in the order of revocations. Taken when the request arrives, before any password is
 * read, so that "end all sessions of this user" also ends a sign-in that is under way.
 */
export interface RequestPosition {
  readonly mark: Seq;
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
}

/** A session and the one thing that proves it. `sessionToken` goes to its client and nowhere else. */
export interface StartedSession {
  readonly session: SessionRecord;
  readonly sessionToken: string;
}

export type ResumeVerdict =
  | { readonly outcome: "resumed"; readonly session: SessionRecord }
  | { readonly outcome: "ended"; readonly code: "session_expired" | "session_revoked" };

/** The life of sessions. Store failures surface as `AuthError('store_unavailable')`. */
export interface Sessions {
  /** The position of a request that arrives now. */
  position(): RequestPosition;
  /**
   * Opens a session, always under a new id and secret, so that nothing planted before can become it.
   * @throws AuthError `sign_in_superseded` when a revocation came after the request did.
   */
  start(start: SessionStart): Promise<StartedSession>;
  /** Judges a presented, authentic token: one store read. Several are spellings of one session id. */
  resume(
    presented: readonly [PresentedSessionToken, ...PresentedSessionToken[]],
  ): Promise<ResumeVerdict>;
  /** Notes at once that the session is in use. No effect on one that has ended. */
  touch(session: SessionRecord): Promise<void>;
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
  readonly tagKey: KeyObject;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly events: EventHub;
  readonly touches: Touches;
}): Sessions {
  const { store, config, clock, random, events } = deps;
  let head: Seq = 0;

  async function start(input: SessionStart): Promise<StartedSession> {
    let { mark } = input.position;
    for (let attempt = 1; ; attempt += 1) {
      const started = draft(input, mark);
      const verdict = await store.sessions.insert(started.session, input.replaces);
      if (verdict.outcome === "inserted") {
        announce(input, started.session);
        return started;
      }
      if (verdict.outcome === "duplicate") {
        // 128 random bits do not repeat by chance: a cloned machine draws the same again, or the source is broken.
        if (attempt === maxAttempts) throw new Error("the random source repeats itself");
        continue;
      }
      // The mark of this process lags behind the store. A revocation older than the request does not concern it.
      if (verdict.revokedAt >= input.position.requestedAt)
        throw new AuthError("sign_in_superseded");
      mark = verdict.by;
      head = Math.max(head, verdict.by);
    }
  }

  function draft(input: SessionStart, mark: Seq): StartedSession {
    const token = issueSessionToken(newSessionId(random), deps.tagKey, random);
    const now = clock.now();
    const times = { createdAt: now, lastSeenAt: now };
    const session: SessionRecord = {
      id: token.sessionId,
      secretHash: token.secretHash,
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
    };
    return { session, sessionToken: token.sessionToken };
  }

  function announce(input: SessionStart, session: SessionRecord): void {
    events.emit("session.started", {
      sessionId: session.id,
      userId: session.userId,
      tenantId: session.tenantId,
      methods: session.methods.map((each) => each.method),
      userAgent: session.userAgent,
      address: input.address,
    });
  }

  async function resume(
    presented: readonly [PresentedSessionToken, ...PresentedSessionToken[]],
  ): Promise<ResumeVerdict> {
    const session = await store.sessions.find(presented[0].sessionId);
    if (
      session === null ||
      !presented.some((each) => equalBytes(each.secretHash, session.secretHash))
    ) {
      return { outcome: "ended", code: "session_revoked" };
    }
    if (clock.now() >= expiresAt(session, config)) {
      return { outcome: "ended", code: "session_expired" };
    }
    deps.touches.note(session);
    return { outcome: "resumed", session };
  }

  async function revoke(revocation: Revocation): Promise<RevokeVerdict> {
    const now = clock.now();
    const verdict = await store.revocation.revoke(revocation, {
      now,
      keepUntil: now + maxAbsoluteMs,
    });
    if (verdict.outcome === "revoked") {
      head = Math.max(head, verdict.seq);
      events.emit("sessions.ended", {
        scope: revocation.scope,
        id: revocation.scope === "all" ? null : revocation.id,
        count: verdict.sessions,
        reason: revocation.reason,
      });
    }
    return verdict;
  }

  async function revokeAllOf(userId: string, reason: RevocationReason): Promise<Seq> {
    const verdict = await revoke({ scope: "user", id: userId, reason });
    return verdict.outcome === "revoked" ? verdict.seq : head;
  }

  async function touch({ id, createdAt }: SessionRecord): Promise<void> {
    const lastSeenAt = clock.now();
    const purge = purgeAt({ createdAt, lastSeenAt }, config);
    await store.sessions.touch([{ id, lastSeenAt, purgeAt: purge }]);
  }

  return {
    touch,
    position: () => ({ mark: head, requestedAt: clock.now() }),
    start,
    resume,
    revoke,
    revokeAllOf,
    async revokeOthersAndRotate({ userId, sessionId }, reason) {
      const { secretHash, sessionToken } = issueSessionToken(sessionId, deps.tagKey, random);
      const verdict = await revoke({
        scope: "user",
        id: userId,
        except: { sessionId, secretHash },
        reason,
      });
      if (verdict.outcome === "revoked") return sessionToken;
      // Whoever ended this session while it was being secured must not keep another one by that.
      await revokeAllOf(userId, reason);
      return null;
    },
  };
}
