import { encodeBase64url } from "../../util/base64url.ts";
import { AuthError, type FieldError } from "../errors.ts";
import type { HashingQueue } from "../passwords/hashing-queue.ts";
import { normalizePassword, passwordProblem } from "../passwords/password-policy.ts";
import type { Clock, RandomSource } from "../ports.ts";
import type { Throttle } from "../throttling/throttle.ts";
import { normalizeEmail } from "./email.ts";
import type { PasswordRules } from "./options.ts";
import type { UserRecord, UserStore } from "./user-store.ts";

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly name?: string | null | undefined;
  /** Where the request came from, as far as that is known for certain. */
  readonly address?: string | undefined;
}

/** Makes `Accounts.register`. */
export function createRegister(dependencies: {
  readonly users: UserStore;
  readonly throttle: Throttle;
  readonly hashing: HashingQueue;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly rules: PasswordRules;
}): (registration: Registration) => Promise<UserRecord> {
  const { users, throttle, hashing, clock, random, rules } = dependencies;
  return async function register({ email, password, name, address }) {
    const normalized = normalizeEmail(email);
    const trimmedName = name?.trim() ?? "";
    const fields: FieldError[] = [];
    if (normalized === null) {
      fields.push({ field: "email", detail: "Enter an email address such as name@example.com." });
    }
    if (!isName(trimmedName)) {
      fields.push({ field: "name", detail: "Use at most 200 characters, on one line." });
    }
    // A name that is none is no context either: comparing with 64 KB of it would hold the event loop up.
    const known = {
      email: normalized?.email ?? "",
      name: isName(trimmedName) ? trimmedName : null,
    };
    const context = { ...known, appName: rules.appName };
    const detail = await passwordProblem(password, context, rules.minLength);
    const weak = detail === null ? [] : [{ field: "password", detail }];
    // All at once: who mends one field and is then told of the next gives up.
    if (normalized === null || fields.length > 0) {
      throw new AuthError("invalid_input", { fields: [...fields, ...weak] });
    }
    if (weak.length > 0) throw new AuthError("weak_password", { fields: weak });

    // Hashed before anyone knows whether the email is free, so that the time does not tell.
    const passwordHash = await hashing.run(async (hasher) => {
      await throttle.takeRegistration({ address });
      return hasher.hash(normalizePassword(password));
    });
    const user: UserRecord = {
      id: encodeBase64url(random(16)),
      ...normalized,
      emailVerified: false,
      name: trimmedName === "" ? null : trimmedName,
      createdAt: clock.now(),
    };
    const outcome = await users.insert(user, passwordHash);
    if (outcome === "email_taken") {
      const detail = "There is an account with this email address.";
      throw new AuthError("email_taken", { fields: [{ field: "email", detail }] });
    }
    // 128 random bits do not repeat by chance.
    if (outcome === "user_id_taken") throw new Error("the random source repeats itself");
    return user;
  };
}

export function isName(name: string): boolean {
  return (
    name.length <= 400 &&
    Array.from(name).length <= 200 &&
    !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)
  );
}
