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
 * A credential that was found good: the verdict on it, and what is known of who sends it. It is made once, with its principal,
 * and requests share it, so that a check that reads nothing also makes nothing.
 */
export abstract class Resumed {
  readonly carrier: Carrier;
  #promised: Promise<Principal | null> | null = null;
  #principal: Principal | null | undefined;
  #other: Resumed | null = null;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  get outcome(): "resumed" {
    return "resumed";
  }

  get status(): "resumed" {
    return "resumed";
  }

  abstract readonly session: KnownSession;
  /** The signing key by which it is trusted; null where there is none. */
  abstract readonly keyId: string | null;
  abstract view(): SessionView;
  protected abstract makePrincipal(): Principal | null;
  protected abstract withCarrier(carrier: Carrier): Resumed;

  /** The same login, as a request with this carrier has it. */
  by(carrier: Carrier): Resumed {
    if (carrier === this.carrier) return this;
    this.#other ??= this.withCarrier(carrier);
    return this.#other;
  }

  /** Null for a guest. */
  get principal(): Principal | null {
    if (this.#principal === undefined) {
      this.#principal = this.makePrincipal();
      if (this.#principal !== null) logins.set(this.#principal, this);
    }
    return this.#principal;
  }

  /** The principal, for whoever waits for it: one promise for all. */
  get promised(): Promise<Principal | null> {
    // Frozen, for it is everybody's.
    this.#promised ??= Object.freeze(Promise.resolve(this.principal));
    return this.#promised;
  }
}

/** A session whose record was read, and that was found good. */
export class ResumedSession extends Resumed {
  readonly session: SessionRecord;
  readonly keyId = null;
  readonly #config: SessionConfig;

  constructor(session: SessionRecord, config: SessionConfig, carrier: Carrier = "cookie") {
    super(carrier);
    this.session = session;
    this.#config = config;
  }

  view(): SessionView {
    return viewOf(this.session, this.#config);
  }

  protected makePrincipal(): Principal | null {
    return principalOf(this.session, this.carrier, this.#config);
  }

  protected withCarrier(carrier: Carrier): Resumed {
    return new ResumedSession(this.session, this.#config, carrier);
  }
}
