import { createHash, createHmac } from "node:crypto";
import { encodeBase64url } from "../../util/base64url.ts";
import type { Clock } from "../../util/clock.ts";
import type { JsonObject } from "../../util/json.ts";
import type { EventHub } from "../events.ts";
import type { SharedKeys } from "../keys/shared-keys.ts";
import type { RandomSource, Store } from "../ports.ts";
import { newSessionId, partitionOfSession, partitionOfUser } from "../revocation/partition.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import type { Seq } from "../revocation/revocation-store.ts";
import { purgeAt } from "./lifetime.ts";
import { maxAbsoluteMs, type SessionConfig } from "./options.ts";
import type { PresentedTokens } from "./resume.ts";
import type { SessionRecord } from "./session-store.ts";
import { issueSessionToken, type PresentedSessionToken, type SecretHash } from "./session-token.ts";
import type { RequestPosition } from "./sessions.ts";

/** A session that another library keeps, by its secret id there. */
export interface ForeignSession {
  readonly source: string;
  readonly id: string;
}

/** A login as it was found there. */
export interface ForeignLogin {
  readonly userId: string;
  readonly tenantId: string | null;
  /** When the user proved who they are: milliseconds since the epoch. Null where nobody knows. */
  readonly authenticatedAt: number | null;
  readonly methods: readonly string[];
  readonly persistent: boolean;
  readonly claims: JsonObject;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly position: RequestPosition;
}

/**
 * Turns logins of another library into sessions, each once and for good. A *receipt* decides: a row of the sessions slice under an
 * id that follows from the foreign one. It names the session that the login became, outlives it, and is no session itself,
 * as there is no token for it. So a foreign session whose own has ended never becomes another one, whatever is still stored
 * elsewhere. Store failures surface as `AuthError`.
 */
export interface Adoptions {
  /**
   * The tokens of the session that a foreign one has become, live or not; null when it has become none. They follow from both
   * ids and the shared keys, so that every process, and every retry, presents the same.
   */
  find(foreign: ForeignSession): Promise<PresentedTokens | null>;
  /**
   * Makes a session of a live login, and has `fill` store its first data before anybody hears of it. Of concurrent callers, in
   * any process, one starts it, and the others are given the same tokens. Null when the user's sessions were ended after the
   * login (or ever, where its time is not known): it is then worth nothing.
   */
  adopt(
    foreign: ForeignSession,
    login: ForeignLogin,
    fill: (sessionId: string) => Promise<void>,
  ): Promise<PresentedTokens | null>;
}

const idLength = 16;
const secretLength = 32;
const maxAttempts = 4;

export function createAdoptions(deps: {
  readonly store: Pick<Store, "sessions" | "revocation">;
  readonly config: SessionConfig;
  readonly log: RevocationLog;
  readonly keys: Pick<SharedKeys, "macs" | "makeCurrent">;
  /** The store's time. */
  readonly time: Clock;
  readonly random: RandomSource;
  readonly events: EventHub;
}): Adoptions {
  const { store, config, log, keys, time, random } = deps;
  const partitions = log.followers.length;

  async function find(foreign: ForeignSession): Promise<PresentedTokens | null> {
    const id = receiptIdOf(foreign);
    await log.healed(partitionOfSession(id, partitions));
    const receipt = await store.sessions.find(id);
    const sessionId = receipt?.claims["session"];
    return typeof sessionId === "string" ? tokensOf(foreign, sessionId) : null;
  }

  async function adopt(
    foreign: ForeignSession,
    login: ForeignLogin,
    fill: (sessionId: string) => Promise<void>,
  ): Promise<PresentedTokens | null> {
    const started = await start(foreign, login);
    if (started === null) return null;
    const { session, tokens } = started;
    try {
      await fill(session.id);
    } catch (error) {
      await discard(session.id);
      throw error;
    }
    // Last, so that a receipt never names a session that was not complete. If nobody can say whether it was written, the session stays,
    // for the receipt may be there; if it is not, nobody has a token of that session.
    if (await keepReceipt(foreign, session.id)) {
      announce(login, session.id);
      return tokens;
    }
    // Another request was faster. Its session may have ended by now: that is for whoever resumes it to say.
    await discard(session.id);
    return find(foreign);
  }

  /** Of concurrent callers one is answered true. */
  async function keepReceipt(foreign: ForeignSession, sessionId: string): Promise<boolean> {
    const id = receiptIdOf(foreign);
    let mark = log.followers[partitionOfSession(id, partitions)]?.head ?? 0;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const receipt = receiptOf(id, sessionId, mark);
      const verdict = await store.sessions.insert(receipt, null, await log.stamp());
      if (verdict.outcome !== "superseded") return verdict.outcome === "inserted";
      // What ends everybody's sessions ends no receipt; whether it has ended the session is for whoever resumes that to say.
      mark = verdict.by;
    }
    return false;
  }

  async function start(
    foreign: ForeignSession,
    login: ForeignLogin,
  ): Promise<{ readonly session: SessionRecord; readonly tokens: PresentedTokens } | null> {
    const partition = partitionOfUser(login.userId, partitions);
    await log.healed(partition);
    let mark = markOf(login, partition);
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const sessionId = newSessionId(partition, partitions, random);
      const tokens = await tokensOf(foreign, sessionId);
      const session = draft(login, tokens[0], mark);
      const verdict = await store.sessions.insert(session, null, await log.stamp());
      if (verdict.outcome === "inserted") return { session, tokens };
      if (verdict.outcome === "duplicate") continue;
      const isOlder = login.authenticatedAt !== null && verdict.decidedAt < login.authenticatedAt;
      if (!isOlder && !(await isChange(verdict.by, login, partition))) return null;
      // The store looks at revocations first: where it names a change, there is none after the mark, and a later one comes after `by`.
      mark = verdict.by;
    }
    return null;
  }

  /**
   * The login's own place in the log, and not that of the request: whoever ended all sessions of the user after it meant this one, too.
   * A place in the log is a time, in microseconds. What this process has not heard of yet counts as later.
   */
  function markOf({ authenticatedAt, position }: ForeignLogin, partition: number): Seq {
    if (authenticatedAt === null) return 0;
    const known = position.marks[partition] ?? 0;
    return Math.max(0, Math.min(Math.floor(authenticatedAt * 1000), known));
  }

  /** Whether the place is that of a change of the user's claims, which ends nothing. */
  async function isChange(by: Seq, { userId }: ForeignLogin, partition: number): Promise<boolean> {
    await log.catchUp(partition);
    const { view } = await log.healed(partition);
    return view.entries.some(
      ({ kind, scope, target, cut }) =>
        kind === "changed" && scope === "user" && target === userId && cut === by,
    );
  }

  function draft(
    login: ForeignLogin,
    { sessionId: id, secretHash }: PresentedSessionToken,
    mark: Seq,
  ): SessionRecord {
    const now = time.now();
    const times = { createdAt: now, lastSeenAt: now };
    // Never fresh by being adopted: a step-up asks when the user was there.
    const authenticatedAt = Math.max(0, Math.min(login.authenticatedAt ?? 0, now));
    return {
      id,
      secretHash,
      userId: login.userId,
      tenantId: login.tenantId,
      mark,
      ...times,
      purgeAt: purgeAt(times, config),
      methods: login.methods.map((method) => ({ method, authenticatedAt })),
      assuranceLevel: "aal1",
      persistent: login.persistent,
      userAgent: login.userAgent,
      claims: login.claims,
      lineage: null,
    };
  }

  function receiptOf(id: string, session: string, mark: Seq): SessionRecord {
    const now = time.now();
    return {
      id,
      // Of no secret: there is no token for it.
      secretHash: Uint8Array.from(random(secretLength)) as SecretHash,
      userId: null,
      tenantId: null,
      mark,
      createdAt: now,
      lastSeenAt: now,
      // No browser keeps a cookie for longer, and no watermark is kept for longer either.
      purgeAt: now + maxAbsoluteMs,
      methods: [],
      assuranceLevel: "aal1",
      persistent: false,
      userAgent: null,
      claims: { session },
      lineage: null,
    };
  }

  /** One for each key that verifies; the first is that of the key which signs. */
  async function tokensOf(foreign: ForeignSession, sessionId: string): Promise<PresentedTokens> {
    await keys.makeCurrent();
    const tagKeys = keys.macs("session tag");
    const tokens = keys.macs("adopted secret").flatMap((key, index) => {
      const tagKey = tagKeys[index];
      if (tagKey === undefined) return [];
      const secret = createHmac("sha256", key).update(textOf(foreign)).update(sessionId).digest();
      const { sessionToken, secretHash } = issueSessionToken(sessionId, tagKey, () => secret);
      return [{ token: sessionToken, sessionId, secretHash }];
    });
    const [first, ...others] = tokens;
    if (first === undefined) throw new Error("The key ring has no MAC key");
    return [first, ...others];
  }

  /** Takes back a session of which nobody has heard. */
  async function discard(id: string): Promise<void> {
    const stamp = await log.stamp();
    const verdict = await store.revocation.revoke(
      { scope: "session", id, reason: "replaced" },
      { ...stamp, watermarkUntil: stamp.now + maxAbsoluteMs },
    );
    if (verdict.outcome === "revoked") log.learn(verdict.entries);
  }

  function announce(
    { userId, tenantId, methods, userAgent, address }: ForeignLogin,
    sessionId: string,
  ): void {
    const who = { sessionId, userId, tenantId };
    deps.events.emit("session.started", { ...who, methods, userAgent, address });
  }

  return { find, adopt };
}

/**
 * The receipt's id. It needs no key, for it opens nothing, and must not change with the keys: the foreign id must then be too long to
 * guess, as an id by which somebody is signed in has to be.
 */
function receiptIdOf(foreign: ForeignSession): string {
  const hash = createHash("sha256").update("symbolon adopted v1\0").update(textOf(foreign));
  return encodeBase64url(hash.digest().subarray(0, idLength));
}

/** No two foreign sessions have the same. */
function textOf({ source, id }: ForeignSession): string {
  return `${JSON.stringify([source, id])}\0`;
}
