import type { JsonObject } from "../../util/json.ts";
import type { Logged, Seq, Stamp } from "../revocation/revocation-store.ts";
import type { AuthenticationMethod, AssuranceLevel } from "./authentication.ts";
import type { SecretHash } from "./session-token.ts";

/** What the server stores about one login, or about one guest. All times are milliseconds since the epoch. */
export interface SessionRecord {
  /** Public: 16 random bytes, base64url. Safe in lists, logs and URLs. */
  readonly id: string;
  /** SHA-256 of the secret that the client holds. */
  readonly secretHash: SecretHash;
  /** Null for a guest: a browser that has session data but has not signed in. Never changes. */
  readonly userId: string | null;
  readonly tenantId: string | null;
  /** The revocation log's position that its creator knew; an ending above it ends this session. */
  readonly mark: Seq;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** When the row may be purged. Whether the session is *good* is the engine's to say, by its lifetimes. */
  readonly purgeAt: number;
  /** How the user was recognised, and when; empty for a guest. */
  readonly methods: readonly AuthenticationMethod[];
  readonly assuranceLevel: AssuranceLevel;
  /** Whether the cookie outlives the browser ("remember me"). */
  readonly persistent: boolean;
  readonly userAgent: string | null;
  readonly claims: JsonObject;
  /**
   * What is known of the session's refresh tokens: 80 characters of base64url, which mean something to the engine only.
   * Null where the session has none. Changed by `promote` alone.
   */
  readonly lineage: string | null;
}

/** What a credential tells of its session, with or without a look at the record. */
export type KnownSession = Omit<SessionRecord, "secretHash" | "purgeAt" | "persistent" | "lineage">;

/** That a session was seen. */
export interface Touch {
  readonly id: string;
  readonly lastSeenAt: number;
  readonly purgeAt: number;
}

/** That a refresh token was used: the lineage that follows, and that the session was seen. */
export interface Promotion {
  /** Written only if the lineage is still exactly this. */
  readonly from: string;
  readonly to: string;
  readonly lastSeenAt: number;
  readonly purgeAt: number;
}

export type PromoteVerdict =
  /** `to` is the lineage now. */
  | "promoted"
  /** The lineage is not `from` any more; nothing was written. */
  | "superseded"
  /** There is no such session (any more); nothing was written. */
  | "ended";

export type InsertVerdict =
  /** `entries`: that the session it replaces has ended, where there was one. */
  | { readonly outcome: "inserted"; readonly entries: readonly Logged[] }
  /**
   * After the session's mark came a revocation of its user, of its tenant or of all, or a change of its user's claims, by which
   * those of the session are old; nothing was written. `by`: its place in the log, `decidedAt`: when it came, milliseconds since
   * the epoch.
   */
  | { readonly outcome: "superseded"; readonly by: Seq; readonly decidedAt: number }
  /** The id is in use; nothing was written. */
  | { readonly outcome: "duplicate" };

/** New claims, in the place of all that there are. */
export interface ClaimsChange {
  readonly claims: JsonObject;
  /**
   * The place in the log that its caller knew when it was asked for. A write that was given up may arrive long after; by
   * this place it is told from one that is newer than what it would overwrite.
   */
  readonly after: Seq;
  /** There need not be a row: what has old claims are access tokens without one. Logged in any case. */
  readonly unrecorded?: true;
}

/** The log holds a change of claims after the one that the caller knew: `by`, the newest. Nothing was written. */
export interface Superseded {
  readonly outcome: "superseded";
  readonly by: Seq;
}

export type ReplaceClaimsVerdict =
  | {
      readonly outcome: "replaced";
      /** As it is now; null where there is no row, which only an `unrecorded` change allows. */
      readonly session: SessionRecord | null;
      readonly entries: readonly Logged[];
    }
  | Superseded
  /** There is no such session (any more), and there had to be; nothing was written. */
  | { readonly outcome: "ended" };

export type ReplaceClaimsOfVerdict =
  | {
      readonly outcome: "replaced";
      readonly sessions: number;
      readonly entries: readonly Logged[];
    }
  | Superseded;

export type WriteDataVerdict =
  | "written"
  /** The value is not `from` any more; nothing was written. */
  | "conflict"
  /** The session's data would pass the limit; nothing was written. */
  | "too_large"
  /** There is no such session (any more). */
  | "ended";

/** One write of one key of a session's data. Values are JSON texts; null means "no such key". */
export interface DataChange {
  readonly key: string;
  readonly to: string | null;
  /** Write only if the value is exactly this. Left out: write whatever is there. */
  readonly from?: string | null;
  /** The most that all keys and values of the session may take together, in UTF-8 bytes. */
  readonly maxBytes: number;
}

/**
 * Where sessions live. Every method is one atomic act: of concurrent calls, each sees the whole effect of
 * another or none of it. An *ended* session (its row removed, or its mark below a revocation) is absent for
 * every method, also when its row is still there.
 */
export interface SessionStore {
  /**
   * Adds a session and, in the same act, ends the session `replaces` (if it is still there). The data of a
   * replaced *guest* moves to the new session; that of a replaced login is removed.
   */
  insert(session: SessionRecord, replaces: string | null, stamp: Stamp): Promise<InsertVerdict>;

  /** The session, or null when it never was or has ended. One read: this is the hot path. */
  find(id: string): Promise<SessionRecord | null>;

  /** The user's sessions, most recently seen first. */
  listOf(userId: string): Promise<readonly SessionRecord[]>;

  /** Notes that sessions were seen. Never moves `lastSeenAt` back and never brings an ended session back. */
  touch(touches: readonly Touch[]): Promise<void>;

  /**
   * Replaces the session's lineage. Of concurrent calls with one `from` exactly one is `promoted`, and every `find` that is sent
   * after it answered sees `to`. Notes that the session was seen, as `touch` does: never moving `lastSeenAt` back, and never
   * bringing an ended session back. Nothing is logged: no process remembers a lineage.
   */
  promote(id: string, promotion: Promotion): Promise<PromoteVerdict>;

  /**
   * Replaces the claims and logs it, unless the log holds a `changed` entry after `after` that names the session or its
   * user. So of concurrent calls with the same `after`, one is `replaced`. Answers the session as it is now.
   */
  replaceClaims(id: string, change: ClaimsChange, stamp: Stamp): Promise<ReplaceClaimsVerdict>;

  /**
   * Replaces the claims of all sessions of a user and logs it, also when there is none, unless the log holds a `changed`
   * entry after `after` that names the user or one of these sessions. Answers how many.
   */
  replaceClaimsOf(
    userId: string,
    change: ClaimsChange,
    stamp: Stamp,
  ): Promise<ReplaceClaimsOfVerdict>;

  /** All data of the session as JSON texts by key, or null when it has ended. */
  readData(id: string): Promise<ReadonlyMap<string, string> | null>;

  /** Writes one key. Of concurrent writes with the same `from`, one is `written`. Other keys are not touched. */
  writeData(id: string, change: DataChange): Promise<WriteDataVerdict>;

  /** Removes rows, with their data, whose `purgeAt` is at or before `now`. Answers how many sessions. */
  purge(now: number): Promise<number>;
}
