import { encodeBase64url } from "../../util/base64url.ts";
import { sha256 } from "../../util/bytes.ts";
import type { Clock } from "../../util/clock.ts";
import type { LogFollower } from "./follower.ts";
import type { RevocationConfig } from "./options.ts";
import type { RevocationLog } from "./revocation-log.ts";
import type { Cursor, RevocationStore, Seq, SyncAnswer } from "./revocation-store.ts";

/** What a service says when it syncs through us. Whoever read it has held it against the limits. */
export interface ServiceSync {
  readonly partition: number;
  /** Random, as a process's own. */
  readonly processId: string;
  readonly cursor: Cursor | null;
  readonly liveForMs: number;
  /** How long the answer may wait for something new; 0 for not at all. */
  readonly waitMs: number;
}

/** What a service may ask for. */
export interface ServiceLimits {
  /** How many logs there are to follow. */
  readonly partitions: number;
  /** Our own lease. */
  readonly leaseMs: number;
  /** The most of `liveForMs`, since `propagated` may have to wait for so long. */
  readonly liveForMs: number;
  /** The most of `waitMs`: a lost answer must leave time for another within the lease. */
  readonly waitMs: number;
}

interface Waiting {
  readonly partition: number;
  readonly after: Seq;
  readonly wake: () => void;
}

/** Proxies take a connection for dead that says nothing for half a minute. */
const longestWaitMs = 20_000;

/** As many answers wait at once; whoever comes beyond that is answered at once. */
const mostWaiting = 1_000;

/**
 * Lets services follow the log that cannot reach the store: each is one more process for the store, and the rules of
 * leases, cursors and acknowledgements are those of processes. A service reads; it can neither write into the log nor
 * raise its head, nor speak for a process that is not its own.
 */
export class ServiceSyncs {
  readonly limits: ServiceLimits;
  readonly #store: Pick<RevocationStore, "sync" | "leave">;
  readonly #log: RevocationLog;
  readonly #config: RevocationConfig;
  readonly #clock: Clock;
  readonly #time: Clock;
  readonly #waiting = new Set<Waiting>();
  #isClosed = false;

  constructor(deps: {
    readonly store: Pick<RevocationStore, "sync" | "leave">;
    readonly log: RevocationLog;
    readonly config: RevocationConfig;
    /** This process's own clocks. */
    readonly clock: Clock;
    /** The store's time. */
    readonly time: Clock;
  }) {
    this.#store = deps.store;
    this.#log = deps.log;
    this.#config = deps.config;
    this.#clock = deps.clock;
    this.#time = deps.time;
    const { leaseMs, longestStaleForMs } = deps.config;
    this.limits = Object.freeze({
      partitions: deps.log.followers.length,
      leaseMs,
      // One more, as for processes: a lease is good for its last millisecond too.
      liveForMs: leaseMs + longestStaleForMs + 1,
      waitMs: Math.min(Math.floor(leaseMs / 2), longestWaitMs),
    });
    deps.log.onLearned((logged) => {
      for (const { partition, entry } of logged) this.#wake(partition, entry.seq);
    });
    deps.log.onSettled((partition, entries) => this.#wake(partition, entries.at(-1)?.seq ?? 0));
  }

  /**
   * Syncs on behalf of a process of a service, when there is something new or the time to wait is up.
   * @throws AuthError `store_unavailable`
   */
  async sync(service: string, request: ServiceSync): Promise<SyncAnswer> {
    const { partition, processId, cursor, liveForMs, waitMs } = request;
    const asked = this.#clock.monotonic();
    const follower = this.#log.followers[partition];
    if (follower === undefined) throw new RangeError(`there is no partition ${partition}`);
    if (waitMs > 0) await this.#somethingNew(follower, request);
    const isKnown = cursor === null || (await this.#hasReached(partition, follower, cursor));
    const heldForMs = Math.floor(this.#clock.monotonic() - asked);
    const answer = await this.#store.sync({
      partition,
      processId: rowOf(service, processId),
      cursor: isKnown ? cursor : null,
      liveForMs,
      keepForMs: this.#config.keepForMs,
      now: this.#time.now(),
    });
    return { ...answer, heldForMs, ...(!isKnown && { outcome: "cut" }) };
  }

  /** Says that a process of a service decides nothing any more. @throws AuthError `store_unavailable` */
  async leave(service: string, processId: string): Promise<void> {
    await this.#store.leave(rowOf(service, processId));
  }

  /** Lets nobody wait any longer. */
  close(): void {
    this.#isClosed = true;
    for (const { wake } of this.#waiting) wake();
  }

  /**
   * Whether the log has come as far as a service says. The store raises the head to the cursor that it is given, which is
   * right for our own processes; a service that made one up could put the head where no entry fits behind it. So a cursor
   * beyond what we know ourselves is not passed on: the log has lost entries, and the service is told so.
   */
  async #hasReached(partition: number, follower: LogFollower, { seq }: Cursor): Promise<boolean> {
    // Another process may have answered the service last, and be ahead of this one.
    if (seq > follower.head) await this.#log.catchUp(partition);
    return seq <= follower.head;
  }

  /** Resolves when this process has heard of an entry that the service does not know, or the time is up. */
  #somethingNew(follower: LogFollower, { partition, cursor, waitMs }: ServiceSync): Promise<void> {
    const after = cursor?.seq ?? 0;
    const known = follower.view.entries.at(-1)?.seq ?? 0;
    if (known > after || this.#isClosed || this.#waiting.size >= mostWaiting) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#waiting.delete(waiting);
        resolve();
      };
      const cancel = this.#clock.schedule(waitMs, wake);
      const waiting = { partition, after, wake };
      this.#waiting.add(waiting);
    });
  }

  #wake(partition: number, seq: Seq): void {
    for (const waiting of this.#waiting) {
      if (waiting.partition === partition && seq > waiting.after) waiting.wake();
    }
  }
}

/** A process of a service as the store knows it. Our own have no colon in their ids, and no two services share a hash. */
function rowOf(service: string, processId: string): string {
  return `${encodeBase64url(sha256(service).subarray(0, 16))}:${processId}`;
}
