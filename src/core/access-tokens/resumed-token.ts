import { deepFreeze } from "../../util/deep-freeze.ts";
import type { Carrier, Principal, SessionView } from "../sessions/principal.ts";
import { Resumed } from "../sessions/resumed-session.ts";
import type { KnownSession } from "../sessions/session-store.ts";
import type { TokenSubject } from "./token-claims.ts";

/** The strategies that have access tokens. */
export type TokenStrategy = "hybrid" | "jwt";

/** By which key an access token was signed, when, and until when it is good: milliseconds since the epoch, by the store's time. */
export interface TokenOrigin {
  readonly keyId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A login that an access token was found to prove. What it does not say of the session is taken from its own times. */
export class ResumedToken extends Resumed {
  readonly session: KnownSession;
  readonly subject: TokenSubject;
  readonly origin: TokenOrigin;
  readonly #strategy: TokenStrategy;

  constructor(
    subject: TokenSubject,
    origin: TokenOrigin,
    strategy: TokenStrategy,
    carrier: Carrier = "header",
  ) {
    super(carrier);
    this.subject = subject;
    this.origin = origin;
    this.#strategy = strategy;
    this.session = {
      id: subject.sessionId,
      userId: subject.userId,
      tenantId: subject.tenantId,
      mark: subject.mark,
      createdAt: subject.authenticatedAt,
      lastSeenAt: origin.issuedAt,
      methods: subject.methods.map((method) => ({
        method,
        authenticatedAt: subject.authenticatedAt,
      })),
      assuranceLevel: subject.assuranceLevel,
      userAgent: null,
      claims: subject.claims,
    };
  }

  get keyId(): string {
    return this.origin.keyId;
  }

  /** With the end of the token as the session's, which the token does not tell. */
  view(): SessionView {
    const { id, userId, tenantId, createdAt, lastSeenAt, assuranceLevel, claims } = this.session;
    return deepFreeze({
      id,
      userId,
      tenantId,
      createdAt,
      lastSeenAt,
      expiresAt: this.origin.expiresAt,
      methods: [...this.subject.methods],
      assuranceLevel,
      userAgent: null,
      claims,
    });
  }

  protected makePrincipal(): Principal {
    const { userId, tenantId, sessionId, authenticatedAt, assuranceLevel, claims } = this.subject;
    return deepFreeze({
      userId,
      ...(tenantId !== null && { tenantId }),
      sessionId,
      strategy: this.#strategy,
      carrier: this.carrier,
      authenticatedAt,
      methods: [...this.subject.methods],
      assuranceLevel,
      expiresAt: this.origin.expiresAt,
      claims,
    });
  }

  protected withCarrier(carrier: Carrier): Resumed {
    return new ResumedToken(this.subject, this.origin, this.#strategy, carrier);
  }
}
