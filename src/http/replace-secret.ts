import type { Engine } from "../core/engine.ts";
import { AuthError } from "../core/errors.ts";
import { ResumedSession, type Resumed } from "../core/sessions/resumed-session.ts";
import type { SessionRecord } from "../core/sessions/session-store.ts";
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
 * When that fails halfway, the session ends too: whoever asked signs in again.
 * @throws AuthError `unauthenticated` for a guest; `session_revoked`, `sign_in_superseded`, `store_unavailable`
 */
export async function replaceSecret(
  engine: Engine,
  resumed: Resumed,
  reason: "password_changed",
  start: StartOrigin & { readonly position: RequestPosition },
): Promise<Replaced> {
  const { sessions, tokens, time } = engine;
  const { session } = resumed;
  const { id: sessionId, userId } = session;
  if (userId === null) throw new AuthError("unauthenticated");
  if (tokens === null && resumed instanceof ResumedSession) {
    const sessionToken = await sessions.revokeOthersAndRotate({ userId, sessionId }, reason);
    if (sessionToken === null) throw new AuthError("session_revoked");
    const credential = { kind: "session token", sessionToken } as const;
    // By the record that the request came with: a read that fails now would cost the client the token that was just made.
    const { session: record } = resumed;
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
  if (tokens?.strategy === "jwt") {
    // What ended this login since the request came ends the new one too: its mark is the request's.
    const login = await sessions.startUnrecorded({ ...again, replaces: null });
    await endOthers(sessions, { userId, sessionId: login.sessionId }, reason);
    return { kind: "login", start: { ...again, replaces: null }, login };
  }
  const mark = await endOthers(sessions, { userId, sessionId }, reason);
  let heldBy = sessionId;
  try {
    const { record, data } = await readWithData(engine, sessionId);
    const { persistent, userAgent, claims } = record;
    const next = { ...again, persistent, userAgent, claims, mark, replaces: sessionId };
    const started = await sessions.start(next);
    heldBy = started.session.id;
    await writeAll(engine, heldBy, data);
    return { kind: "session", started };
  } catch (error) {
    // Copies of the old credentials must not stay good, nor a session be left that nobody holds.
    await sessions.revoke({ scope: "session", id: heldBy, reason: "replaced" });
    throw error;
  }
}

async function readWithData(
  { store }: Engine,
  sessionId: string,
): Promise<{ readonly record: SessionRecord; readonly data: ReadonlyMap<string, string> }> {
  const record = await store.sessions.find(sessionId);
  const data = await store.sessions.readData(sessionId);
  if (record === null || data === null) throw new AuthError("session_revoked");
  return { record, data };
}

/** @throws AuthError `session_revoked` when the session has ended meanwhile: nothing is lost without a word */
async function writeAll(
  { store, config }: Engine,
  sessionId: string,
  data: ReadonlyMap<string, string>,
): Promise<void> {
  const { maxDataBytes: maxBytes } = config.session;
  for (const [key, to] of data) {
    const verdict = await store.sessions.writeData(sessionId, { key, to, maxBytes });
    if (verdict !== "written") throw new AuthError("session_revoked");
  }
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
