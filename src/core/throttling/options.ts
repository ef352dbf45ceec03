import { type Duration, toMilliseconds } from "../../util/duration.ts";
import { deepFreeze } from "../../util/deep-freeze.ts";
import type { AttemptLimit } from "./attempt-store.ts";

/** How many attempts are allowed: `burst` at once, then one more every `refill`. */
export interface AttemptLimitOptions {
  readonly burst: number;
  readonly refill: Duration;
}

/** The limits to change; the others stay as they are. An attempt must pass every limit that concerns it. */
export interface ThrottlingOptions {
  /** Failed sign-ins from one address, whoever they are for: 30, then one every 10 s. */
  readonly signInByAddress?: AttemptLimitOptions;
  /** Failed sign-ins for one email from one address: 5, then one every 30 s. */
  readonly signInByEmailAndAddress?: AttemptLimitOptions;
  /** Failed sign-ins for one email from all addresses that never succeeded: 100, then one every 5 min. */
  readonly signInByEmail?: AttemptLimitOptions;
  /** Registrations from one address, perhaps that of a whole office: 30, then one every 30 s. */
  readonly registrationByAddress?: AttemptLimitOptions;
  /** Failed password changes of one user: 5, then one every 60 s. */
  readonly passwordChangeByUser?: AttemptLimitOptions;
}

/** The limits in force. */
export type ThrottlingConfig = { readonly [name in keyof ThrottlingOptions]-?: AttemptLimit };

/**
 * Guesses at one user: 100 and then 288 a day from all strange addresses together (NIST SP 800-63B-4, section
 * 3.2.2, has 100 in a row), 2,880 a day from an address where the user signs in. Both are too few to get past
 * the passwords that the policy refuses anyway, and who mistypes waits half a minute at most.
 */
const defaults: Readonly<Record<keyof ThrottlingConfig, AttemptLimitOptions>> = {
  signInByAddress: { burst: 30, refill: "10s" },
  signInByEmailAndAddress: { burst: 5, refill: "30s" },
  signInByEmail: { burst: 100, refill: "5m" },
  registrationByAddress: { burst: 30, refill: "30s" },
  passwordChangeByUser: { burst: 5, refill: "60s" },
};

/**
 * Fills in the defaults and freezes a copy.
 * @throws TypeError when a limit is not one; `name` is what the slice is called in the message.
 */
export function resolveThrottlingOptions(
  options: ThrottlingOptions,
  name: string,
): ThrottlingConfig {
  const limit = (key: keyof ThrottlingConfig): AttemptLimit => {
    const { burst, refill } = options[key] ?? defaults[key];
    if (!Number.isSafeInteger(burst) || burst < 1) {
      throw new TypeError(
        `${name}.${key}.burst must be a positive whole number; got ${JSON.stringify(burst)}`,
      );
    }
    return { burst, refillMs: toMilliseconds(refill, `${name}.${key}.refill`) };
  };
  return deepFreeze({
    signInByAddress: limit("signInByAddress"),
    signInByEmailAndAddress: limit("signInByEmailAndAddress"),
    signInByEmail: limit("signInByEmail"),
    registrationByAddress: limit("registrationByAddress"),
    passwordChangeByUser: limit("passwordChangeByUser"),
  });
}
