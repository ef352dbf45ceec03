import { AuthError, type ErrorCode } from "../errors.ts";
import { toMilliseconds, type Duration } from "../../util/duration.ts";
import type { LogFollower } from "../revocation/follower.ts";
import { partitionOfSession } from "../revocation/partition.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import type { LogEntry } from "../revocation/revocation-store.ts";
import type { StoreTime } from "../revocation/store-time.ts";
import { BoundConnections, type Binding } from "./bound-connections.ts";
import { expiresAt } from "./lifetime.ts";
import type { SessionConfig } from "./options.ts";
import type { Principal } from "./principal.ts";
import { loginOf } from "./resumed-session.ts";
import type { KnownSession, SessionStore } from "./session-store.ts";

export interface BindOptions {
  /** How long past the lease the connection may stay when nobody can say whether its session lives. Default 30 s. */
  readonly staleFor?: Duration;
}

/** Why a bound connection has to be closed. */
export type CloseReason = Extract<
  ErrorCode,
  "session_revoked" | "session_expired" | "store_unavailable"
>;

/** Open connections that must not outlive their session: WebSockets, event streams, long responses. */
export interface Bindings {
  /**
   * Calls `close` once, when the principal's session has ended, has expired, or cannot be judged for too long. Answers how
   * to unbind, which the application calls when the connection closes by itself.
   * @throws TypeError for a principal that is not one of this engine's
   */
  bind(
    principal: Principal,
    close: (reason: CloseReason) => void,
    options?: BindOptions,
  ): () => void;
  /** How many connections are bound. */
  readonly count: number;
}

const defaultStaleForMs = 30_000;

/** For how long after a reset a principal may be from before it. */
const oldPrincipalsForMs = 60_000;

/** How many sessions are read at once when many are doubtful. */
const readsAtOnce = 16;

export function createBindings(deps: {
  readonly store: Pick<SessionStore, "find">;
  readonly log: RevocationLog;
  readonly config: SessionConfig;
  readonly leaseMs: number;
  readonly time: StoreTime;
  readonly isKeyRevoked: (keyId: string) => boolean;
  readonly onProblem: (message: string, cause: unknown) => void;
}): Bindings {
  const { log } = deps;
  const partitions = log.followers.map((follower) => new BoundPartition(deps, follower));
  log.onSettled((partition, entries) => partitions[partition]?.settled(entries));
  log.onReset(() => {
    for (const partition of partitions) partition.reset();
  });

  return {
    get count() {
      return partitions.reduce((sum, { connections }) => sum + connections.size, 0);
    },
    bind(principal, close, { staleFor } = {}) {
      const login = loginOf(principal);
      if (login === null)
        throw new TypeError("bind: the principal is not one that authenticate() answered");
      const staleForMs =
        staleFor === undefined ? defaultStaleForMs : toMilliseconds(staleFor, "staleFor");
      const { session, keyId } = login;
      const partition = partitions[partitionOfSession(session.id, partitions.length)];
      if (partition === undefined) throw new RangeError("bind: the session is of no partition");
      const { strategy, expiresAt: until } = principal;
      return partition.bind({
        session,
        keyId,
        basis: strategy === "session" ? "record" : "token",
        until: strategy === "jwt" ? until : null,
        staleForMs,
        close,
      });
    },
  };
}

/** What is bound of one partition, judged after every look at its log. */
class BoundPartition {
  readonly connections: BoundConnections = new BoundConnections();
  readonly #deps: Parameters<typeof createBindings>[0];
  readonly #follower: LogFollower;
  /** Before that, no session that is not doubtful can have expired. */
  #earliestExpiry = Number.POSITIVE_INFINITY;
  #isReading = false;
  /** When what was remembered was last found to be wrong, and how often. */
  #resetAt = Number.NEGATIVE_INFINITY;
  #resets = 0;

  constructor(deps: Parameters<typeof createBindings>[0], follower: LogFollower) {
    this.#deps = deps;
    this.#follower = follower;
  }

  bind(binding: Binding): () => void {
    // Registered first: what ends the session from here on finds the binding, what ended it before is judged now.
    this.connections.add(binding);
    const isOld = this.#now - this.#resetAt <= oldPrincipalsForMs;
    // What a token tells of its session is not how long that may go on.
    if (isOld || binding.basis === "token") this.#doubt(binding);
    this.#judge(binding);
    return () => void this.connections.delete(binding);
  }

  /** After a sync, with its entries; after one that failed, without. */
  settled(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      for (const binding of this.connections.concernedBy(entry)) this.#judgeByLog(binding);
    }
    const { leaseMs, time } = this.#deps;
    if (this.#follower.lease.ageMs > leaseMs || time.now() >= this.#earliestExpiry) {
      this.#earliestExpiry = Number.POSITIVE_INFINITY;
      for (const binding of this.connections) this.#judge(binding);
    }
    void this.#settleDoubts();
  }

  /** What was remembered may be wrong: a log that has lost entries says nothing of what they ended. */
  reset(): void {
    this.#resetAt = this.#now;
    this.#resets += 1;
    for (const binding of this.connections) {
      this.#doubt(binding);
      this.#judgeByKey(binding);
    }
  }

  /** Its session is to be read, where it has a record. */
  #doubt(binding: Binding): void {
    if (binding.until === null) this.connections.doubt(binding, this.#now);
  }

  get #now(): number {
    return this.#deps.time.monotonic();
  }

  #end(binding: Binding, reason: CloseReason): void {
    if (!this.connections.delete(binding)) return;
    try {
      binding.close(reason);
    } catch (error) {
      // One connection that cannot be closed must not keep the others open.
      this.#deps.onProblem(`Closing a bound connection (${reason}) failed.`, error);
    }
  }

  /** What is known without asking: the log for the present, the clock for the future. */
  #judge(binding: Binding): void {
    this.#judgeByKey(binding);
    this.#judgeByLog(binding);
    if (this.#follower.lease.ageMs > this.#deps.leaseMs + binding.staleForMs) {
      this.#end(binding, "store_unavailable");
    }
    this.#judgeByTime(binding);
  }

  /** Also where a session goes on: whoever has the key may have signed the token that the connection came with. */
  #judgeByKey(binding: Binding): void {
    const { keyId } = binding;
    if (keyId !== null && this.#deps.isKeyRevoked(keyId)) this.#end(binding, "session_revoked");
  }

  #judgeByLog(binding: Binding): void {
    if (this.#follower.view.hasEnded(binding.session)) this.#end(binding, "session_revoked");
  }

  #judgeByTime(binding: Binding): void {
    const end = binding.until ?? expiresAt(binding.session, this.#deps.config);
    const isOver = this.#deps.time.now() >= end;
    if (isOver && binding.until !== null) this.#end(binding, "session_expired");
    else if (isOver) this.#doubt(binding);
    else this.#earliestExpiry = Math.min(this.#earliestExpiry, end);
  }

  /** Reads each doubtful session once: another request may have kept it alive, or the log may have lost its end. */
  async #settleDoubts(): Promise<void> {
    // A read that takes longer than a poll is not begun again by it.
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      const bySession = Map.groupBy(this.connections.doubtful.keys(), ({ session }) => session.id);
      const sessions = [...bySession];
      while (sessions.length > 0) {
        const batch = sessions.splice(0, readsAtOnce);
        await Promise.all(batch.map(([id, bindings]) => this.#settle(id, bindings)));
      }
    } catch (error) {
      this.#deps.onProblem("Judging bound connections failed.", error);
    } finally {
      this.#isReading = false;
    }
  }

  async #settle(sessionId: string, bindings: readonly Binding[]): Promise<void> {
    const { store, time, config } = this.#deps;
    const isExpired = (session: KnownSession): boolean => time.now() >= expiresAt(session, config);
    const resets = this.#resets;
    try {
      const session = await store.find(sessionId);
      for (const binding of bindings) {
        if (session === null) this.#end(binding, "session_revoked");
        else if (isExpired(session)) this.#end(binding, "session_expired");
        else {
          binding.session = session;
          // What was read before the log was found to have lost entries is no answer to that.
          if (resets === this.#resets) this.connections.believe(binding);
          this.#judgeByTime(binding);
        }
      }
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      for (const binding of bindings) {
        if (isExpired(binding.session)) this.#end(binding, "session_expired");
        else if (this.#isDoubtfulForTooLong(binding)) this.#end(binding, "store_unavailable");
      }
    }
  }

  #isDoubtfulForTooLong(binding: Binding): boolean {
    const since = this.connections.doubtful.get(binding);
    return since !== undefined && this.#now - since > this.#deps.leaseMs + binding.staleForMs;
  }
}
