import {
  principalOf,
  viewOf,
  type Carrier,
  type Principal,
  type SessionView,
} from "./principal.ts";
import type { SessionConfig } from "./options.ts";
import type { KnownSession, SessionRecord } from "./session-store.ts";

/** What is known of the session behind each principal: what a principal may not show, but its connections are judged by. */
const sessions = new WeakMap<Principal, KnownSession>();

/** The session behind a principal; null for an object that is none of ours. */
export function sessionOf(principal: Principal): KnownSession | null {
  return sessions.get(principal) ?? null;
}

/**
 * A credential that was found good, with its principal made once: requests share it, so that a check that reads nothing
 * also makes nothing.
 */
export abstract class Resumed {
  readonly verdict: ResumedVerdict = { outcome: "resumed", resumed: this };
  #byCookie: Principal | null = null;
  #byHeader: Principal | null = null;

  abstract readonly session: KnownSession;
  abstract view(): SessionView;
  protected abstract makePrincipal(carrier: Carrier): Principal | null;

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
    const principal = this.makePrincipal(carrier);
    if (principal !== null) sessions.set(principal, this.session);
    return principal;
  }
}

/** The verdict on a credential that was found good. */
export interface ResumedVerdict {
  readonly outcome: "resumed";
  readonly resumed: Resumed;
}

/** A session whose record was read, and that was found good. */
export class ResumedSession extends Resumed {
  readonly session: SessionRecord;
  readonly #config: SessionConfig;

  constructor(session: SessionRecord, config: SessionConfig) {
    super();
    this.session = session;
    this.#config = config;
  }

  view(): SessionView {
    return viewOf(this.session, this.#config);
  }

  protected makePrincipal(carrier: Carrier): Principal | null {
    return principalOf(this.session, carrier, this.#config);
  }
}
