import type { LogEntry } from "../revocation/revocation-store.ts";
import type { CloseReason } from "./bindings.ts";
import type { KnownSession } from "./session-store.ts";

/** One open connection, and the session that it must not outlive. */
export interface Binding {
  /** The session as it was last known. */
  session: KnownSession;
  /** The signing key by which it was trusted when it was bound; null where there was none. */
  readonly keyId: string | null;
  /** Whether that was read, or told by a token, when it was bound. */
  readonly basis: "record" | "token";
  /** When the connection must be closed where there is no record to judge it by; else null. */
  readonly until: number | null;
  readonly staleForMs: number;
  readonly close: (reason: CloseReason) => void;
}

/**
 * The bound connections of one partition, found by what an entry of its log can name, so that a revocation costs what it
 * ends and not what is open.
 */
export class BoundConnections implements Iterable<Binding> {
  readonly #all = new Set<Binding>();
  readonly #byTarget = new Map<string, Set<Binding>>();
  readonly #doubtful = new Map<Binding, number>();

  /** Those whose session must be read before they may stay, and since when: by the monotonic clock. */
  get doubtful(): ReadonlyMap<Binding, number> {
    return this.#doubtful;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Binding> {
    return this.#all.values();
  }

  add(binding: Binding): void {
    this.#all.add(binding);
    for (const key of keysOf(binding.session)) {
      const known = this.#byTarget.get(key);
      if (known === undefined) this.#byTarget.set(key, new Set([binding]));
      else known.add(binding);
    }
  }

  /** Answers whether it was there: who removes a binding is the one who may close it. */
  delete(binding: Binding): boolean {
    if (!this.#all.delete(binding)) return false;
    this.#doubtful.delete(binding);
    for (const key of keysOf(binding.session)) {
      const known = this.#byTarget.get(key);
      known?.delete(binding);
      if (known?.size === 0) this.#byTarget.delete(key);
    }
    return true;
  }

  /** No effect on one that has gone, or is doubtful already. */
  doubt(binding: Binding, now: number): void {
    if (this.#all.has(binding) && !this.#doubtful.has(binding)) this.#doubtful.set(binding, now);
  }

  believe(binding: Binding): void {
    this.#doubtful.delete(binding);
  }

  /** Whom an entry may concern, as it is now: what is bound later is judged by itself. */
  concernedBy({ scope, target }: LogEntry): readonly Binding[] {
    return [...(scope === "all" ? this.#all : (this.#byTarget.get(`${scope} ${target}`) ?? []))];
  }
}

/** By what entries name a session. None of it ever changes. */
function keysOf({ id, userId, tenantId }: KnownSession): readonly string[] {
  const keys = [`session ${id}`];
  if (userId !== null) keys.push(`user ${userId}`);
  if (tenantId !== null) keys.push(`tenant ${tenantId}`);
  return keys;
}
