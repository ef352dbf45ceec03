import type { Clock } from "../../util/clock.ts";
import { elapsedSince, instantOf, laterBy, Lease, type Instant } from "./lease.ts";
import type { RevocationConfig } from "./options.ts";
import type {
  Cursor,
  LogEntry,
  Logged,
  RevocationStore,
  Seq,
  SyncAnswer,
} from "./revocation-store.ts";
import type { StoreTime } from "./store-time.ts";
import { RevocationView } from "./view.ts";

/** What a follower tells about itself. */
export interface FollowerEvents {
  /** Everything that was remembered of sessions must be read again, and open connections judged again. */
  reset(why: "log_lost" | "log_pruned" | "frozen"): void;
  /** A sync succeeded, this many milliseconds after it was sent, with so many entries. */
  synced(sync: { readonly tookMs: number; readonly entries: readonly LogEntry[] }): void;
  failed(error: unknown): void;
}

/** How soon a failed sync is tried again; then after twice that, and so on. */
const firstRetryMs = 25;

/**
 * Follows the revocation log of one partition, so that this process may judge sessions by itself while its lease lasts.
 *
 * One sync is in flight at a time. The cursor moves only to the last entry received, and neither it nor the lease goes
 * back. Hints make it fast; correctness never depends on them.
 */
export class LogFollower {
  readonly view: RevocationView = new RevocationView();
  readonly lease: Lease;
  readonly #partition: number;
  readonly #store: Pick<RevocationStore, "sync" | "restore">;
  readonly #clock: Clock;
  readonly #config: RevocationConfig;
  readonly #processId: string;
  readonly #liveForMs: number;
  readonly #events: FollowerEvents;
  /** Kept in step with the store's: what rows say is compared between processes. */
  readonly #time: StoreTime;
  #cursor: Cursor | null = null;
  /** The highest place that is known to be committed: by syncs, and by acts of this process. */
  #head: Seq = 0;
  #lastSync: { readonly sent: Instant; readonly storeNow: number } | null = null;
  #inFlight: Promise<void> | null = null;
  /** What acts of this process have logged and no sync has brought yet: a log without it has lost it. */
  readonly #unconfirmed = new Map<string, LogEntry>();
  #failures = 0;

  constructor(deps: {
    readonly partition: number;
    readonly store: Pick<RevocationStore, "sync" | "restore">;
    readonly clock: Clock;
    readonly config: RevocationConfig;
    readonly processId: string;
    /** The lease and the longest `staleFor` together. */
    readonly liveForMs: number;
    readonly events: FollowerEvents;
    readonly time: StoreTime;
  }) {
    this.#partition = deps.partition;
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#config = deps.config;
    this.#processId = deps.processId;
    this.#liveForMs = deps.liveForMs;
    this.#events = deps.events;
    this.#time = deps.time;
    this.lease = new Lease(deps.clock, deps.config.leaseMs);
  }

  get isSyncing(): boolean {
    return this.#inFlight !== null;
  }

  /** Resolves when no sync is in flight, however it ended. */
  async settled(): Promise<void> {
    await this.#inFlight?.catch(() => undefined);
  }

  /** The place of the last entry that a sync brought: what the next one acknowledges. 0 for none. */
  get seq(): Seq {
    return this.#cursor?.seq ?? 0;
  }

  /**
   * Whether syncs fail: the next may take just as long to. One failure says little: the deadline of a call that was under way
   * while the process was stopped has passed when it goes on.
   */
  get isFailing(): boolean {
    return this.#failures > 1;
  }

  /** When the log is to be read again, without a hint: soon after a failure, for the store may be back at any moment. */
  get pollAfterMs(): number {
    const { pollEveryMs } = this.#config;
    return this.#failures === 0
      ? pollEveryMs
      : Math.min(pollEveryMs, firstRetryMs * 2 ** (this.#failures - 1));
  }

  /** The highest place of the log that is known to be committed. */
  get head(): Seq {
    return this.#head;
  }

  /**
   * Knows of an entry that an act of this process has just logged, before any sync brings it. The cursor stays: entries
   * of others may lie before it.
   */
  learn({ entry }: Logged): void {
    this.#head = Math.max(this.#head, entry.seq);
    // The sync that brought it may have been answered before the act was.
    if (entry.seq > (this.#cursor?.seq ?? 0)) this.#unconfirmed.set(entry.id, entry);
    this.view.apply([entry]);
  }

  /** Knows that the log has reached this place, without knowing what it says. */
  learnHead(seq: Seq): void {
    this.#head = Math.max(this.#head, seq);
  }

  /** Syncs; callers that come while one is in flight share it. @throws what the store throws */
  sync(): Promise<void> {
    this.#inFlight ??= this.#syncOnce().finally(() => {
      this.#inFlight = null;
    });
    return this.#inFlight;
  }

  async #syncOnce(): Promise<void> {
    const sent = instantOf(this.#clock);
    const expected = [...this.#unconfirmed.values()];
    try {
      const answer = await this.#store.sync({
        partition: this.#partition,
        processId: this.#processId,
        cursor: this.#cursor,
        liveForMs: this.#liveForMs,
        keepForMs: this.#config.keepForMs,
        now: this.#time.at(sent.wall),
      });
      await this.#receive(answer, expected);
      this.#noticeFreeze(sent, answer.storeNow);
      this.#time.learn(answer.storeNow, sent);
      this.lease.renew(laterBy(sent, answer.heldForMs ?? 0, this.#clock));
      this.#failures = 0;
      const tookMs = elapsedSince(sent, this.#clock);
      this.#events.synced({ tookMs, entries: answer.entries });
    } catch (error) {
      this.#failures += 1;
      this.#events.failed(error);
      throw error;
    }
  }

  async #receive(
    { outcome, entries, storeNow }: SyncAnswer,
    expected: readonly LogEntry[],
  ): Promise<void> {
    for (const { id } of entries) this.#unconfirmed.delete(id);
    let missing: readonly LogEntry[] = expected.filter(({ id }) => this.#unconfirmed.has(id));
    switch (outcome) {
      case "next":
        this.view.apply(entries);
        break;
      case "afresh":
        if (this.#cursor !== null) this.#events.reset("log_pruned");
        this.view.replace(entries);
        break;
      case "cut": {
        const left = new Set(entries.map(({ id }) => id));
        missing = this.view.entries.filter(({ id }) => !left.has(id));
        this.view.replace(entries);
        break;
      }
    }
    if (outcome === "cut" || missing.length > 0) {
      this.#events.reset("log_lost");
      await this.#writeBack(missing, storeNow);
      for (const { id } of missing) this.#unconfirmed.delete(id);
    }
    const last = entries.at(-1);
    if (last !== undefined) {
      this.#cursor = { seq: last.seq, entryId: last.id };
      this.#head = Math.max(this.#head, last.seq);
    } else if (outcome !== "next") {
      this.#cursor = null;
    }
  }

  /** The log lacks entries that this process knows: it goes on obeying them, and gives them back. */
  async #writeBack(entries: readonly LogEntry[], storeNow: number): Promise<void> {
    const lost = entries.filter(({ keepUntil }) => keepUntil > storeNow);
    if (lost.length === 0) return;
    this.view.apply(lost);
    // Above every mark that was given out from what is lost.
    const seq = Math.max(this.#cursor?.seq ?? 0, this.#head);
    const cursor = { seq, entryId: this.#cursor?.entryId ?? "" };
    await this.#store.restore(this.#partition, lost, cursor, storeNow);
  }

  /** Forgets what nobody can need, by the store's clock: this process's own may be wrong by hours. */
  prune(): void {
    if (this.#lastSync !== null) this.view.prune(this.#lastSync.storeNow);
  }

  /** Clocks that both stood still (a paused or cloned machine) show only against the store's. */
  #noticeFreeze(sent: Instant, storeNow: number): void {
    if (this.#lastSync !== null) {
      const here = Math.max(
        sent.monotonic - this.#lastSync.sent.monotonic,
        sent.wall - this.#lastSync.sent.wall,
      );
      if (storeNow - this.#lastSync.storeNow - here > this.#config.leaseMs)
        this.#events.reset("frozen");
    }
    this.#lastSync = { sent, storeNow };
  }
}
