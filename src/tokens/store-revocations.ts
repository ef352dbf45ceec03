import { guardStore, type GuardedStore } from "../core/guarded-store.ts";
import type { Store } from "../core/ports.ts";
import type { FollowedStore } from "../core/revocation/revocation-store.ts";
import { systemClock, type Clock } from "../util/clock.ts";
import type { Duration } from "../util/duration.ts";
import { refuseUnknownKeys } from "../util/known-keys.ts";
import { followingConfig } from "./follow-revocations.ts";
import { LogFeed, type LogSource } from "./log-feed.ts";
import type { RevocationFeed } from "./revocation-feed.ts";

export interface StoreRevocationsOptions {
  /** How old what is known may be: 500 ms to 60 s. Default 2 s. */
  readonly lease?: Duration;
  /** How long past the lease tokens are judged by what was known last, when the store cannot be reached. Default: not at all. */
  readonly staleFor?: Duration;
  /** Where time comes from; for tests. */
  readonly clock?: Clock;
}

/** How long a store call may take at most, as in the engine. */
const longestStoreCallMs = 1_000;

/**
 * Follows the revocations in the issuer's own store, for a service that can reach it: it needs the rights of the issuer there.
 * Whoever closes the feed closes the store.
 * @throws TypeError for options that do not make sense
 */
export function storeRevocations(
  store: Store,
  options: StoreRevocationsOptions = {},
): RevocationFeed {
  refuseUnknownKeys(options, ["lease", "staleFor", "clock"], "");
  const { clock = systemClock } = options;
  const config = followingConfig(options);
  return new LogFeed(new StoreSource(store, clock, config.leaseMs), config, clock);
}

class StoreSource implements LogSource {
  readonly #store: GuardedStore;

  constructor(store: Store, clock: Clock, leaseMs: number) {
    const nothing = (): void => undefined;
    this.#store = guardStore(store, {
      clock,
      deadlineMs: Math.min(longestStoreCallMs, leaseMs / 2),
      onFirstCall: nothing,
      onOpen: nothing,
      // The feed keeps it as its problem.
      onFailure: nothing,
    });
  }

  async open(): Promise<{ readonly store: FollowedStore; readonly partitions: number }> {
    await this.#store.open();
    return { store: this.#store.revocation, partitions: this.#store.traits.partitions };
  }

  stop(): void {}

  close(): Promise<void> {
    return this.#store.close();
  }
}
