import type { Lineage } from "../../src/core/refresh-tokens/lineage.ts";
import type {
  PromoteVerdict,
  RefreshStore,
  RevokeReusedVerdict,
} from "../../src/core/refresh-tokens/refresh-store.ts";

/** A session, as far as refreshing knows it. */
export interface LineageRow {
  readonly id: string;
  readonly lineage: Lineage;
}

/** What of the store is called. */
export type LineageCall = "find" | keyof RefreshStore;

/** The lineages of sessions, for tests of what uses them. Each method is one act, between two calls of `pause`. */
export class InMemoryLineages implements RefreshStore {
  readonly rows: Map<string, LineageRow> = new Map();
  /** What was written, in order. */
  readonly writes: string[] = [];
  readonly #pause: (call: LineageCall) => Promise<void>;

  constructor(pause: (call: LineageCall) => Promise<void> = () => Promise.resolve()) {
    this.#pause = pause;
  }

  insert(id: string, lineage: Lineage): void {
    this.rows.set(id, { id, lineage });
  }

  find(id: string): Promise<LineageRow | null> {
    return this.#act("find", () => this.rows.get(id) ?? null);
  }

  promote(id: string, expected: Lineage, next: Lineage): Promise<PromoteVerdict> {
    return this.#act("promote", () => {
      const row = this.rows.get(id);
      if (row === undefined) return "ended";
      if (!isStill(row.lineage, expected)) return "superseded";
      this.rows.set(id, { id, lineage: next });
      this.writes.push(`promote ${id}`);
      return "promoted";
    });
  }

  revokeReused(id: string, expected: Lineage): Promise<RevokeReusedVerdict> {
    return this.#act("revokeReused", () => {
      const row = this.rows.get(id);
      if (row === undefined) return "ended";
      if (!isStill(row.lineage, expected)) return "superseded";
      this.rows.delete(id);
      this.writes.push(`revoke ${id}`);
      return "revoked";
    });
  }

  async #act<Answer>(call: LineageCall, act: () => Answer): Promise<Answer> {
    await this.#pause(call);
    const answer = act();
    await this.#pause(call);
    return answer;
  }
}

function isStill(lineage: Lineage, expected: Lineage): boolean {
  const key = ({ generation, current, displaced }: Lineage): string =>
    [generation, current, displaced].join(" ");
  return key(lineage) === key(expected);
}
