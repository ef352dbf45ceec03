import type { Seq } from "../../core/revocation/revocation-store.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";

/** Up to where the sessions of a user, of a tenant or of all were ended. */
export interface Watermark {
  readonly revokedBefore: Seq;
  readonly revokedAt: number;
  readonly keepUntil: number;
}

export type WatermarkScope = "user" | "tenant" | "all";

/** The watermarks. */
export class Watermarks {
  readonly #marks = new Map<string, Watermark>();

  /** Never lowers one: a revocation that is written back after data loss keeps its old place. */
  raise(scope: WatermarkScope, id: string, mark: Watermark): void {
    const key = keyOf(scope, id);
    const before = this.#marks.get(key);
    const keepUntil = Math.max(mark.keepUntil, before?.keepUntil ?? 0);
    const highest =
      before !== undefined && before.revokedBefore > mark.revokedBefore ? before : mark;
    this.#marks.set(key, { ...highest, keepUntil });
  }

  /** The highest watermark that ends this session, if any. */
  endingOf(session: SessionRecord): Watermark | undefined {
    const keys = [keyOf("all", "")];
    if (session.userId !== null) keys.push(keyOf("user", session.userId));
    if (session.tenantId !== null) keys.push(keyOf("tenant", session.tenantId));
    let ending: Watermark | undefined;
    for (const key of keys) {
      const mark = this.#marks.get(key);
      if (mark !== undefined && mark.revokedBefore > (ending?.revokedBefore ?? session.mark)) {
        ending = mark;
      }
    }
    return ending;
  }

  forget(now: number): void {
    for (const [key, mark] of this.#marks) {
      if (mark.keepUntil <= now) this.#marks.delete(key);
    }
  }
}

function keyOf(scope: WatermarkScope, id: string): string {
  return `${scope}:${id}`;
}
