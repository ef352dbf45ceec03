import { Buffer } from "node:buffer";
import type { PasswordCredential, PasswordHash } from "../../core/passwords/credential-store.ts";
import type { AssuranceLevel, AuthenticationMethod } from "../../core/sessions/authentication.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";
import type { SecretHash } from "../../core/sessions/session-token.ts";
import type { UserRecord } from "../../core/users/user-store.ts";
import type { JsonObject } from "../../util/json.ts";
import type { Row, SqlValue } from "./script.ts";

/** The columns of a session, in the order of `sessionParams` and `toSession`. */
export const sessionColumns = `id, secret_hash, user_id, tenant_id, mark, created_at, last_seen_at,
  purge_at, methods, assurance_level, persistent, user_agent, claims, lineage`;

export function sessionParams(session: SessionRecord): SqlValue[] {
  return [
    session.id,
    session.secretHash,
    session.userId,
    session.tenantId,
    session.mark,
    session.createdAt,
    session.lastSeenAt,
    session.purgeAt,
    JSON.stringify(session.methods),
    session.assuranceLevel,
    session.persistent ? 1 : 0,
    session.userAgent,
    JSON.stringify(session.claims),
    session.lineage,
  ];
}

export function toSession(row: Row): SessionRecord {
  return {
    id: toText(row[0]),
    secretHash: toBytes(row[1]) as SecretHash,
    userId: toTextOrNull(row[2]),
    tenantId: toTextOrNull(row[3]),
    mark: toInteger(row[4]),
    createdAt: toInteger(row[5]),
    lastSeenAt: toInteger(row[6]),
    purgeAt: toInteger(row[7]),
    methods: JSON.parse(toText(row[8])) as readonly AuthenticationMethod[],
    assuranceLevel: toText(row[9]) as AssuranceLevel,
    persistent: toInteger(row[10]) === 1,
    userAgent: toTextOrNull(row[11]),
    claims: JSON.parse(toText(row[12])) as JsonObject,
    lineage: toTextOrNull(row[13]),
  };
}

/** The columns of a user, in the order of `userParams` and `toUser`. */
export const userColumns = "id, email, email_key, email_verified, name, created_at";

export function userParams(user: UserRecord): SqlValue[] {
  return [
    user.id,
    user.email,
    user.emailKey,
    user.emailVerified ? 1 : 0,
    user.name,
    user.createdAt,
  ];
}

export function toUser(row: Row): UserRecord {
  return {
    id: toText(row[0]),
    email: toText(row[1]),
    emailKey: toText(row[2]),
    emailVerified: toInteger(row[3]) === 1,
    name: toTextOrNull(row[4]),
    createdAt: toInteger(row[5]),
  };
}

/** The columns of a credential, in the order of `toCredential`. */
export const credentialColumns = "user_id, hash, revocation_pending_since";

export function toCredential(row: Row): PasswordCredential {
  const pendingSince = row[2] ?? null;
  return {
    userId: toText(row[0]),
    hash: toText(row[1]) as PasswordHash,
    revocationPendingSince: pendingSince === null ? null : toInteger(pendingSince),
  };
}

/**
 * A whole number, however the driver spells it (`pg` and `mysql2` may answer text, and `'999' > '1000'`).
 * @throws TypeError when it is none, or too large to be exact: a wrong seq would bring sessions back.
 */
export function toInteger(value: SqlValue | undefined): number {
  const number = typeof value === "number" ? value : Number(value ?? Number.NaN);
  if (!Number.isSafeInteger(number)) throw new TypeError("The database answered no exact integer");
  return number;
}

/**
 * A text; bytes where a column compares by them.
 * @throws TypeError when it is neither.
 */
export function toText(value: SqlValue | undefined): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value !== "string") throw new TypeError("The database answered no text");
  return value;
}

/** @throws TypeError when it is neither a text nor null. */
export function toTextOrNull(value: SqlValue | undefined): string | null {
  return value === null ? null : toText(value);
}

function toBytes(value: SqlValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError("The database answered no bytes");
  // Not a `Buffer`, which may be a window on the driver's own memory.
  return value instanceof Buffer ? new Uint8Array(value) : value;
}
