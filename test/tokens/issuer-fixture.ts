import { publicJwk } from "../../src/core/access-tokens/node-keys.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import type { Fetch } from "../../src/tokens/exchange.ts";
import { TokenError } from "../../src/tokens/token-error.ts";
import type { TokenVerifierOptions } from "../../src/tokens/options.ts";
import { createTokenVerifier, type TokenVerifier } from "../../src/tokens/token-verifier.ts";
import { claims, type Issuer, must, now } from "../support/tokens.ts";

/** The issuer's published keys: all but the secret. */
export function jwksOf(issuer: Issuer, ...kids: readonly string[]): { readonly keys: object[] } {
  const published = [...issuer.keys.values()].filter(({ algorithm }) => algorithm !== "HS256");
  const chosen = kids.length === 0 ? published : kids.map((kid) => must(issuer.keys.get(kid)));
  return { keys: chosen.map(publicJwk) };
}

/** An issuer as a service sees it: what it answers can be changed, and its requests are counted. */
export class FakeIssuer {
  readonly clock: FakeClock = new FakeClock(now);
  /** How it answers; null when it cannot be reached. */
  answer: (() => Response | Promise<Response>) | null;
  requests = 0;
  lastUrl = "";

  constructor(set: object) {
    this.answer = () => Response.json(set);
  }

  /** Publishes another set from now on. */
  publish(set: object, headers: Readonly<Record<string, string>> = {}): void {
    this.answer = () => Response.json(set, { headers });
  }

  readonly fetch: Fetch = async (url) => {
    this.requests += 1;
    this.lastUrl = url;
    if (this.answer === null) throw new Error("the issuer cannot be reached");
    return this.answer();
  };

  verifier(options: Partial<TokenVerifierOptions> = {}): TokenVerifier {
    return createTokenVerifier({
      issuer: claims.iss,
      audience: String(claims.aud),
      fetch: this.fetch,
      clock: this.clock,
      clockTolerance: 0,
      ...(options.revocations === undefined && { withoutRevocation: true }),
      ...options,
    });
  }
}

/** The code of the error with which a promise rejects, or `verified`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise))?.code ?? "verified";
}

/** The `TokenError` with which a promise rejects, or null. */
export async function errorOf(promise: Promise<unknown>): Promise<TokenError | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    if (error instanceof TokenError) return error;
    throw error;
  }
}
