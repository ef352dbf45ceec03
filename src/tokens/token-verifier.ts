import {
  type CompactJws,
  defaultMaxTokenBytes,
  isOfType,
  parseClaims,
  parseCompactJws,
} from "../core/access-tokens/compact-jws.ts";
import { type AccessTokenClaims, judgeClaims } from "../core/access-tokens/registered-claims.ts";
import { deepFreeze } from "../util/deep-freeze.ts";
import type { JsonObject } from "../util/json.ts";
import { TokenCache } from "../util/token-cache.ts";
import { decodeStrictBase64url, decodeUtf8 } from "../util/strict-base64url.ts";
import { bearerTokenOf, type RequestHeaders } from "./bearer-token.ts";
import { KeySource } from "./key-source.ts";
import {
  resolveTokenVerifierOptions,
  type TokenVerifierConfig,
  type TokenVerifierOptions,
} from "./options.ts";
import type { RevocationVerdict } from "./revocation-feed.ts";
import { TokenError } from "./token-error.ts";
import { requireGrant, type TokenGuardOptions, type VerifiedToken } from "./token-guard.ts";
import { isSignature, type WebKey } from "./web-signature.ts";

/** Verifies the access tokens of one issuer, in a service that has neither its store nor its private keys. */
export interface TokenVerifier {
  /**
   * The token, when everything about it is right, and it grants what the guard demands.
   * @throws TokenError that says why not
   */
  verify(token: string, guard?: TokenGuardOptions): Promise<VerifiedToken>;
  /**
   * The verified bearer token of a request; null when it has none.
   * @throws TokenError when it has one that is not right
   */
  authenticate(headers: RequestHeaders): Promise<VerifiedToken | null>;
  /**
   * The verified bearer token of a request that must have one, and must grant what the guard demands.
   * @throws TokenError otherwise
   */
  requireToken(headers: RequestHeaders, guard?: TokenGuardOptions): Promise<VerifiedToken>;
  /** Fetches the keys and starts to follow revocations, so that the first request does not wait. It may be left out. */
  start(): Promise<void>;
  /** Lets go of what follows the revocations. */
  close(): Promise<void>;
}

/**
 * A verifier of access tokens (RFC 9068) on WebCrypto: it runs in Node, Deno, Bun, workers and browsers.
 * @throws TypeError for options that do not make sense
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const verifier = new WebTokenVerifier(resolveTokenVerifierOptions(options));
  return {
    verify: (token, guard) => verifier.verify(token, guard),
    authenticate: (headers) => verifier.authenticate(headers),
    requireToken: (headers, guard) => verifier.requireToken(headers, guard),
    start: () => verifier.start(),
    close: () => verifier.close(),
  };
}

/** A token that was verified before, and what that rested on. */
interface KnownToken {
  readonly token: string;
  readonly key: WebKey;
  readonly verified: VerifiedToken;
}

class WebTokenVerifier implements TokenVerifier {
  readonly #config: TokenVerifierConfig;
  readonly #keys: KeySource;
  readonly #known: TokenCache<KnownToken>;
  #started: Promise<void> | null = null;

  constructor(config: TokenVerifierConfig) {
    this.#config = config;
    this.#keys = new KeySource(config.keys);
    this.#known = new TokenCache(config.cacheSize);
  }

  async verify(token: string, guard: TokenGuardOptions = {}): Promise<VerifiedToken> {
    const { key, verified } = (await this.#recall(token)) ?? (await this.#judge(token));
    await this.#requireUnrevoked(verified.claims, key.kid);
    requireGrant(verified, guard);
    return verified;
  }

  async authenticate(headers: RequestHeaders): Promise<VerifiedToken | null> {
    const token = bearerTokenOf(headers);
    return token === null ? null : this.verify(token);
  }

  async requireToken(headers: RequestHeaders, guard?: TokenGuardOptions): Promise<VerifiedToken> {
    const token = bearerTokenOf(headers);
    if (token === null) throw new TokenError("token_missing");
    return this.verify(token, guard);
  }

  async start(): Promise<void> {
    await Promise.all([this.#keys.warmUp(), this.#follow()]);
  }

  async close(): Promise<void> {
    await this.#config.revocations?.close();
  }

  /** A token seen before: its signature needs no second look while its key is still one of the issuer's. */
  async #recall(token: string): Promise<KnownToken | null> {
    const known = typeof token === "string" ? this.#known.get(token) : undefined;
    if (known === undefined) return null;
    const { key, verified } = known;
    const current = this.#keys.keyAtHand(key.kid) ?? (await this.#keys.find(key.kid));
    if (current !== key) return null;
    this.#requireClaims(verified.claims);
    return known;
  }

  async #judge(token: string): Promise<KnownToken> {
    const jws = parseCompactJws(token, defaultMaxTokenBytes, decodeText);
    if (typeof jws === "string") throw new TokenError(jws);
    const key = await this.#keyOf(jws);
    const signed = await isSignature(key, jws);
    if (signed !== true) {
      throw new TokenError(signed === "malformed" ? "token_malformed" : "token_signature");
    }
    if (!isOfType(jws.header, "at+jwt")) throw new TokenError("token_type");
    const claims = parseClaims(jws.payload);
    if (claims === null) throw new TokenError("token_malformed");
    this.#requireClaims(claims);
    const known = { token, key, verified: verifiedToken(claims as AccessTokenClaims) };
    this.#known.set(known);
    return known;
  }

  async #keyOf({ header }: CompactJws): Promise<WebKey> {
    const found = header.kid === undefined ? null : await this.#keys.find(header.kid);
    if (found === null) {
      const { faults } = this.#keys;
      throw new TokenError("token_key_unknown", {
        ...(faults.length > 0 && {
          cause: new AggregateError(faults, "some keys of the issuer could not be used"),
        }),
      });
    }
    if ("unavailable" in found)
      throw new TokenError("keys_unavailable", { cause: found.unavailable });
    if (header.alg !== found.algorithm.name) throw new TokenError("token_algorithm");
    return found;
  }

  #requireClaims(claims: JsonObject): void {
    const { issuer, audience, toleranceMs, clock } = this.#config;
    const fault = judgeClaims(claims, { issuer, audience, toleranceMs, now: clock.now() });
    if (fault !== null) throw new TokenError(fault);
  }

  async #requireUnrevoked(claims: AccessTokenClaims, kid: string): Promise<void> {
    const { revocations } = this.#config;
    if (revocations === null) return;
    let answer: RevocationVerdict;
    try {
      await this.#follow();
      answer = await revocations.isRevoked(claims, kid);
    } catch (cause) {
      throw new TokenError("revocations_unavailable", { cause });
    }
    if (answer === true) throw new TokenError("token_revoked");
    if (answer === "outdated") throw new TokenError("token_outdated");
    // Whatever is not a clear no does not let a token pass.
    if (answer !== false) {
      throw new TokenError("revocations_unavailable", { cause: revocations.problem });
    }
  }

  /** Starts to follow revocations, once; what failed is tried again by the next who asks. */
  #follow(): Promise<void> {
    this.#started ??= (this.#config.revocations?.start() ?? Promise.resolve()).catch(
      (error: unknown) => {
        this.#started = null;
        throw error;
      },
    );
    return this.#started;
  }
}

function verifiedToken(claims: AccessTokenClaims): VerifiedToken {
  const scopes = claims.scope?.split(" ").filter((scope) => scope !== "") ?? [];
  return deepFreeze({ claims, scopes });
}

function decodeText(part: string): string | null {
  const bytes = decodeStrictBase64url(part);
  return bytes === null ? null : decodeUtf8(bytes);
}
