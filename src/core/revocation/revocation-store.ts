import type { SecretHash } from "../sessions/session-token.ts";

/**
 * A place in the revocation log of one partition. The store gives them out: `max(last + 1, its time in microseconds)`,
 * so they grow in commit order and keep growing after data loss. Below 2^53 until the year 2255.
 */
export type Seq = number;

/** Why sessions ended or changed, for the audit. */
export type RevocationReason =
  | "signed_out"
  | "replaced"
  | "refresh_token_reused"
  | "revoked_by_user"
  | "revoked_by_application"
  | "password_changed"
  | "claims_changed"
  | "key_ring";

/** One line of the log: something that every process must know. Never changed, only pruned. */
export interface LogEntry {
  /** Its place. An entry that is written back after data loss gets a new one. */
  readonly seq: Seq;
  /** Random; the same for ever, so that writing back is idempotent. */
  readonly id: string;
  /** What marks are compared with: the first `seq` that it ever had, kept when it is written back. */
  readonly cut: Seq;
  readonly scope: "session" | "user" | "tenant" | "all" | "key";
  /** The id of the session, user, tenant or key; empty for all. */
  readonly target: string;
  /** `revoked` ends sessions whose mark is below `cut`, or a key; `changed` says that what was read of them before `seq` is old. */
  readonly kind: "revoked" | "changed";
  /** The session that a revocation of its user does not end. */
  readonly except: string | null;
  readonly reason: RevocationReason;
  /** Until when some process may need it: milliseconds since the epoch. */
  readonly keepUntil: number;
}

/** How an act that is to be logged signs the log. */
export interface Stamp {
  /** The new entry's id. */
  readonly entryId: string;
  /** Milliseconds since the epoch, by the store's clock as far as it is known. */
  readonly now: number;
  /** How long the entry is kept at least; longer if a live process asked for it in `sync`. */
  readonly keepForMs: number;
}

/** A decision that sessions end. */
export type Revocation =
  | {
      readonly scope: "session";
      readonly id: string;
      /** Only if the session is this user's. */
      readonly ofUser?: string;
      /** Only if the session's lineage is still exactly this. */
      readonly lineage?: string;
      /** There need not be a row: what is to be revoked are access tokens without one. Logged in any case. */
      readonly unrecorded?: true;
      readonly reason: RevocationReason;
    }
  | {
      readonly scope: "user";
      readonly id: string;
      /**
       * The one session that goes on, with its mark raised to this revocation's seq. With `secretHash` its
       * secret is replaced too, at once: the old one is dead when the call answers.
       */
      readonly except?: {
        readonly sessionId: string;
        readonly secretHash?: SecretHash;
        /** There need not be a row: what goes on are access tokens without one. */
        readonly unrecorded?: true;
      };
      readonly reason: RevocationReason;
    }
  | { readonly scope: "tenant"; readonly id: string; readonly reason: RevocationReason }
  | { readonly scope: "all"; readonly reason: RevocationReason };

export type RevokeVerdict =
  /**
   * `entries`: what was logged, one for each partition that it concerns, in partition order. `sessions`: how many ended
   * with this call; for tenant and all, rows may also be removed later.
   */
  | { readonly outcome: "revoked"; readonly entries: readonly Logged[]; readonly sessions: number }
  /** Scope `session`: it never was, has ended before, is another user's, or has another lineage. Nothing was written. */
  | { readonly outcome: "absent" }
  /** The session in `except` is not a live session of this user. Nothing was written. */
  | { readonly outcome: "except_ended" };

/** An entry and the partition whose log has it. */
export interface Logged {
  readonly partition: number;
  readonly entry: LogEntry;
}

/** How far a process has read the log of a partition: the last entry that it received. */
export interface Cursor {
  readonly seq: Seq;
  readonly entryId: string;
}

/** What a process says when it syncs. */
export interface SyncRequest {
  readonly partition: number;
  /** Random for each engine, so that two processes never share a row. */
  readonly processId: string;
  /** Null: it knows nothing yet. */
  readonly cursor: Cursor | null;
  /** How long after this the process may go on deciding by itself: its lease and its longest `staleFor`. */
  readonly liveForMs: number;
  /** How long the credentials that it issues may be believed without the store. */
  readonly keepForMs: number;
  readonly now: number;
}

export interface SyncAnswer {
  /**
   * `next`: `entries` are those after the cursor. `afresh`: the cursor says too little (it is null, or entries after it
   * were pruned), `entries` are all. `cut`: the log no longer holds the cursor's entry although it was not pruned, so
   * it has lost entries; `entries` are all that are left.
   */
  readonly outcome: "next" | "afresh" | "cut";
  /** In order of `seq`. */
  readonly entries: readonly LogEntry[];
  /** The store's own time: milliseconds since the epoch. */
  readonly storeNow: number;
  /**
   * How long after the question was sent the log was looked at, for certain, where somebody looks in our name: milliseconds.
   * Stores leave it out.
   */
  readonly heldForMs?: number;
}

/** A process that syncs. */
export interface SyncingProcess {
  readonly processId: string;
  /** The place up to which it knows the log; 0 for nothing. */
  readonly acknowledged: Seq;
  /** It decides nothing by itself after this: milliseconds since the epoch, by the store's clock. */
  readonly liveUntil: number;
}

/**
 * Where revocations are decided and every process learns of them. It belongs to the same store as the sessions:
 * removing the rows, moving the watermark and logging are one atomic act. Of each partition, `seq` order is commit
 * order: nobody who has seen an entry can later find one with a smaller `seq`.
 */
export interface RevocationStore {
  /**
   * Ends sessions. Scopes user, tenant and all leave a watermark until `watermarkUntil`: a session whose mark is
   * below it is refused by `insert` and absent for every other method, so a sign-in that raced with the
   * revocation cannot survive it.
   */
  revoke(
    revocation: Revocation,
    stamp: Stamp & { readonly watermarkUntil: number },
  ): Promise<RevokeVerdict>;

  /**
   * One atomic *write* that does it all: notes that the process is alive and what it has acknowledged, raises the log's
   * head to the cursor, and answers what comes after the cursor. Only a primary that may write can answer it.
   */
  sync(request: SyncRequest): Promise<SyncAnswer>;

  /**
   * Writes entries back that the log has lost: each under a new `seq` above `cursor` and every mark given out, with its
   * own id, `cut` and `keepUntil`; what it revoked is removed again. An entry whose id the log has is left alone.
   */
  restore(
    partition: number,
    entries: readonly LogEntry[],
    cursor: Cursor,
    now: number,
  ): Promise<void>;

  /** The processes whose `liveUntil` is after `now`. */
  processes(partition: number, now: number): Promise<readonly SyncingProcess[]>;

  /** Says that the process decides nothing any more. No effect on one that is not known. */
  leave(processId: string): Promise<void>;

  /** Forgets watermarks, entries and processes that nobody can need at `now`, and remembers up to which `seq`. */
  purge(now: number): Promise<void>;

  /**
   * Calls `listener` soon after something was logged, by whichever process. Only makes it fast: a hint may be lost,
   * late or repeated. Answers how to stop. Left out where the database cannot push.
   */
  onHint?(listener: () => void): Promise<() => Promise<void>>;
}

/** What following the log takes of it. */
export type FollowedStore = Pick<
  RevocationStore,
  "sync" | "restore" | "processes" | "leave" | "onHint"
>;
