import type { Clock } from "../../util/clock.ts";
import type { JsonObject } from "../../util/json.ts";
import type { Propagation } from "../revocation/propagation.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import type {
  Revocation,
  RevocationReason,
  RevokeVerdict,
  Seq,
} from "../revocation/revocation-store.ts";
import { AuthError } from "../errors.ts";
import { checkIdentifier, isIdentifier } from "../identifiers.ts";
import { partitionOfSession, partitionOfUser } from "../revocation/partition.ts";
import { checkClaims } from "./claims.ts";
import { expiresAt } from "./lifetime.ts";
import type { SessionConfig } from "./options.ts";
import { viewOf, type SessionView } from "./principal.ts";
import type { SessionStore, Superseded } from "./session-store.ts";
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

/**
 * The sessions, for the application and its administrators. The ids of users and tenants are the application's: what no
 * store could keep is a `TypeError`. The ids of sessions may come from anywhere: what cannot be one names none. Store failures are `AuthError('store_unavailable')`. */
export interface SessionDirectory {
  /** The session, or null when it never was or has ended. */
  get(sessionId: string): Promise<SessionView | null>;
  /** The user's live sessions, most recently seen first. */
  list(userId: string): Promise<readonly SessionView[]>;
  /**
   * Replaces the claims of a session: every process has them within the lease. Null when it has ended. Of calls at once
   * the last one stays; one that ended with `outcome_unknown` is done now, never, or later, but then not over newer claims.
   * With the strategy `jwt` nothing is kept to be replaced: the login's access token is outdated, and the answer is null.
   */
  update(sessionId: string, change: { readonly claims: JsonObject }): Promise<SessionView | null>;
  /** Replaces the claims of all sessions of a user, as after a change of role; else like `update`. Answers how many. */
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

const maxUpdateAttempts = 64;

export function createSessionDirectory(deps: {
  readonly store: SessionStore;
  readonly sessions: Sessions;
  readonly config: SessionConfig;
  readonly log: RevocationLog;
  /** Whether logins have no record, so that what changes need not have one. */
  readonly areUnrecorded: boolean;
  /** The store's time. */
  readonly time: Clock;
}): SessionDirectory {
  const { store, sessions, config, log, time } = deps;
  const partitions = log.followers.length;

  async function revoked(
    verdict: RevokeVerdict,
    { propagated = false }: RevokeOptions = {},
  ): Promise<Revoked | null> {
    if (verdict.outcome !== "revoked") return null;
    const { entries, sessions: count } = verdict;
    const result = { seq: seqOf(entries), sessions: count };
    return propagated ? { ...result, propagation: await log.propagated(entries) } : result;
  }

  /**
   * Writes claims after what this process knows, and after what it learns while somebody waits. What the caller gave up is
   * not repeated, so that what comes late to the store is refused there when it is not the newest any more.
   */
  async function insist<Verdict extends { readonly outcome: string }>(
    partition: number,
    write: (after: Seq) => Promise<Verdict | Superseded>,
  ): Promise<Verdict> {
    // Who has never read the log would have the store look through all of it.
    let after = log.heads[partition] || (await log.healed(partition)).head;
    for (let attempt = 1; attempt <= maxUpdateAttempts; attempt += 1) {
      const verdict = await write(after);
      if (!isSuperseded(verdict)) return verdict;
      after = verdict.by;
    }
    throw new AuthError("store_unavailable", {
      detail: "Too many callers changed the same claims at once.",
      retryAfterSeconds: 1,
    });
  }

  return {
    async get(sessionId) {
      if (!isIdentifier(sessionId)) return null;
      const session = await store.find(sessionId);
      if (session === null || time.now() >= expiresAt(session, config)) return null;
      return viewOf(session, config);
    },
    async list(userId) {
      const now = time.now();
      const found = await store.listOf(checkIdentifier("userId", userId));
      return found
        .filter((session) => now < expiresAt(session, config))
        .map((session) => viewOf(session, config));
    },
    async update(sessionId, { claims }) {
      const checked = checkClaims(claims);
      if (!isIdentifier(sessionId)) return null;
      const changed = await insist(partitionOfSession(sessionId, partitions), async (after) =>
        store.replaceClaims(
          sessionId,
          { claims: checked, after, ...(deps.areUnrecorded && { unrecorded: true }) },
          await log.stamp(),
        ),
      );
      if (changed.outcome === "ended") return null;
      log.learn(changed.entries);
      const { session } = changed;
      if (session === null || time.now() >= expiresAt(session, config)) return null;
      return viewOf(session, config);
    },
    async updateAll(userId, { claims }) {
      checkIdentifier("userId", userId);
      const checked = checkClaims(claims);
      const changed = await insist(partitionOfUser(userId, partitions), async (after) =>
        store.replaceClaimsOf(userId, { claims: checked, after }, await log.stamp()),
      );
      log.learn(changed.entries);
      return changed.sessions;
    },
    async revoke(sessionId, { userId, ...options } = {}) {
      if (userId !== undefined) checkIdentifier("userId", userId);
      const nothing = { seq: null, sessions: 0 };
      if (!isIdentifier(sessionId)) return nothing;
      const verdict = await sessions.revoke({
        scope: "session",
        id: sessionId,
        ...(userId !== undefined && { ofUser: userId }),
        reason,
      });
      const result = await revoked(verdict, options);
      if (result !== null) return result;
      // Somebody else has ended it, perhaps just now: not every process need know of that yet.
      const partition = partitionOfSession(sessionId, partitions);
      return {
        ...nothing,
        ...(options.propagated === true && { propagation: await log.propagatedSoFar(partition) }),
      };
    },
    async revokeAll(target, options) {
      const revocation = revocationOf(target);
      const verdict = revocation === null ? null : await sessions.revoke(revocation);
      const result = verdict && (await revoked(verdict, options));
      if (result !== null) return result;
      throw new RangeError("the session in `except` is not a live session of this user");
    },
  };
}

function isSuperseded(verdict: { readonly outcome: string }): verdict is Superseded {
  return verdict.outcome === "superseded";
}

const reason: RevocationReason = "revoked_by_application";

/** Null when the exception cannot be a session. */
function revocationOf(target: RevokeAllTarget): Revocation | null {
  if ("tenantId" in target) {
    return { scope: "tenant", id: checkIdentifier("tenantId", target.tenantId), reason };
  }
  if ("everyone" in target) return { scope: "all", reason };
  const { userId, except } = target;
  checkIdentifier("userId", userId);
  if (except !== undefined && !isIdentifier(except)) return null;
  return {
    scope: "user",
    id: userId,
    ...(except !== undefined && { except: { sessionId: except } }),
    reason,
  };
}
