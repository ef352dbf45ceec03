import type { PasswordCredential, PasswordHash } from "../../core/passwords/credential-store.ts";
import type { AssuranceLevel, AuthenticationMethod } from "../../core/sessions/authentication.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";
import type { SecretHash } from "../../core/sessions/session-token.ts";
import type { UserRecord } from "../../core/users/user-store.ts";
import type { JsonObject } from "../../util/json.ts";
import type { Row, SqlValue } from "./script.ts";

/** The columns of a session, in the order of `sessionParams`. */
export const sessionColumns = `id, secret_hash, user_id, tenant_id, mark, created_at, last_seen_at,
  purge_at, methods, assurance_level, persistent, user_agent, claims`;

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
  ];
}

export function toSession(row: Row): SessionRecord {
  return {
    id: toText(row["id"]),
    secretHash: toBytes(row["secret_hash"]) as SecretHash,
    userId: toTextOrNull(row["user_id"]),
    tenantId: toTextOrNull(row["tenant_id"]),
    mark: toInteger(row["mark"]),
    createdAt: toInteger(row["created_at"]),
    lastSeenAt: toInteger(row["last_seen_at"]),
    purgeAt: toInteger(row["purge_at"]),
    methods: JSON.parse(toText(row["methods"])) as readonly AuthenticationMethod[],
    assuranceLevel: toText(row["assurance_level"]) as AssuranceLevel,
    persistent: toInteger(row["persistent"]) === 1,
    userAgent: toTextOrNull(row["user_agent"]),
    claims: JSON.parse(toText(row["claims"])) as JsonObject,
  };
}

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
    id: toText(row["id"]),
    email: toText(row["email"]),
    emailKey: toText(row["email_key"]),
    emailVerified: toInteger(row["email_verified"]) === 1,
    name: toTextOrNull(row["name"]),
    createdAt: toInteger(row["created_at"]),
  };
}

export function toCredential(row: Row): PasswordCredential {
  const pendingSince = row["revocation_pending_since"];
  return {
    userId: toText(row["user_id"]),
    hash: toText(row["hash"]) as PasswordHash,
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

/** @throws TypeError when it is not a text. */
export function toText(value: SqlValue | undefined): string {
  if (typeof value !== "string") throw new TypeError("The database answered no text");
  return value;
}

/** @throws TypeError when it is neither a text nor null. */
export function toTextOrNull(value: SqlValue | undefined): string | null {
  return value === null ? null : toText(value);
}

function toBytes(value: SqlValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError("The database answered no bytes");
  return value;
}
