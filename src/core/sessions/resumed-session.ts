import { principalOf, type Carrier, type Principal } from "./principal.ts";
import type { SessionConfig } from "./options.ts";
import type { SessionRecord } from "./session-store.ts";

/** The record behind each principal: what a principal may not show, but its connections are judged by. */
const records = new WeakMap<Principal, SessionRecord>();

/** The record behind a principal; null for an object that is none of ours. */
export function recordOf(principal: Principal): SessionRecord | null {
  return records.get(principal) ?? null;
}

/** The verdict on a session that was found good. */
export interface ResumedVerdict {
  readonly outcome: "resumed";
  readonly resumed: ResumedSession;
}

/**
 * A session that was found good, with its principal made once: requests share it, so that a check that reads nothing
 * also makes nothing.
 */
export class ResumedSession {
  readonly record: SessionRecord;
  readonly verdict: ResumedVerdict = { outcome: "resumed", resumed: this };
  readonly #config: SessionConfig;
  #byCookie: Principal | null = null;
  #byHeader: Principal | null = null;

  constructor(record: SessionRecord, config: SessionConfig) {
    this.record = record;
    this.#config = config;
  }

  /** Null for a guest. */
  principal(carrier: Carrier): Principal | null {
    if (carrier === "cookie") {
      this.#byCookie ??= this.#make(carrier);
      return this.#byCookie;
    }
    this.#byHeader ??= this.#make(carrier);
    return this.#byHeader;
  }

  #make(carrier: Carrier): Principal | null {
    const principal = principalOf(this.record, carrier, this.#config);
    if (principal !== null) records.set(principal, this.record);
    return principal;
  }
}
