import {
  principalOf,
  viewOf,
  type Carrier,
  type Principal,
  type SessionView,
} from "./principal.ts";
import type { SessionConfig } from "./options.ts";
import type { KnownSession, SessionRecord } from "./session-store.ts";

/** The login behind each principal: what a principal may not show, but its connections are judged by. */
const logins = new WeakMap<Principal, Resumed>();

/** The login behind a principal; null for an object that is none of ours. */
export function loginOf(principal: Principal): Resumed | null {
  return logins.get(principal) ?? null;
}

/**
 * The verdict on a credential that was found good. Whatever an answer needs of it is made once and shared by its requests, so that
 * a check that reads nothing also makes nothing.
 */
export abstract class Resumed {
  readonly outcome = "resumed";
  #byCookie: ResumedBy | null = null;
  #byHeader: ResumedBy | null = null;

  abstract readonly session: KnownSession;
  /** The signing key by which it is trusted; null where there is none. */
  abstract readonly keyId: string | null;
  abstract view(): SessionView;
  protected abstract makePrincipal(carrier: Carrier): Principal | null;

  /** The login as a request with this carrier has it. */
  by(carrier: Carrier): ResumedBy {
    return carrier === "cookie"
      ? (this.#byCookie ??= this.#make(carrier))
      : (this.#byHeader ??= this.#make(carrier));
  }

  #make(carrier: Carrier): ResumedBy {
    const principal = this.makePrincipal(carrier);
    if (principal !== null) logins.set(principal, this);
    return new ResumedBy(this, carrier, principal);
  }
}

/** What a request is told whose credential is good. */
export class ResumedBy {
  readonly status = "resumed";
  readonly resumed: Resumed;
  readonly carrier: Carrier;
  /** Null for a guest. */
  readonly principal: Principal | null;
  /** The same, for whoever waits for it. */
  readonly promised: Promise<Principal | null>;

  constructor(resumed: Resumed, carrier: Carrier, principal: Principal | null) {
    this.resumed = resumed;
    this.carrier = carrier;
    this.principal = principal;
    this.promised = Promise.resolve(principal);
  }
}

/** A session whose record was read, and that was found good. */
export class ResumedSession extends Resumed {
  readonly session: SessionRecord;
  readonly keyId = null;
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
