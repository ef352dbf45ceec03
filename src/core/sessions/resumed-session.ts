import { principalOf, type Carrier, type Principal } from "./principal.ts";
import type { SessionConfig } from "./options.ts";
import type { SessionRecord } from "./session-store.ts";

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
      this.#byCookie ??= principalOf(this.record, carrier, this.#config);
      return this.#byCookie;
    }
    this.#byHeader ??= principalOf(this.record, carrier, this.#config);
    return this.#byHeader;
  }
}
