import type { Clock } from "../../util/clock.ts";
import type { JsonObject } from "../../util/json.ts";
import type { Propagation, RevocationLog } from "../revocation/revocation-log.ts";
import type {
  Revocation,
  RevocationReason,
  RevokeVerdict,
  Seq,
} from "../revocation/revocation-store.ts";
import { checkClaims } from "./claims.ts";
import { expiresAt } from "./lifetime.ts";
import type { SessionConfig } from "./options.ts";
import { viewOf, type SessionView } from "./principal.ts";
import type { SessionStore } from "./session-store.ts";
import { seqOf, type Sessions } from "./sessions.ts";

/** What `revoke` and `revokeAll` answer. */
export interface Revoked {
  /**
   * With `propagated: true`: whether every live process has acknowledged it, or the longest lease has passed. Either way
   * none accepts any more what was revoked.
   */
  readonly propagation?: Propagation;
  /** The revocation's place in the log; null when nothing had to end. A sign-in with this as `mark` comes after it. */
  readonly seq: Seq | null;
  /** How many sessions ended with this call. For a tenant or everyone, more may follow; none of them is accepted. */
  readonly sessions: number;
}

export interface RevokeOptions {
  /**
   * Resolves only when no live process can accept any more what was revoked: when all have acknowledged it, or the longest
   * lease has passed. Without it, that is so within the lease after the call resolves.
   */
  readonly propagated?: boolean;
}

/** Whose sessions to end. */
export type RevokeAllTarget =
  | { readonly userId: string; /** The id of a session that goes on. */ readonly except?: string }
  | { readonly tenantId: string }
  | { readonly everyone: true };

/** The sessions, for the application and its administrators. Store failures are `AuthError('store_unavailable')`. */
export interface SessionDirectory {
  /** The session, or null when it never was or has ended. */
  get(sessionId: string): Promise<SessionView | null>;
  /** The user's live sessions, most recently seen first. */
  list(userId: string): Promise<readonly SessionView[]>;
  /** Replaces the claims of a session: every process has them within the lease. Null when it has ended. */
  update(sessionId: string, change: { readonly claims: JsonObject }): Promise<SessionView | null>;
  /** Replaces the claims of all sessions of a user, as after a change of role. Answers how many. */
  updateAll(userId: string, change: { readonly claims: JsonObject }): Promise<number>;
  /** Ends one session; with `userId` only if it is this user's. It is not an error when it has ended before. */
  revoke(
    sessionId: string,
    options?: RevokeOptions & { readonly userId?: string },
  ): Promise<Revoked>;
  /**
   * Ends all sessions of a user, a tenant or everyone, also those whose sign-in is under way.
   * @throws RangeError when `except` is not a live session of this user; nothing has ended then.
   */
  revokeAll(target: RevokeAllTarget, options?: RevokeOptions): Promise<Revoked>;
}

export function createSessionDirectory(deps: {
  readonly store: SessionStore;
  readonly sessions: Sessions;
  readonly config: SessionConfig;
  readonly log: RevocationLog;
  /** The store's time. */
  readonly time: Clock;
}): SessionDirectory {
  const { store, sessions, config, log, time } = deps;

  async function revoked(
    verdict: RevokeVerdict,
    { propagated = false }: RevokeOptions = {},
  ): Promise<Revoked | null> {
    if (verdict.outcome !== "revoked") return null;
    const { entries, sessions: count } = verdict;
    const result = { seq: seqOf(entries), sessions: count };
    return propagated ? { ...result, propagation: await log.propagated(entries) } : result;
  }

  return {
    async get(sessionId) {
      const session = await store.find(sessionId);
      if (session === null || time.now() >= expiresAt(session, config)) return null;
      return viewOf(session, config);
    },
    async list(userId) {
      const now = time.now();
      const found = await store.listOf(userId);
      return found
        .filter((session) => now < expiresAt(session, config))
        .map((session) => viewOf(session, config));
    },
    async update(sessionId, { claims }) {
      const changed = await store.replaceClaims(sessionId, checkClaims(claims), log.stamp());
      if (changed === null) return null;
      log.learn(changed.entries);
      const { session } = changed;
      return time.now() >= expiresAt(session, config) ? null : viewOf(session, config);
    },
    async updateAll(userId, { claims }) {
      const changed = await store.replaceClaimsOf(userId, checkClaims(claims), log.stamp());
      log.learn(changed.entries);
      return changed.sessions;
    },
    async revoke(sessionId, { userId, ...options } = {}) {
      const verdict = await sessions.revoke({
        scope: "session",
        id: sessionId,
        ...(userId !== undefined && { ofUser: userId }),
        reason,
      });
      return (await revoked(verdict, options)) ?? { seq: null, sessions: 0 };
    },
    async revokeAll(target, options) {
      const result = await revoked(await sessions.revoke(revocationOf(target)), options);
      if (result !== null) return result;
      throw new RangeError("the session in `except` is not a live session of this user");
    },
  };
}

const reason: RevocationReason = "revoked_by_application";

function revocationOf(target: RevokeAllTarget): Revocation {
  if ("tenantId" in target) return { scope: "tenant", id: target.tenantId, reason };
  if ("everyone" in target) return { scope: "all", reason };
  const { userId, except } = target;
  return {
    scope: "user",
    id: userId,
    ...(except !== undefined && { except: { sessionId: except } }),
    reason,
  };
}
