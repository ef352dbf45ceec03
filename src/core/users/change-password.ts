import { AuthError } from "../errors.ts";
import { checkIdentifier } from "../identifiers.ts";
import type { CredentialStore } from "../passwords/credential-store.ts";
import type { HashingQueue } from "../passwords/hashing-queue.ts";
import { isTooLong, normalizePassword, passwordProblem } from "../passwords/password-policy.ts";
import type { Clock } from "../ports.ts";
import type { Throttle } from "../throttling/throttle.ts";
import type { PasswordRules } from "./options.ts";
import type { UserStore } from "./user-store.ts";

export interface PasswordChange {
  readonly userId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
  /** Where the request came from, as far as that is known for certain. */
  readonly address?: string | undefined;
  /** Ends the user's sessions that must not outlive the old password. Called once the new one is in force. */
  readonly endOtherSessions: () => Promise<void>;
}

/** Makes `Accounts.changePassword`. */
export function createChangePassword(dependencies: {
  readonly users: UserStore;
  readonly credentials: CredentialStore;
  readonly throttle: Throttle;
  readonly hashing: HashingQueue;
  readonly clock: Clock;
  readonly rules: PasswordRules;
}): (change: PasswordChange) => Promise<void> {
  const { users, credentials, throttle, hashing, clock, rules } = dependencies;
  return async function changePassword(change) {
    const { newPassword, address } = change;
    const userId = checkIdentifier("userId", change.userId);
    if (isTooLong(change.currentPassword)) throw wrongCurrentPassword();
    const currentPassword = normalizePassword(change.currentPassword);

    const { from, to } = await hashing.run(async (hasher) => {
      const attempt = await throttle.takePasswordChange({ userId, address });
      const user = await users.find(userId);
      const credential = await credentials.findPassword(userId);
      if (user === null || credential === null) throw wrongCurrentPassword();
      const { matches } = await hasher.verify(credential.hash, currentPassword);
      if (!matches) throw wrongCurrentPassword();
      await attempt.succeeded();
      const context = { email: user.email, name: user.name, appName: rules.appName };
      const detail = await passwordProblem(newPassword, context, rules.minLength);
      if (detail !== null) {
        throw new AuthError("weak_password", { fields: [{ field: "newPassword", detail }] });
      }
      return { from: credential.hash, to: await hasher.hash(normalizePassword(newPassword)) };
    });

    const outcome = await credentials.replacePassword(userId, {
      from,
      to,
      revocationPendingSince: clock.now(),
    });
    // Someone else changed it meanwhile: what was verified is no longer the current password.
    if (outcome === "superseded") throw wrongCurrentPassword();
    await change.endOtherSessions();
    await credentials.settleRevocation(userId, to);
  };
}

function wrongCurrentPassword(): AuthError {
  const detail = "This is not the current password.";
  return new AuthError("invalid_credentials", {
    detail,
    fields: [{ field: "currentPassword", detail }],
  });
}
