import { encodeBase64url } from "../../util/strict-base64url.ts";
import type { Clock } from "../../util/clock.ts";
import { AuthError } from "../errors.ts";
import type { EventHub } from "../events.ts";
import type { RandomSource } from "../ports.ts";
import { LogFollower } from "./follower.ts";
import { HintSubscription } from "./hint-subscription.ts";
import type { RevocationConfig } from "./options.ts";
import { untilAcknowledged, type Propagation } from "./propagation.ts";
import type { FollowedStore, LogEntry, Logged, Seq, Stamp } from "./revocation-store.ts";
import type { StoreTime } from "./store-time.ts";
import { revokesKey } from "./view.ts";

interface Running {
  readonly hints: HintSubscription | null;
  readonly timers: (() => void)[];
}

type SettledListener = (partition: number, entries: readonly LogEntry[]) => void;

/**
 * The revocation log as this process has it: one follower for each partition, kept up to date by polling and by hints.
 */
export class RevocationLog {
  readonly followers: readonly LogFollower[];
  readonly #store: FollowedStore;
  readonly #clock: Clock;
  readonly #time: StoreTime;
  readonly #config: RevocationConfig;
  readonly #random: RandomSource;
  readonly #processId: string;
  readonly #liveForMs: number;
  readonly #events: Pick<EventHub, "emit">;
  readonly #resetListeners = new Set<() => void>();
  readonly #settledListeners = new Set<SettledListener>();
  readonly #learnedListeners = new Set<(logged: readonly Logged[]) => void>();
  #heads: readonly Seq[];
  #running: Running | null = null;

  constructor(deps: {
    readonly store: FollowedStore;
    readonly partitions: number;
    /** The process's own clocks, by which leases are told. */
    readonly clock: Clock;
    readonly time: StoreTime;
    readonly config: RevocationConfig;
    readonly random: RandomSource;
    readonly events: Pick<EventHub, "emit">;
  }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#time = deps.time;
    this.#config = deps.config;
    this.#random = deps.random;
    this.#events = deps.events;
    this.#processId = encodeBase64url(deps.random(16));
    // One more, because a lease is good for its last millisecond too.
    this.#liveForMs = deps.config.leaseMs + deps.config.longestStaleForMs + 1;
    this.followers = Array.from({ length: deps.partitions }, (_, partition) =>
      this.#follow(partition),
    );
    this.#heads = this.followers.map(() => 0);
  }

  #follow(partition: number): LogFollower {
    return new LogFollower({
      partition,
      store: this.#store,
      clock: this.#clock,
      config: this.#config,
      processId: this.#processId,
      liveForMs: this.#liveForMs,
      time: this.#time,
      events: {
        reset: (why) => {
          this.#events.emit("revocation.reset", { partition, why });
          this.#reset();
        },
        synced: ({ tookMs, entries }) => {
          this.#noteHeads();
          if (entries.some(revokesKey)) this.#reset();
          this.#events.emit("revocation.lag", {
            partition,
            lagMs: tookMs,
            entries: entries.length,
          });
          this.#settled(partition, entries);
        },
        failed: (error) => {
          this.#events.emit("revocation.sync_failed", { partition, error });
          this.#settled(partition, []);
        },
      },
    });
  }

  /** The newest place known of each partition's log; never changed, so that a request can keep it as its mark. */
  get heads(): readonly Seq[] {
    return this.#heads;
  }

  /**
   * Signs an act that is to be logged, by the store's time: that of a wrong clock might have it forgotten too soon.
   * @throws AuthError `store_unavailable`
   */
  async stamp(): Promise<Stamp> {
    if (!this.#time.isKnown) await this.healed(0);
    return {
      entryId: encodeBase64url(this.#random(16)),
      now: this.#time.latest(),
      keepForMs: this.#config.keepForMs,
    };
  }

  /** Knows at once what an act of this process has logged. */
  learn(logged: readonly Logged[]): void {
    for (const each of logged) this.followers[each.partition]?.learn(each);
    for (const listener of this.#learnedListeners) listener(logged);
    this.#noteHeads();
    if (logged.some(({ entry }) => revokesKey(entry))) this.#reset();
  }

  /** Knows that the log of a partition has reached a place. */
  learnHead(partition: number, seq: Seq): void {
    this.followers[partition]?.learnHead(seq);
    this.#noteHeads();
  }

  /**
   * The follower of a partition, with a lease renewed by one shared sync if it has passed. Without a lease nothing may be
   * decided, also where the store would answer a read: it may be a replica, or a primary that was cut off, and nobody waits
   * for this process any more. While syncs fail nobody waits for the next one: it would cost each request a deadline, and
   * the polls go on.
   * @throws AuthError `store_unavailable`
   */
  async healed(partition: number): Promise<LogFollower> {
    const follower = this.#follower(partition);
    if (follower.lease.isFresh) return follower;
    if (follower.isFailing) throw new AuthError("store_unavailable", { retryAfterSeconds: 1 });
    const wasSyncing = follower.isSyncing;
    try {
      await follower.sync();
    } catch (error) {
      if (!wasSyncing || follower.isFailing) throw error;
    }
    // One that was under way while this process stood still was late on its return, or told of what was before.
    for (let again = 0; again < 2 && !follower.lease.isFresh; again += 1) await follower.sync();
    if (!follower.lease.isFresh) throw new AuthError("store_unavailable", { retryAfterSeconds: 1 });
    return follower;
  }

  #follower(partition: number): LogFollower {
    const follower = this.followers[partition];
    if (follower === undefined) throw new RangeError(`there is no partition ${partition}`);
    return follower;
  }

  /** How long ago the oldest partition was last known for certain: milliseconds. */
  get ageMs(): number {
    return Math.max(...this.followers.map((follower) => follower.lease.ageMs));
  }

  /** Calls when everything remembered must be read again. */
  onReset(listener: () => void): void {
    this.#resetListeners.add(listener);
  }

  /** Calls after every sync of a partition: with the entries that it brought, none where it failed. */
  onSettled(listener: SettledListener): void {
    this.#settledListeners.add(listener);
  }

  /** Calls with what an act of this process has logged. */
  onLearned(listener: (logged: readonly Logged[]) => void): void {
    this.#learnedListeners.add(listener);
  }

  #reset(): void {
    for (const listener of this.#resetListeners) listener();
  }

  #settled(partition: number, entries: readonly LogEntry[]): void {
    for (const listener of this.#settledListeners) listener(partition, entries);
  }

  /** Starts to follow. Polls go on for ever and fail quietly: they are also how a store that comes back is noticed. */
  start(): void {
    if (this.#running !== null) return;
    const timers = this.followers.map(() => () => undefined);
    const running = { hints: this.#subscription(), timers };
    this.#running = running;
    for (const partition of this.followers.keys()) void this.#poll(partition, running);
  }

  async #poll(partition: number, running: Running): Promise<void> {
    const follower = this.#follower(partition);
    const isAnswered = await this.#syncQuietly(partition);
    if (this.#running !== running) return;
    // Not of a store that does not answer: it would be asked again only after a while.
    if (isAnswered) void running.hints?.seek();
    follower.prune();
    running.timers[partition] = this.#clock.schedule(
      follower.pollAfterMs,
      () => void this.#poll(partition, running),
    );
  }

  /** Answers whether the store did. */
  async #syncQuietly(partition: number): Promise<boolean> {
    try {
      await this.followers[partition]?.sync();
      return true;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return false;
    }
  }

  #subscription(): HintSubscription | null {
    const onHint = this.#store.onHint?.bind(this.#store);
    if (onHint === undefined) return null;
    return new HintSubscription({
      subscribe: () => onHint(() => this.#hinted()),
      clock: this.#clock,
      onFailure: (error) => this.#events.emit("revocation.sync_failed", { partition: 0, error }),
    });
  }

  #hinted(): void {
    if (this.#running === null) return;
    for (const partition of this.followers.keys()) void this.#followHint(partition);
  }

  /**
   * What is in flight may have been read before the hint's entry, so one more sync follows it. And one more after entries came:
   * it acknowledges them, for whoever waits until every process knows.
   */
  async #followHint(partition: number): Promise<void> {
    const follower = this.#follower(partition);
    if (follower.isSyncing) await this.#syncQuietly(partition);
    const { seq } = follower;
    if (this.#running !== null) await this.#syncQuietly(partition);
    if (this.#running !== null && follower.seq !== seq) await this.#syncQuietly(partition);
  }

  /** Stops following and says that this process decides nothing any more. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    for (const cancel of running.timers) cancel();
    await running.hints?.stop();
    // One that is under way would say that this process is alive, after it has said that it is not.
    await Promise.all(this.followers.map((follower) => follower.settled()));
    await this.#store.leave(this.#processId);
  }

  /**
   * Waits until no live process can accept any more what was revoked: every one has acknowledged the entries, or the
   * longest lease has passed since `sent`.
   */
  async propagated(logged: readonly Logged[]): Promise<Propagation> {
    const endings = await Promise.all(logged.map((each) => this.#propagatedIn(each)));
    return endings.includes("lease_passed") ? "lease_passed" : "acknowledged";
  }

  /** The same for what somebody else has logged before this call, whatever it was. */
  async propagatedSoFar(partition: number): Promise<Propagation> {
    await this.catchUp(partition);
    const entries = this.followers[partition]?.view.entries ?? [];
    // What acts of this process have logged may stand behind what came after it.
    const entry = entries.toSorted((one, other) => other.seq - one.seq)[0];
    return entry === undefined ? "acknowledged" : this.#propagatedIn({ partition, entry });
  }

  /** Learns of everything that was logged before this call. @throws AuthError `store_unavailable` */
  async catchUp(partition: number): Promise<void> {
    // What is in flight may have been answered before that.
    const follower = this.#follower(partition);
    if (follower.isSyncing) await this.#syncQuietly(partition);
    await follower.sync();
  }

  #propagatedIn({ partition, entry }: Logged): Promise<Propagation> {
    return untilAcknowledged(entry.seq, {
      partition,
      follower: this.#follower(partition),
      store: this.#store,
      processId: this.#processId,
      clock: this.#clock,
      time: this.#time,
    });
  }

  #noteHeads(): void {
    if (this.followers.some((follower, index) => follower.head !== this.#heads[index])) {
      this.#heads = this.followers.map((follower) => follower.head);
    }
  }
}
