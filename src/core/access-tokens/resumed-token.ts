import { deepFreeze } from "../../util/deep-freeze.ts";
import type { Carrier, Principal, SessionView } from "../sessions/principal.ts";
import { Resumed } from "../sessions/resumed-session.ts";
import type { KnownSession } from "../sessions/session-store.ts";
import type { TokenSubject } from "./token-claims.ts";

/** The strategies that have access tokens. */
export type TokenStrategy = "hybrid" | "jwt";

/** When an access token was issued, and until when it is good: milliseconds since the epoch, by the store's time. */
export interface TokenTimes {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A login that an access token was found to prove. What it does not say of the session is taken from its own times. */
export class ResumedToken extends Resumed {
  readonly session: KnownSession;
  readonly subject: TokenSubject;
  readonly times: TokenTimes;
  readonly #strategy: TokenStrategy;

  constructor(subject: TokenSubject, times: TokenTimes, strategy: TokenStrategy) {
    super();
    this.subject = subject;
    this.times = times;
    this.#strategy = strategy;
    this.session = {
      id: subject.sessionId,
      userId: subject.userId,
      tenantId: subject.tenantId,
      mark: subject.mark,
      createdAt: subject.authenticatedAt,
      lastSeenAt: times.issuedAt,
      methods: subject.methods.map((method) => ({
        method,
        authenticatedAt: subject.authenticatedAt,
      })),
      assuranceLevel: subject.assuranceLevel,
      userAgent: null,
      claims: subject.claims,
    };
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
      expiresAt: this.times.expiresAt,
      methods: [...this.subject.methods],
      assuranceLevel,
      userAgent: null,
      claims,
    });
  }

  protected makePrincipal(carrier: Carrier): Principal {
    const { userId, tenantId, sessionId, authenticatedAt, assuranceLevel, claims } = this.subject;
    return deepFreeze({
      userId,
      ...(tenantId !== null && { tenantId }),
      sessionId,
      strategy: this.#strategy,
      carrier,
      authenticatedAt,
      methods: [...this.subject.methods],
      assuranceLevel,
      expiresAt: this.times.expiresAt,
      claims,
    });
  }
}
