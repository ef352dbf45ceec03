import type { SessionRecord } from "../../core/sessions/session-store.ts";

/** A session with its data, values being JSON texts. */
export interface SessionRow {
  record: SessionRecord;
  data: Map<string, string>;
}

/** The live sessions, bounded, with an index by user. An ended session is not in it. */
export class SessionTable {
  readonly #maxSessions: number;
  // Maps keep the order of insertion: a row that is seen goes to the end, so the first is the one to drop.
  readonly #guests = new Map<string, SessionRow>();
  readonly #logins = new Map<string, SessionRow>();
  readonly #idsByUser = new Map<string, Set<string>>();

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  get(id: string): SessionRow | undefined {
    return this.#logins.get(id) ?? this.#guests.get(id);
  }

  add(row: SessionRow): void {
    const { id, userId } = row.record;
    this.#partOf(row).set(id, row);
    if (userId !== null) {
      const ids = this.#idsByUser.get(userId);
      if (ids === undefined) this.#idsByUser.set(userId, new Set([id]));
      else ids.add(id);
    }
    while (this.#guests.size + this.#logins.size > this.#maxSessions) this.#dropOne();
  }

  /** Makes it the last to be dropped. */
  seen(row: SessionRow): void {
    const part = this.#partOf(row);
    part.delete(row.record.id);
    part.set(row.record.id, row);
  }

  remove(row: SessionRow): void {
    const { id, userId } = row.record;
    this.#partOf(row).delete(id);
    if (userId === null) return;
    const ids = this.#idsByUser.get(userId);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsByUser.delete(userId);
  }

  ofUser(userId: string): SessionRow[] {
    const ids = this.#idsByUser.get(userId) ?? [];
    return Array.from(ids, (id) => this.#logins.get(id)).filter((row) => row !== undefined);
  }

  where(condition: (record: SessionRecord) => boolean): SessionRow[] {
    return [...this.#guests.values(), ...this.#logins.values()].filter((row) =>
      condition(row.record),
    );
  }

  #partOf(row: SessionRow): Map<string, SessionRow> {
    return row.record.userId === null ? this.#guests : this.#logins;
  }

  #dropOne(): void {
    const part = this.#guests.size > 0 ? this.#guests : this.#logins;
    for (const row of part.values()) {
      this.remove(row);
      return;
    }
  }
}
