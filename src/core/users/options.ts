import { deepFreeze } from "../../util/deep-freeze.ts";
import { argon2Hasher } from "../passwords/argon2-hasher.ts";
import type { HashingLimits } from "../passwords/hashing-queue.ts";
import { passwordLength } from "../passwords/password-policy.ts";
import type { JsonObject } from "../../util/json.ts";
import type { PasswordHasher } from "../ports.ts";
import type { UserRecord } from "./user-store.ts";
import {
  resolveThrottlingOptions,
  type ThrottlingConfig,
  type ThrottlingOptions,
} from "../throttling/options.ts";

/** How Symbolon checks the users itself. */
export interface AccountsOptions {
  /** Sign-in with email and password; `true` for the defaults. */
  readonly password: true | PasswordOptions;
  /** What the application wants to know of a user on every request, such as a role: asked at each sign-in. */
  readonly claims?: (user: UserRecord) => JsonObject | Promise<JsonObject>;
  /** Limits on guessing, where they should differ from the defaults. */
  readonly throttling?: ThrottlingOptions;
}

export interface PasswordOptions {
  /** `argon2Hasher()` unless told otherwise. */
  readonly hasher?: PasswordHasher;
  /** The shortest new password in code points: 8 unless told otherwise, 8 to 64. */
  readonly minLength?: number;
  /** The application's name, which is no password. */
  readonly appName?: string;
  /**
   * Passwords hashed at once: 2 unless told otherwise, 1 to 128. Each takes 19 MiB and a thread of libuv's pool,
   * which has four (`UV_THREADPOOL_SIZE`) and also serves files and name look-ups.
   */
  readonly concurrency?: number;
  /** Sign-ins that wait for their turn at most; further ones are refused. 1000 unless told otherwise. */
  readonly maxWaiting?: number;
}

/** The slice as the engine uses it: frozen, complete. */
export interface AccountsConfig {
  readonly password: PasswordRules & {
    readonly hasher: PasswordHasher;
    readonly hashing: HashingLimits;
  };
  readonly throttling: ThrottlingConfig;
  readonly claims: (user: UserRecord) => JsonObject | Promise<JsonObject>;
}

/** What a new password must satisfy. */
export interface PasswordRules {
  readonly minLength: number;
  readonly appName: string | null;
}

/**
 * Fills in the defaults and freezes a copy.
 * @throws TypeError for a value that cannot be; it names the option.
 */
export function resolveAccountsOptions(options: AccountsOptions): AccountsConfig {
  if (typeof options !== "object" || options === null) throw typeError("", "an object", options);
  if (
    options.password !== true &&
    (typeof options.password !== "object" || options.password === null)
  ) {
    throw typeError(".password", "true or an object", options.password);
  }
  const password = options.password === true ? {} : options.password;
  const { hasher = argon2Hasher(), minLength = passwordLength.least, appName = null } = password;
  if (typeof hasher.hash !== "function" || typeof hasher.verify !== "function") {
    throw typeError(".password.hasher", "an object with hash and verify", hasher);
  }
  const { claims = noClaims } = options;
  if (typeof claims !== "function") throw typeError(".claims", "a function", claims);
  if (appName !== null && typeof appName !== "string") {
    throw typeError(".password.appName", "a string", appName);
  }
  return Object.freeze({
    password: Object.freeze({
      // Not frozen with the rest: it is the caller's own object, perhaps with state.
      hasher,
      minLength: integer(".password.minLength", minLength, passwordLength.least, 64),
      appName,
      hashing: deepFreeze({
        concurrency: integer(".password.concurrency", password.concurrency ?? 2, 1, 128),
        maxWaiting: integer(".password.maxWaiting", password.maxWaiting ?? 1_000, 0, 1_000_000),
      }),
    }),
    throttling: resolveThrottlingOptions(options.throttling ?? {}, "accounts.throttling"),
    claims,
  });
}

function noClaims(): JsonObject {
  return {};
}

function integer(name: string, value: number, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw typeError(name, `a whole number from ${least} to ${most}`, value);
  }
  return value;
}

function typeError(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`accounts${name} must be ${expected}; got ${JSON.stringify(value)}`);
}
