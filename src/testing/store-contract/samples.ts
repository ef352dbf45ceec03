import { randomBytes } from "node:crypto";
import type { PasswordHash } from "../../core/passwords/credential-store.ts";
import type { RevocationReason } from "../../core/revocation/revocation-store.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";
import type { SecretHash } from "../../core/sessions/session-token.ts";
import type { UserRecord } from "../../core/users/user-store.ts";

/** The time at which the cases play. */
export const now: number = Date.UTC(2026, 0, 1);
export const hour: number = 3_600_000;
/** A log position in the past of `now`. */
export const pastMark: number = (now - hour) * 1000;
/** When and for how long a revocation of the cases holds. */
export const at: { readonly now: number; readonly keepUntil: number } = {
  now,
  keepUntil: now + 24 * hour,
};
export const reason: RevocationReason = "revoked_by_user";

export function newId(): string {
  return randomBytes(16).toString("base64url");
}

export function newSecretHash(): SecretHash {
  return new Uint8Array(randomBytes(32)) as SecretHash;
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
