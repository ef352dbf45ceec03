/** How many attempts are allowed: `burst` at once, then one more every `refillMs`. */
export interface AttemptLimit {
  readonly burst: number;
  readonly refillMs: number;
}

export type TakeVerdict =
  | { readonly outcome: "taken" }
  /** None left; at `retryAt` (milliseconds since the epoch) there is one again. Nothing was written. */
  | { readonly outcome: "exhausted"; readonly retryAt: number };

/**
 * Counts attempts by key with the generic cell rate algorithm (ITU-T I.371): one time per key, the *theoretical
 * arrival time* at which the key would be unused again. Every method is one atomic act.
 */
export interface AttemptStore {
  /** Takes one attempt. Of concurrent calls on an unused key, exactly `burst` are `taken`. */
  take(key: string, limit: AttemptLimit, now: number): Promise<TakeVerdict>;

  /** Gives one taken attempt back. No effect on an unused key. */
  refund(key: string, limit: AttemptLimit): Promise<void>;

  /** Makes the key unused. */
  clear(key: string): Promise<void>;

  /** Forgets keys that are unused at `now`. */
  purge(now: number): Promise<void>;
}
