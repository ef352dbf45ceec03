import { randomBytes } from "node:crypto";
import type { PasswordHash } from "../../core/passwords/credential-store.ts";
import type {
  Cursor,
  LogEntry,
  RevocationReason,
  RevokeVerdict,
  Seq,
  Stamp,
  SyncRequest,
} from "../../core/revocation/revocation-store.ts";
import type { ClaimsChange, SessionRecord } from "../../core/sessions/session-store.ts";
import type { SecretHash } from "../../core/sessions/session-token.ts";
import type { UserRecord } from "../../core/users/user-store.ts";
import type { JsonObject } from "../../util/json.ts";

/** The time at which the cases play. */
export const now: number = Date.UTC(2026, 0, 1);
export const hour: number = 3_600_000;
/** A log position in the past of `now`. */
export const pastMark: number = (now - hour) * 1000;
export const reason: RevocationReason = "revoked_by_user";

/** Until when the watermarks of `aStamp` stay. */
export const watermarkUntil: number = now + 24 * hour;

/** What signs an act of the cases: each has an entry id of its own. */
export function aStamp(
  fields: Partial<Stamp & { watermarkUntil: number }> = {},
): Stamp & { readonly watermarkUntil: number } {
  return { entryId: newId(), now, keepForMs: hour, watermarkUntil, ...fields };
}

/** New claims, from a caller who knows all of the log unless told otherwise. */
export function aChange(claims: JsonObject, after: Seq = Number.MAX_SAFE_INTEGER): ClaimsChange {
  return { claims, after };
}

/** What a process says that was started just now. */
export function aSync(fields: Partial<SyncRequest> = {}): SyncRequest {
  const processId = newId();
  const cursor = null;
  return { partition: 0, processId, cursor, liveForMs: 2_000, keepForMs: hour, now, ...fields };
}

/** An entry as another process remembers it. */
export function anEntry(fields: Partial<LogEntry> = {}): LogEntry {
  return {
    seq: now * 1000,
    id: newId(),
    cut: now * 1000,
    scope: "user",
    target: "u",
    kind: "revoked",
    except: null,
    reason,
    keepUntil: now + hour,
    ...fields,
  };
}

/** A verdict without what differs from run to run. */
export function told(verdict: RevokeVerdict): unknown {
  if (verdict.outcome !== "revoked") return verdict;
  return { outcome: "revoked", seq: seqOf(verdict), sessions: verdict.sessions };
}

/** The place of the one entry that an act logged. */
export function seqOf(act: object): Seq {
  return entryOf(act).seq;
}

/** The one entry that an act logged. */
export function entryOf(act: object): LogEntry {
  const entries = "entries" in act && Array.isArray(act.entries) ? act.entries : [];
  const [logged] = entries as readonly { readonly entry: LogEntry }[];
  if (logged === undefined || entries.length !== 1) {
    throw new Error(`one entry was expected, ${entries.length} logged`);
  }
  return logged.entry;
}

export function cursorAt({ seq, id }: LogEntry): Cursor {
  return { seq, entryId: id };
}

export function newId(): string {
  return randomBytes(16).toString("base64url");
}

export function newSecretHash(): SecretHash {
  return new Uint8Array(randomBytes(32)) as SecretHash;
}

/** As long as what is known of a session's refresh tokens. */
export function aLineage(): string {
  return randomBytes(60).toString("base64url");
}

/** A login of its own user, every field filled. */
export function aSession(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: newId(),
    secretHash: newSecretHash(),
    userId: newId(),
    tenantId: null,
    mark: pastMark,
    createdAt: now,
    lastSeenAt: now,
    purgeAt: now + hour,
    methods: [{ method: "pwd", authenticatedAt: now }],
    assuranceLevel: "aal1",
    persistent: true,
    userAgent: "Mozilla/5.0",
    claims: { role: "user" },
    lineage: null,
    ...fields,
  };
}

export function aGuest(fields: Partial<SessionRecord> = {}): SessionRecord {
  return aSession({ userId: null, methods: [], persistent: false, userAgent: null, ...fields });
}

export function aUser(fields: Partial<UserRecord> = {}): UserRecord {
  const id = newId();
  return {
    id,
    email: `Ada-${id}@Example.com`,
    emailKey: `ada-${id.toLowerCase()}@example.com`,
    emailVerified: false,
    name: "Ada",
    createdAt: now,
    ...fields,
  };
}

export function aPasswordHash(): PasswordHash {
  return `$argon2id$v=19$m=19456,t=2,p=1$${newId()}$${newId()}` as PasswordHash;
}
