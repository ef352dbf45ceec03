import type { Engine } from "../core/engine.ts";
import { AuthError } from "../core/errors.ts";
import type { KnownSession } from "../core/sessions/session-store.ts";
import {
  seqOf,
  type RequestPosition,
  type Sessions,
  type SessionStart,
  type StartedSession,
  type UnrecordedLogin,
} from "../core/sessions/sessions.ts";
import type { Seq } from "../core/revocation/revocation-store.ts";
import type { StartOrigin } from "./request-context.ts";

/** What proves the session from here on. */
export type Replaced =
  | { readonly kind: "session"; readonly started: StartedSession }
  | {
      readonly kind: "login";
      readonly start: SessionStart & { readonly userId: string };
      readonly login: UnrecordedLogin;
    };

/**
 * Ends all other sessions of a user, and makes every credential of this one useless at once: whoever holds a copy is out.
 * A session token is replaced. What an access token says stays good until it expires, so with those the session ends too, and
 * another one begins, with its data as it was when the others had ended. What ends the user's sessions meanwhile ends the new
 * one too: it begins at the place in the log that `start` has, or where the others ended.
 * @throws AuthError `session_revoked`, `store_unavailable`
 */
export async function replaceSecret(
  engine: Engine,
  session: KnownSession & { readonly userId: string },
  reason: "password_changed",
  start: StartOrigin & { readonly position: RequestPosition },
): Promise<Replaced> {
  const { sessions, tokens, store } = engine;
  const { id: sessionId, userId } = session;
  if (tokens === null) {
    const sessionToken = await sessions.revokeOthersAndRotate({ userId, sessionId }, reason);
    const record = sessionToken === null ? null : await store.sessions.find(sessionId);
    if (sessionToken === null || record === null) throw new AuthError("session_revoked");
    const { time } = engine;
    const credential = { kind: "session token", sessionToken } as const;
    return {
      kind: "session",
      started: { session: record, credential, sentAt: time.now(), position: record.mark },
    };
  }
  const again = {
    userId,
    tenantId: session.tenantId,
    methods: session.methods,
    assuranceLevel: session.assuranceLevel,
    persistent: false,
    claims: session.claims,
    ...start,
  };
  if (tokens.strategy === "jwt") {
    // What ended this login since the request came ends the new one too: its mark is the request's.
    const login = await sessions.startUnrecorded({ ...again, replaces: null });
    await endOthers(sessions, { userId, sessionId: login.sessionId }, reason);
    return { kind: "login", start: { ...again, replaces: null }, login };
  }
  const mark = await endOthers(sessions, { userId, sessionId }, reason);
  const record = await store.sessions.find(sessionId);
  const data = await store.sessions.readData(sessionId);
  if (record === null || data === null) throw new AuthError("session_revoked");
  const { persistent, userAgent, claims } = record;
  const next = { ...again, persistent, userAgent, claims, mark, replaces: sessionId };
  const started = await sessions.start(next);
  try {
    const { maxDataBytes: maxBytes } = engine.config.session;
    for (const [key, to] of data) {
      await store.sessions.writeData(started.session.id, { key, to, maxBytes });
    }
  } catch (error) {
    // Nobody holds it yet.
    await sessions.revoke({ scope: "session", id: started.session.id, reason: "replaced" });
    throw error;
  }
  return { kind: "session", started };
}

/** Ends all sessions of a user but one. Where that one has ended too, whoever ended it must not keep another one by that. */
async function endOthers(
  sessions: Sessions,
  { userId, sessionId }: { readonly userId: string; readonly sessionId: string },
  reason: "password_changed",
): Promise<Seq> {
  const verdict = await sessions.revoke({
    scope: "user",
    id: userId,
    except: { sessionId },
    reason,
  });
  if (verdict.outcome === "revoked") return seqOf(verdict.entries);
  await sessions.revokeAllOf(userId, reason);
  throw new AuthError("session_revoked");
}
