import { setImmediate as settle } from "node:timers/promises";
import { createAuth, type Auth, type AuthOptions, type Store } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import {
  createTokenVerifier,
  followRevocations,
  TokenError,
  type FollowRevocationsOptions,
  type RevocationFeed,
  type TokenVerifier,
} from "symbolon/tokens";
import type { JsonValue } from "../../src/util/json.ts";
import { jwksOf } from "../tokens/issuer-fixture.ts";
import { testSecret } from "./auth.ts";
import { FakeLink } from "./fake-network.ts";
import { claims, makeIssuer, must, seconds } from "./tokens.ts";

export const client = { id: "orders", secret: "rXq0Yw4o1s9Zk3vN6xT7bL5mR8cE2pUd" } as const;

const signers = await makeIssuer();

/** An access token and the session that it was issued for. */
export interface IssuedToken {
  readonly token: string;
  readonly sessionId: string;
}

/** A service that has nothing but `symbolon/tokens`, and its way to the issuers. */
export interface FollowingService {
  readonly verifier: TokenVerifier;
  readonly feed: RevocationFeed;
  readonly link: FakeLink;
}

/** Two issuers on one store, and the services that follow them, all in the time of one fake clock. */
export class FollowedIssuers {
  readonly clock: FakeClock = new FakeClock();
  readonly store: Store;
  readonly issuers: readonly [Auth, Auth];
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(options: Partial<AuthOptions> = {}) {
    this.store = options.store ?? memoryStore();
    this.issuers = [this.issuer(options), this.issuer(options)];
  }

  /** One more issuer on the store. */
  issuer(options: Partial<AuthOptions> = {}): Auth {
    const auth = createAuth({
      secret: testSecret,
      clock: this.clock,
      resourceServers: [client],
      ...options,
      store: this.store,
    });
    for (const said of ["store.failed", "warning"] as const) auth.on(said, () => undefined);
    this.#closing.push(() => auth.close());
    return auth;
  }

  service(
    options: Partial<FollowRevocationsOptions> = {},
    link: FakeLink = new FakeLink(this.clock, this.issuers),
  ): FollowingService {
    const feed = followRevocations({
      issuer: claims.iss,
      clientId: client.id,
      clientSecret: client.secret,
      fetch: link.fetch,
      clock: this.clock,
      ...options,
    });
    const verifier = this.verifierWith(feed);
    return { verifier, feed, link };
  }

  verifierWith(revocations: RevocationFeed): TokenVerifier {
    const verifier = createTokenVerifier({
      issuer: claims.iss,
      audience: String(claims.aud),
      jwks: jwksOf(signers),
      clock: this.clock,
      revocations,
    });
    this.#closing.push(() => verifier.close());
    return verifier;
  }

  /** Signs a user in, and issues the access token that the engine would. */
  async signIn(user: {
    readonly userId: string;
    readonly tenantId?: string;
  }): Promise<IssuedToken> {
    const input = { ...user, delivery: "body" } as const;
    const { session } = await this.issuers[0].signIn(input, { method: "POST", headers: {} });
    const { mark } = must(await this.store.sessions.find(session.id));
    return this.issue({ ...user, sessionId: session.id, mark, pos: mark });
  }

  /** A token of a session, with the places in the log that it names. */
  issue(of: {
    readonly userId: string;
    readonly tenantId?: string;
    readonly sessionId: string;
    readonly mark: number;
    readonly pos: number;
    readonly role?: string;
  }): IssuedToken {
    const { userId, tenantId, sessionId, mark, pos, role } = of;
    const changes: Record<string, JsonValue> = { sub: userId, sid: sessionId, mark, pos };
    if (tenantId !== undefined) changes["tenant_id"] = tenantId;
    if (role !== undefined) changes["role"] = role;
    const token = signers.issue("EdDSA", { ...changes, exp: seconds + 3_600 });
    return { token, sessionId };
  }

  /** Lets time pass, in steps so small that what each brings is acted upon before the next. */
  async pass(ms: number, eachStep: () => void = () => undefined): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs));
      await settle();
      await settle();
      eachStep();
    }
  }

  /** Lets time pass until the answer is there, and tells after how long: milliseconds. */
  async passUntil<Answer>(answer: Promise<Answer>): Promise<readonly [Answer, number]> {
    const begun = this.clock.monotonic();
    let stepsLeft = 20_000;
    const stop = (): void => void (stepsLeft = 0);
    void answer.then(stop, stop);
    for (; stepsLeft > 0; stepsLeft -= 1) await this.pass(stepMs);
    return [await answer, this.clock.monotonic() - begun];
  }

  /** What the service says to a token: `verified`, or the code of its refusal. */
  async verdict(
    { verifier }: Pick<FollowingService, "verifier">,
    issued: IssuedToken,
  ): Promise<string> {
    const [said] = await this.passUntil(codeOf(verifier.verify(issued.token)));
    return said;
  }

  async close(): Promise<void> {
    const closed = Promise.all(this.#closing.toReversed().map((close) => close()));
    await this.passUntil(closed);
  }
}

/** Small beside the lease and the ways. */
const stepMs = 10;

/** The code of the `TokenError` with which a promise rejects, or `verified`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "verified";
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
}
