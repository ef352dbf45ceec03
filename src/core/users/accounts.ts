import type { Seq } from "../revocation/revocation-store.ts";
import type { CredentialStore, PasswordCredential } from "../passwords/credential-store.ts";
import type { HashingQueue } from "../passwords/hashing-queue.ts";
import { checkIdentifier } from "../identifiers.ts";
import type { Clock, RandomSource } from "../ports.ts";
import type { Throttle } from "../throttling/throttle.ts";
import { normalizeEmail } from "./email.ts";
import { createChangePassword, type PasswordChange } from "./change-password.ts";
import type { JsonObject } from "../../util/json.ts";
import type { AccountsConfig, PasswordRules } from "./options.ts";
import { createImportUser, type ImportedUser } from "./import-user.ts";
import { createPendingRevocations } from "./pending-revocations.ts";
import { createRegister, type Registration } from "./register.ts";
import type { ReportProblem } from "./report-problem.ts";
import type { UserRecord, UserStore } from "./user-store.ts";
import {
  createVerifyPassword,
  type PresentedPassword,
  type VerifiedPassword,
} from "./verify-password.ts";

/**
 * What users can do about being known to the application. Each is throttled and queued for hashing, so each
 * can throw AuthError `too_many_requests`. None knows a request or a session; errors of a store pass through.
 */
export interface Accounts {
  /** The user, or null. */
  find(userId: string): Promise<UserRecord | null>;

  /** What the application says of the user on every request: the option `accounts.claims`. */
  claimsOf(user: UserRecord): Promise<JsonObject>;

  /** The user with this email address, however it is written, or null. */
  findByEmail(email: string): Promise<UserRecord | null>;

  /**
   * Makes a user with a password. The time does not tell whether the email is taken; of concurrent calls with
   * one email, exactly one makes the user.
   * @throws AuthError `invalid_input` (fields `email`, `name`), `weak_password` (field `password`), `email_taken`.
   */
  register(registration: Registration): Promise<UserRecord>;

  /**
   * Makes a user of one that another library has had, who signs in with the password of before; it is then hashed anew. For
   * the application alone: nothing is throttled. Of concurrent calls with one email, or one id, exactly one makes the user, so an
   * import can be run again.
   * @throws TypeError for what cannot be imported, which it names. @throws AuthError `email_taken`, `user_id_taken`.
   */
  importUser(user: ImportedUser): Promise<UserRecord>;

  /**
   * The user whose email and password these are. An unknown email and a wrong password cannot be told apart,
   * by the answer or by the work. A hash with outdated parameters is replaced on the way.
   * A caller that starts a session does so under a mark taken before this call; when the credential says that a
   * revocation is pending, it completes that first.
   * @throws AuthError `invalid_credentials`.
   */
  verifyPassword(presented: PresentedPassword): Promise<VerifiedPassword>;

  /**
   * Replaces the password, then ends the sessions. When the latter fails, that error is thrown, the new
   * password is in force, and `completePendingRevocations` ends the sessions later. Of concurrent calls with
   * the right current password, exactly one succeeds.
   * @throws AuthError `invalid_credentials` (field `currentPassword`), `weak_password` (field `newPassword`).
   */
  changePassword(change: PasswordChange): Promise<void>;

  /**
   * Ends the sessions of users whose password was replaced over a minute ago by a process that did not get to
   * it; at most 100 users a call. Meant to be called at start and now and then; harmless in several processes.
   */
  completePendingRevocations(): Promise<void>;

  /**
   * Ends the sessions that were opened with an earlier password than this one. Answers the mark for what comes after.
   * @throws AuthError `sign_in_superseded` when this is not the password any more.
   */
  completeRevocation(credential: PasswordCredential): Promise<Seq>;
}

/** Wires the use cases to what they need. */
export function createAccounts(dependencies: {
  readonly users: UserStore;
  readonly credentials: CredentialStore;
  readonly throttle: Throttle;
  readonly hashing: HashingQueue;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly rules: PasswordRules;
  readonly claims: AccountsConfig["claims"];
  /** Ends all sessions of the user; answers the revocation's place in the log. */
  readonly endSessions: (userId: string) => Promise<Seq>;
  readonly onProblem: ReportProblem;
}): Accounts {
  const { users } = dependencies;
  return {
    find: async (userId) => users.find(checkIdentifier("userId", userId)),
    claimsOf: async (user) => dependencies.claims(user),
    async findByEmail(email) {
      const normalized = normalizeEmail(email);
      return normalized === null ? null : users.findByEmail(normalized.emailKey);
    },
    register: createRegister(dependencies),
    importUser: createImportUser(dependencies),
    verifyPassword: createVerifyPassword(dependencies),
    changePassword: createChangePassword(dependencies),
    ...createPendingRevocations(dependencies),
  };
}
