import type { SecretHash } from "../sessions/session-token.ts";

/**
 * A place in the revocation log. The store gives them out: `max(last + 1, its time in microseconds)`, so they
 * grow in commit order and keep growing after data loss. Below 2^53 until the year 2255.
 */
export type Seq = number;

/** Why sessions ended, for the audit. */
export type RevocationReason =
  | "signed_out"
  | "replaced"
  | "revoked_by_user"
  | "revoked_by_application"
  | "password_changed";

/** A decision that sessions end. */
export type Revocation =
  | {
      readonly scope: "session";
      readonly id: string;
      /** Only if the session is this user's. */
      readonly ofUser?: string;
      readonly reason: RevocationReason;
    }
  | {
      readonly scope: "user";
      readonly id: string;
      /**
       * The one session that goes on, with its mark raised to this revocation's seq. With `secretHash` its
       * secret is replaced too, at once: the old one is dead when the call answers.
       */
      readonly except?: { readonly sessionId: string; readonly secretHash?: SecretHash };
      readonly reason: RevocationReason;
    }
  | { readonly scope: "tenant"; readonly id: string; readonly reason: RevocationReason }
  | { readonly scope: "all"; readonly reason: RevocationReason };

export type RevokeVerdict =
  /** `sessions`: how many ended with this call; for tenant and all, rows may also be removed later. */
  | { readonly outcome: "revoked"; readonly seq: Seq; readonly sessions: number }
  /** Scope `session`: it never was, has ended before, or is another user's. Nothing was written. */
  | { readonly outcome: "absent" }
  /** The session in `except` is not a live session of this user. Nothing was written. */
  | { readonly outcome: "except_ended" };

/**
 * Where revocations are decided. It belongs to the same store as the sessions: removing the rows, moving the
 * watermark and taking a seq are one atomic act.
 */
export interface RevocationStore {
  /**
   * Ends sessions. Scopes user, tenant and all leave a watermark until `keepUntil`: a session whose mark is
   * below it is refused by `insert` and absent for every other method, so a sign-in that raced with the
   * revocation cannot survive it.
   */
  revoke(
    revocation: Revocation,
    at: { readonly now: number; readonly keepUntil: number },
  ): Promise<RevokeVerdict>;

  /** Forgets watermarks whose `keepUntil` is at or before `now`. */
  purge(now: number): Promise<void>;
}
