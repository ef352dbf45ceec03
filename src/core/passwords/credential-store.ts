/** A password as a PHC string (`$argon2id$v=19$m=…`). */
export type PasswordHash = string & { readonly __brand: "PasswordHash" };

/** What is stored to recognise a user by a password. */
export interface PasswordCredential {
  readonly userId: string;
  readonly hash: PasswordHash;
  /**
   * Set when the password was replaced and the sessions opened with the old one are not known to have ended:
   * whoever finds it ends them. Milliseconds since the epoch.
   */
  readonly revocationPendingSince: number | null;
}

/** Where passwords live; the same store as the users. Every method is one atomic act. */
export interface CredentialStore {
  /** The user's password credential, or null. */
  findPassword(userId: string): Promise<PasswordCredential | null>;

  /** Replaces the hash if it still is `from`. Of concurrent calls with one `from`, exactly one is `replaced`. */
  replacePassword(
    userId: string,
    change: {
      readonly from: PasswordHash;
      readonly to: PasswordHash;
      /** A time when the user chose a new password; null when the same one was only hashed anew. */
      readonly revocationPendingSince: number | null;
    },
  ): Promise<"replaced" | "superseded">;

  /** Says that the sessions opened before `hash` became the password have ended. No effect on another hash. */
  settleRevocation(userId: string, hash: PasswordHash): Promise<void>;

  /** Credentials whose revocation has been pending since before `before`, oldest first, at most 100. */
  listPendingRevocations(before: number): Promise<readonly PasswordCredential[]>;
}
