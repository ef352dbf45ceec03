import type { AccessTokenClaims } from "../core/access-tokens/registered-claims.ts";
import { AuthError } from "../core/errors.ts";
import type { AuthEvents, EventHub } from "../core/events.ts";
import type { LogFollower } from "../core/revocation/follower.ts";
import type { RevocationConfig } from "../core/revocation/options.ts";
import { RevocationLog } from "../core/revocation/revocation-log.ts";
import type { FollowedStore } from "../core/revocation/revocation-store.ts";
import { StoreTime } from "../core/revocation/store-time.ts";
import type { Clock } from "../util/clock.ts";
import { judgeToken, partitionOfToken } from "./judged-token.ts";
import type { RevocationFeed, RevocationVerdict } from "./revocation-feed.ts";

/** Where a log is followed: the store itself, or an issuer that speaks to it for us. */
export interface LogSource {
  /** Reaches it for the first time: what there is to follow. When it fails, it is called again. */
  open(): Promise<{ readonly store: FollowedStore; readonly partitions: number }>;
  /** Nothing more is asked of it, but to be told that this process leaves. */
  stop(): void;
  /** Lets go of what it holds. */
  close(): Promise<void>;
}

/**
 * A feed by the revocation log: this service is one more process of those that follow it, with a view and a lease of its own.
 * What it must not do without a lease, it says `"unknown"` to.
 */
export class LogFeed implements RevocationFeed {
  readonly #source: LogSource;
  readonly #config: RevocationConfig;
  readonly #clock: Clock;
  #opening: Promise<RevocationLog> | null = null;
  #log: RevocationLog | null = null;
  #isClosed = false;
  /** What went wrong last with each log; with reaching them at all. */
  readonly #problems = new Map<number | "opening", unknown>();

  constructor(source: LogSource, config: RevocationConfig, clock: Clock) {
    this.#source = source;
    this.#config = config;
    this.#clock = clock;
  }

  get problem(): unknown {
    const [problem] = this.#problems.values();
    return problem;
  }

  async start(): Promise<void> {
    if (this.#isClosed) throw new Error("what follows the revocations has been closed");
    const log = await this.#opened();
    log.start();
    await Promise.all([...log.followers.keys()].map((partition) => log.healed(partition)));
  }

  isRevoked(
    claims: AccessTokenClaims,
    kid: string,
  ): RevocationVerdict | Promise<RevocationVerdict> {
    const log = this.#log;
    if (log === null || this.#isClosed) return "unknown";
    const partition = partitionOfToken(claims, log.followers.length);
    return partition instanceof Promise
      ? partition.then((known) => this.#judge(log, known, claims, kid))
      : this.#judge(log, partition, claims, kid);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#source.stop();
    try {
      // One that is being opened leaves by itself.
      await this.#log?.stop();
    } finally {
      await this.#source.close();
    }
  }

  /** The log, opened once, however many ask; what failed is tried again by the next who asks. */
  #opened(): Promise<RevocationLog> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = null;
      this.#problems.set("opening", error);
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<RevocationLog> {
    const { store, partitions } = await this.#source.open();
    if (this.#isClosed) throw new Error("what follows the revocations has been closed");
    this.#problems.delete("opening");
    this.#log = new RevocationLog({
      store,
      partitions,
      clock: this.#clock,
      time: new StoreTime(this.#clock),
      config: this.#config,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      events: { emit: this.#note },
    });
    return this.#log;
  }

  readonly #note: EventHub["emit"] = (name, event) => {
    if (name === "revocation.lag") {
      this.#problems.delete((event as AuthEvents["revocation.lag"]).partition);
    } else if (name === "revocation.sync_failed") {
      const { partition, error } = event as AuthEvents["revocation.sync_failed"];
      // Why nothing could be had says more than that.
      const cause = error instanceof Error ? error.cause : undefined;
      this.#problems.set(partition, cause ?? error);
    }
  };

  #judge(
    log: RevocationLog,
    partition: number,
    claims: AccessTokenClaims,
    kid: string,
  ): RevocationVerdict | Promise<RevocationVerdict> {
    const [keys] = log.followers;
    const follower = log.followers[partition];
    if (keys === undefined || follower === undefined) return "unknown";
    if (follower.lease.isFresh && (follower === keys || keys.lease.isFresh)) {
      return verdictOf(keys, follower, claims, kid);
    }
    return this.#judgeLate(log, partition, claims, kid);
  }

  /** The lease has passed: as after a pause of this process, one shared sync may win it back. */
  async #judgeLate(
    log: RevocationLog,
    partition: number,
    claims: AccessTokenClaims,
    kid: string,
  ): Promise<RevocationVerdict> {
    // What is said of keys stands in the first log.
    const concerned = [...new Set([0, partition])];
    try {
      // Twice: a sync that was under way may have been sent too long ago to count.
      for (const each of [...concerned, ...concerned]) await log.healed(each);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
    }
    const [keys = null, follower = keys] = concerned.map((each) => log.followers[each]);
    if (keys === null || follower === null || this.#isClosed) return "unknown";
    const ageMs = Math.max(keys.lease.ageMs, follower.lease.ageMs);
    if (ageMs > this.#config.leaseMs + this.#config.longestStaleForMs) return "unknown";
    return verdictOf(keys, follower, claims, kid);
  }
}

function verdictOf(
  keys: LogFollower,
  follower: LogFollower,
  claims: AccessTokenClaims,
  kid: string,
): RevocationVerdict {
  return keys.view.isKeyRevoked(kid) || judgeToken(follower.view, claims);
}
