import type { Clock } from "../../util/clock.ts";
import type { JsonObject } from "../../util/json.ts";
import type { RevocationReason, Seq } from "../revocation/revocation-store.ts";
import { checkClaims } from "./claims.ts";
import { expiresAt } from "./lifetime.ts";
import type { SessionConfig } from "./options.ts";
import { viewOf, type SessionView } from "./principal.ts";
import type { SessionStore } from "./session-store.ts";
import type { Sessions } from "./sessions.ts";

/** What `revoke` and `revokeAll` answer. */
export interface Revoked {
  /** The revocation's place in the log; null when nothing had to end. A sign-in with this as `mark` comes after it. */
  readonly seq: Seq | null;
  /** How many sessions ended with this call. For a tenant or everyone, more may follow; none of them is accepted. */
  readonly sessions: number;
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
  /** Replaces the claims of a session: its next request has them. Null when it has ended. */
  update(sessionId: string, change: { readonly claims: JsonObject }): Promise<SessionView | null>;
  /** Ends one session; with `userId` only if it is this user's. It is not an error when it has ended before. */
  revoke(sessionId: string, only?: { readonly userId?: string }): Promise<Revoked>;
  /**
   * Ends all sessions of a user, a tenant or everyone, also those whose sign-in is under way.
   * @throws RangeError when `except` is not a live session of this user; nothing has ended then.
   */
  revokeAll(target: RevokeAllTarget): Promise<Revoked>;
}

export function createSessionDirectory(deps: {
  readonly store: SessionStore;
  readonly sessions: Sessions;
  readonly config: SessionConfig;
  readonly clock: Clock;
}): SessionDirectory {
  const { store, sessions, config, clock } = deps;
  const reason: RevocationReason = "revoked_by_application";

  return {
    async get(sessionId) {
      const session = await store.find(sessionId);
      if (session === null || clock.now() >= expiresAt(session, config)) return null;
      return viewOf(session, config);
    },
    async list(userId) {
      const now = clock.now();
      const found = await store.listOf(userId);
      return found
        .filter((session) => now < expiresAt(session, config))
        .map((session) => viewOf(session, config));
    },
    async update(sessionId, { claims }) {
      const session = await store.replaceClaims(sessionId, checkClaims(claims));
      if (session === null || clock.now() >= expiresAt(session, config)) return null;
      return viewOf(session, config);
    },
    async revoke(sessionId, { userId } = {}) {
      const verdict = await sessions.revoke({
        scope: "session",
        id: sessionId,
        ...(userId !== undefined && { ofUser: userId }),
        reason,
      });
      if (verdict.outcome !== "revoked") return { seq: null, sessions: 0 };
      return { seq: verdict.seq, sessions: verdict.sessions };
    },
    async revokeAll(target) {
      const verdict = await sessions.revoke(
        "userId" in target
          ? {
              scope: "user",
              id: target.userId,
              ...(target.except !== undefined && { except: { sessionId: target.except } }),
              reason,
            }
          : "tenantId" in target
            ? { scope: "tenant", id: target.tenantId, reason }
            : { scope: "all", reason },
      );
      if (verdict.outcome !== "revoked") {
        throw new RangeError("the session in `except` is not a live session of this user");
      }
      return { seq: verdict.seq, sessions: verdict.sessions };
    },
  };
}
