import type { Clock } from "../../util/clock.ts";
import type { EventHub } from "../events.ts";
import type { RandomSource } from "../ports.ts";
import { partitionOfSession } from "../revocation/partition.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import type { Seq } from "../revocation/revocation-store.ts";
import { expiresAt, purgeAt } from "../sessions/lifetime.ts";
import type { SessionConfig } from "../sessions/options.ts";
import { readNow } from "../sessions/read-now.ts";
import type { SessionRecord, SessionStore } from "../sessions/session-store.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Touches } from "../sessions/touches.ts";
import { lineageText, parseLineage } from "./lineage-text.ts";
import type { RefreshTokensConfig } from "./options.ts";
import type { RefreshKeys } from "./refresh-keys.ts";
import {
  refresh,
  type NextToken,
  type Refreshable,
  type RefreshDependencies,
  type Refreshed,
} from "./refresh.ts";
import { issueRefreshToken, parseRefreshToken } from "./refresh-token.ts";

/** What a refresh token was worth. */
export type RefreshResult =
  | {
      readonly outcome: "refreshed";
      readonly session: SessionRecord;
      /** The place of the log that was known when the session was read. */
      readonly position: Seq;
      /** When the session was read, by the store's time: an access token counts from here. */
      readonly readAt: number;
      /** To be kept in place of the one that was presented; null when that is to be kept. */
      readonly refreshToken: string | null;
    }
  | {
      readonly outcome: "refused";
      readonly code:
        | "invalid_token"
        | "session_expired"
        | "session_revoked"
        | "refresh_token_reused";
    };

/** Trades refresh tokens. */
export interface Refresher {
  /**
   * Judges a refresh token and writes what follows from its use. With `canStore: false` the client has said that it cannot
   * keep another one, and gets none.
   * @throws AuthError `store_unavailable`; nothing is lost by trying again
   */
  refresh(
    presented: string,
    request: { readonly address: string | null; readonly canStore: boolean },
  ): Promise<RefreshResult>;
  /**
   * The one of several refresh tokens that a browser sent under one name: of one session the newest; null where authentic ones are of
   * different sessions, so that one was planted. What is not authentic counts for nothing, unless all of them are.
   * @throws AuthError `store_unavailable`
   */
  choose(presented: readonly [string, string, ...string[]]): Promise<string | null>;
  /** The session that an authentic refresh token is for, however old it is; null for any other text. @throws AuthError `store_unavailable` */
  sessionOf(presented: string): Promise<string | null>;
}

type FoundSession = Refreshable & { readonly record: SessionRecord; readonly position: Seq };

export function createRefresher(deps: {
  readonly store: Pick<SessionStore, "find" | "promote">;
  readonly log: RevocationLog;
  readonly sessions: Pick<Sessions, "revoke">;
  readonly touches: Pick<Touches, "note">;
  readonly keys: Pick<RefreshKeys, "lookAgain" | "lookUp" | "signing">;
  readonly config: RefreshTokensConfig;
  readonly session: SessionConfig;
  readonly leaseMs: number;
  /** The process's own clocks. */
  readonly clock: Clock;
  /** The store's time. */
  readonly time: Clock;
  readonly random: RandomSource;
  readonly events: EventHub;
}): Refresher {
  const { log, clock, time, random, events } = deps;
  const { raceWindowMs, answerWithinMs } = deps.config;

  async function find(sessionId: string): Promise<FoundSession | "expired" | null> {
    const follower = await log.healed(partitionOf(sessionId));
    const { session: record, position } = await readNow(sessionId, follower, deps);
    if (record === null || record.lineage === null) return null;
    if (time.now() >= expiresAt(record, deps.session)) return "expired";
    return { record, position, lineage: parseLineage(record.lineage) };
  }

  /** The store as the refresh of one session sees it: lineages instead of their texts. */
  function lineagesOf(onExpired: () => void): RefreshDependencies<FoundSession>["store"] {
    let createdAt = 0;
    return {
      async find(id) {
        const found = await find(id);
        if (found === "expired") {
          onExpired();
          return null;
        }
        createdAt = found?.record.createdAt ?? createdAt;
        return found;
      },
      promote: (id, expected, next, now) =>
        deps.store.promote(id, {
          from: lineageText(expected),
          to: lineageText(next),
          lastSeenAt: now,
          purgeAt: purgeAt({ createdAt, lastSeenAt: now }, deps.session),
        }),
      async revokeReused(id, expected) {
        const lineage = lineageText(expected);
        const reason = "refresh_token_reused";
        const verdict = await deps.sessions.revoke({ scope: "session", id, lineage, reason });
        // Superseded or ended: which of the two, the next read tells.
        return verdict.outcome === "revoked" ? "revoked" : "superseded";
      },
    };
  }

  /** Null for what nobody has issued. */
  async function judge(
    presented: string,
  ): Promise<
    (Refreshed<FoundSession> & { readonly sessionId: string; readonly isExpired: boolean }) | null
  > {
    const token = parseRefreshToken(presented, await deps.keys.lookUp());
    if (token === null) return null;
    const { sessionId } = token;
    // First, for it also learns the store's time: a clock that was set since must not decide how long a race is over.
    await log.healed(partitionOf(sessionId));
    let isExpired = false;
    const store = lineagesOf(() => (isExpired = true));
    const refreshing = { store, clock, time, raceWindowMs, answerWithinMs };
    const refreshed = await refresh<FoundSession>(token, refreshing);
    // Whoever made it up must not learn which sessions there are.
    const isNobodys = token.authenticity === "unknown_key" && refreshed.outcome === "ended";
    const verdict: Refreshed<FoundSession> = isNobodys ? { outcome: "undecidable" } : refreshed;
    return { ...verdict, sessionId, isExpired };
  }

  function partitionOf(sessionId: string): number {
    return partitionOfSession(sessionId, log.followers.length);
  }

  async function issueChild(sessionId: string, { generation, parent }: NextToken): Promise<string> {
    const key = await deps.keys.signing();
    const issuedAt = time.now();
    const child = { sessionId, generation, parent, issuedAt, key, random };
    return issueRefreshToken(child).refreshToken;
  }

  return {
    async choose(presented) {
      const keyOf = await deps.keys.lookUp();
      const authentic = presented
        .map((text) => ({ text, token: parseRefreshToken(text, keyOf) }))
        .flatMap(({ text, token }) =>
          token?.authenticity === "authentic" ? [{ text, token }] : [],
        )
        .sort((one, other) => other.token.generation - one.token.generation);
      if (new Set(authentic.map(({ token }) => token.sessionId)).size > 1) return null;
      return authentic[0]?.text ?? presented[0];
    },

    async sessionOf(presented) {
      const token = parseRefreshToken(presented, await deps.keys.lookUp());
      return token?.authenticity === "authentic" ? token.sessionId : null;
    },

    async refresh(presented, { address, canStore }) {
      let refreshed = await judge(presented);
      // Another process may have made a key that signs at once, in the place of one that was revoked.
      if (refreshed?.outcome === "undecidable" && (await deps.keys.lookAgain())) {
        refreshed = await judge(presented);
      }
      if (refreshed === null || refreshed.outcome === "undecidable") {
        return { outcome: "refused", code: "invalid_token" };
      }
      const { sessionId, isExpired } = refreshed;
      if (refreshed.outcome === "ended") {
        const code = isExpired ? "session_expired" : "session_revoked";
        if (!refreshed.reused) return { outcome: "refused", code };
        events.emit("refresh_token.reused", { sessionId, address });
        return { outcome: "refused", code: "refresh_token_reused" };
      }
      const { verdict, session, readAt, child } = refreshed;
      if (verdict === "takeover" || verdict === "recovered") {
        events.emit("refresh_token.mended", { sessionId, how: verdict, address });
      }
      return {
        outcome: "refreshed",
        session: deps.touches.note(session.record, time.now()),
        position: session.position,
        readAt,
        refreshToken: child === null || !canStore ? null : await issueChild(sessionId, child),
      };
    },
  };
}
