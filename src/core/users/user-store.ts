import type { PasswordHash } from "../passwords/credential-store.ts";

/** A person who can sign in. Times are milliseconds since the epoch. */
export interface UserRecord {
  /** 16 random bytes, base64url; never reused, unique across tenants. */
  readonly id: string;
  /** As the user typed it. */
  readonly email: string;
  /** The form by which emails are compared; unique. */
  readonly emailKey: string;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly createdAt: number;
}

export type InsertUserOutcome = "inserted" | "email_taken" | "user_id_taken";

/** Where users live. Every method is one atomic act. */
export interface UserStore {
  /**
   * Adds a user together with the password credential, or neither. Of concurrent calls with one `emailKey`, or with one
   * id, exactly one is `inserted`. Where both are taken, it says so of the email.
   */
  insert(user: UserRecord, passwordHash: PasswordHash): Promise<InsertUserOutcome>;

  /** The user, or null. */
  find(id: string): Promise<UserRecord | null>;

  /** The user with this `emailKey`, or null. */
  findByEmail(emailKey: string): Promise<UserRecord | null>;
}
