import { encodeBase64url } from "../../util/base64url.ts";
import { sha256 } from "../../util/bytes.ts";
import { AuthError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { AttemptLimit, AttemptStore } from "./attempt-store.ts";
import { networkOf } from "./client-network.ts";
import type { ThrottlingConfig } from "./options.ts";

/** An attempt that was let through and counts as failed until it is said to have succeeded. */
export interface TakenAttempt {
  /** Gives back what the attempt took. */
  succeeded(): Promise<void>;
}

/**
 * Limits guessing without locking anyone out for good: every limit refills by itself, and who signed in from
 * an address during the last 45 days is not stopped there by guesses made elsewhere.
 * Each method takes from all the limits that concern the attempt, or from none and throws AuthError
 * `too_many_requests` with the seconds until the exhausted one has an attempt again. Where `address` is not
 * known, the limits by address do not apply. Store keys are hashes: they hold no email and no address.
 */
export interface Throttle {
  /** By email and address, by address, and by email. */
  takeSignIn(attempt: SignInAttempt): Promise<TakenAttempt>;
  /** By address. Success gives nothing back: accounts made in bulk are what this is against. */
  takeRegistration(attempt: { readonly address?: string | undefined }): Promise<void>;
  /** By user, and by address together with sign-ins. */
  takePasswordChange(attempt: {
    readonly userId: string;
    readonly address?: string | undefined;
  }): Promise<TakenAttempt>;
}

export interface SignInAttempt {
  readonly emailKey: string;
  readonly address?: string | undefined;
}

/** A success marks the address as known to the user for twice the refill at most, and half of that at least. */
const knownAddress: AttemptLimit = { burst: 2, refillMs: 45 * 86_400_000 };
/** Asks for the mark: the trace it leaves where there is none is gone after a millisecond. */
const knownAddressProbe: AttemptLimit = { burst: 1, refillMs: 1 };
/** Longer than any probe's trace, whatever the clocks of other processes say; shorter than any mark. */
const longestTraceMs = 3_600_000;

/** Makes the throttle for one store of attempts. */
export function createThrottle(dependencies: {
  readonly store: AttemptStore;
  readonly clock: Clock;
  readonly limits: ThrottlingConfig;
}): Throttle {
  const { store, clock, limits } = dependencies;

  /** Takes from each bucket in order, or from none. */
  async function takeAll(buckets: readonly Bucket[], now: number): Promise<readonly Bucket[]> {
    const taken: Bucket[] = [];
    for (const bucket of buckets) {
      const verdict = await store.take(bucket.key, bucket.limit, now);
      if (verdict.outcome === "taken") {
        taken.push(bucket);
      } else if (!(await bucket.isExempt?.())) {
        await Promise.all(taken.map(({ key, limit }) => store.refund(key, limit)));
        throw new AuthError("too_many_requests", {
          retryAfterSeconds: Math.max(1, Math.ceil((verdict.retryAt - now) / 1_000)),
        });
      }
    }
    return taken;
  }

  function giveBack({ key, limit, clearedBySuccess }: Bucket): Promise<void> {
    return clearedBySuccess ? store.clear(key) : store.refund(key, limit);
  }

  async function isKnown(key: string, now: number): Promise<boolean> {
    const verdict = await store.take(key, knownAddressProbe, now);
    return verdict.outcome === "exhausted" && verdict.retryAt - now > longestTraceMs;
  }

  return {
    async takeSignIn({ emailKey, address }) {
      const now = clock.now();
      const byEmail = { key: keyOf("sign-in by email", emailKey), limit: limits.signInByEmail };
      if (address === undefined) {
        const taken = await takeAll([byEmail], now);
        return { succeeded: async () => void (await Promise.all(taken.map(giveBack))) };
      }
      const network = networkOf(address);
      const knownKey = keyOf("known address", emailKey, network);
      const taken = await takeAll(
        [
          // The narrowest first: an attack from one place stops here and takes nothing from the user elsewhere.
          {
            key: keyOf("sign-in by email and address", emailKey, network),
            limit: limits.signInByEmailAndAddress,
            clearedBySuccess: true,
          },
          // Who signed in from here before has a limit of their own, the one above, whatever others do from here or elsewhere.
          {
            key: keyOf("sign-in by address", network),
            limit: limits.signInByAddress,
            isExempt: () => isKnown(knownKey, now),
          },
          { ...byEmail, isExempt: () => isKnown(knownKey, now) },
        ],
        now,
      );
      return {
        async succeeded() {
          await Promise.all([
            ...taken.map(giveBack),
            store.take(knownKey, knownAddress, clock.now()),
          ]);
        },
      };
    },

    async takeRegistration({ address }) {
      if (address === undefined) return;
      const key = keyOf("registration by address", networkOf(address));
      await takeAll([{ key, limit: limits.registrationByAddress }], clock.now());
    },

    async takePasswordChange({ userId, address }) {
      const buckets: Bucket[] = [
        {
          key: keyOf("password change by user", userId),
          limit: limits.passwordChangeByUser,
          clearedBySuccess: true,
        },
      ];
      if (address !== undefined) {
        const key = keyOf("sign-in by address", networkOf(address));
        buckets.push({ key, limit: limits.signInByAddress });
      }
      const taken = await takeAll(buckets, clock.now());
      return { succeeded: async () => void (await Promise.all(taken.map(giveBack))) };
    },
  };
}

interface Bucket {
  readonly key: string;
  readonly limit: AttemptLimit;
  /** Success forgets the earlier failures too, instead of giving back one attempt. */
  readonly clearedBySuccess?: boolean;
  /** Asked when the bucket is exhausted: whether the attempt may go on all the same. */
  readonly isExempt?: () => Promise<boolean>;
}

function keyOf(purpose: string, ...values: readonly string[]): string {
  // As JSON, so that no two lists of values read the same.
  return encodeBase64url(sha256(JSON.stringify([purpose, ...values])));
}
