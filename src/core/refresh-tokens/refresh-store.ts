import type { Lineage } from "./lineage.ts";

export type PromoteVerdict =
  /** `next` is the lineage now. */
  | "promoted"
  /** The lineage was not `expected` any more; nothing was written. Read it again and judge again. */
  | "superseded"
  /** There is no such session (any more); nothing was written. */
  | "ended";

export type RevokeReusedVerdict =
  /** The session ended with this call; it is in the log. */
  | "revoked"
  /** The lineage was not `expected` any more; nothing was written. Read it again and judge again. */
  | "superseded"
  /** There is no such session (any more); nothing was written. */
  | "ended";

/** What refreshing needs of the store beside `find`, whose record carries the session's `lineage`. */
export interface RefreshStore {
  /**
   * Replaces the session's lineage by `next` if it is still exactly `expected`: the same generation, current and
   * displaced (which decide the rest). Of any concurrent calls with one `expected` exactly one is `promoted`, and every
   * `find` that is sent after it answered sees `next`. Notes that the session was seen at `now`, never moving `lastSeenAt`
   * back, and never brings an ended session back: one whose row is gone, or whose mark is below a watermark, is
   * `ended`. Nothing is logged: no process remembers a lineage.
   */
  promote(
    sessionId: string,
    expected: Lineage,
    next: Lineage,
    now: number,
  ): Promise<PromoteVerdict>;

  /**
   * Ends the session, and logs it with the reason `refresh_token_reused`, if its lineage is still exactly `expected`: one
   * act, as any revocation of one session is. Other sessions of the user are not touched.
   */
  revokeReused(sessionId: string, expected: Lineage, now: number): Promise<RevokeReusedVerdict>;
}
