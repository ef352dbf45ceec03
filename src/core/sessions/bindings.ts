import { AuthError, type ErrorCode } from "../errors.ts";
import { toMilliseconds, type Duration } from "../../util/duration.ts";
import { partitionOfSession } from "../revocation/partition.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import type { StoreTime } from "../revocation/store-time.ts";
import { expiresAt } from "./lifetime.ts";
import type { SessionConfig } from "./options.ts";
import type { Principal } from "./principal.ts";
import { recordOf } from "./resumed-session.ts";
import type { SessionRecord, SessionStore } from "./session-store.ts";

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

interface Binding {
  record: SessionRecord;
  readonly partition: number;
  readonly staleForMs: number;
  readonly close: (reason: CloseReason) => void;
  /** Whether the session must be read before the connection may stay. */
  doubtful: boolean;
}

const defaultStaleForMs = 30_000;

export function createBindings(deps: {
  readonly store: Pick<SessionStore, "find">;
  readonly log: RevocationLog;
  readonly config: SessionConfig;
  readonly leaseMs: number;
  readonly time: StoreTime;
}): Bindings {
  const { store, log, config, leaseMs, time } = deps;
  const bound = new Set<Binding>();

  function end(binding: Binding, reason: CloseReason): void {
    if (bound.delete(binding)) binding.close(reason);
  }

  /** What is known without asking: the log for the present, the clock for the future. */
  function judge(binding: Binding): void {
    const follower = log.followers[binding.partition];
    if (follower?.view.hasEnded(binding.record) ?? true) return end(binding, "session_revoked");
    if ((follower?.lease.ageMs ?? 0) > leaseMs + binding.staleForMs) {
      return end(binding, "store_unavailable");
    }
    if (time.now() >= expiresAt(binding.record, config)) binding.doubtful = true;
  }

  /** Reads the session: another request may have kept it alive, or the log may have lost its end. */
  async function settle(binding: Binding): Promise<void> {
    const isExpired = (record: SessionRecord): boolean => time.now() >= expiresAt(record, config);
    try {
      const record = await store.find(binding.record.id);
      if (record === null) return end(binding, "session_revoked");
      if (isExpired(record)) return end(binding, "session_expired");
      binding.record = record;
      binding.doubtful = false;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      if (isExpired(binding.record)) end(binding, "session_expired");
    }
  }

  async function sweep(partition: number): Promise<void> {
    for (const binding of bound) {
      if (binding.partition === partition) judge(binding);
    }
    for (const binding of bound) {
      if (binding.partition === partition && binding.doubtful) await settle(binding);
    }
  }

  log.onSettled((partition) => void sweep(partition));
  log.onReset(() => {
    for (const binding of bound) binding.doubtful = true;
  });

  return {
    get count() {
      return bound.size;
    },
    bind(principal, close, { staleFor } = {}) {
      const record = recordOf(principal);
      if (record === null)
        throw new TypeError("bind: the principal is not one that authenticate() answered");
      const staleForMs =
        staleFor === undefined ? defaultStaleForMs : toMilliseconds(staleFor, "staleFor");
      const partition = partitionOfSession(record.id, log.followers.length);
      const binding: Binding = { record, partition, staleForMs, close, doubtful: false };
      // Registered first: what ends the session from here on finds the binding, what ended it before is judged now.
      bound.add(binding);
      judge(binding);
      return () => void bound.delete(binding);
    },
  };
}
