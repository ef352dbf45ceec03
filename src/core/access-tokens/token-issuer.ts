import { encodeBase64url } from "../../util/base64url.ts";
import { pooledRandom } from "../../util/pooled-random.ts";
import type { SharedKeys } from "../keys/shared-keys.ts";
import type { RandomSource } from "../ports.ts";
import { signCompact } from "./node-signer.ts";
import type { AccessTokensConfig } from "./options.ts";
import type { TokenOrigin } from "./resumed-token.ts";
import { accessTokenType, payloadOf, type TokenSubject } from "./token-claims.ts";

/** A new access token. */
export interface IssuedAccessToken {
  readonly accessToken: string;
  /** Its times are whole seconds. */
  readonly origin: TokenOrigin;
}

/** Issues access tokens. */
export interface TokenIssuer {
  /**
   * A token about `subject`. Its times count from `knownAt`, when the store call was *sent* that justifies it, so that a
   * process that stood still in between does not make it live longer; and it does not outlive `notAfter`. Both by the
   * store's time, in milliseconds.
   * @throws AuthError `store_unavailable` when the keys cannot be read
   */
  issue(subject: TokenSubject, knownAt: number, notAfter: number): Promise<IssuedAccessToken>;
}

/** How far the clocks of those who issue and verify may differ: milliseconds. All of them follow the store's. */
export const toleranceMs = 5_000;

/** Of `jti`, which only has to differ from all others. */
const idBytes = 12;

/** So much of a token's life is left to chance, so that what was issued together does not expire together. */
const jitter = 0.05;

export function createTokenIssuer(deps: {
  readonly config: AccessTokensConfig;
  readonly keys: Pick<SharedKeys, "makeCurrent" | "signingKey">;
  readonly random: RandomSource;
}): TokenIssuer {
  const { config, keys } = deps;
  const random = pooledRandom(deps.random);
  return {
    async issue(subject, knownAt, notAfter) {
      const bytes = random(1 + idBytes);
      const [chance = 0] = bytes;
      const lifetimeMs = config.lifetimeMs * (1 - (jitter * chance) / 255);
      const iat = Math.floor(knownAt / 1000);
      // Verifiers go on for as long as clocks may differ; the session does not.
      const exp = Math.floor(Math.min(knownAt + lifetimeMs, notAfter - toleranceMs) / 1000);
      let key = keys.signingKey();
      if (key === null) {
        await keys.makeCurrent();
        key = keys.signingKey();
      }
      if (key === null) throw new Error("No key signs access tokens: the signer's was revoked");
      const payload = payloadOf(subject, config, {
        jti: encodeBase64url(bytes.subarray(1)),
        iat,
        exp,
      });
      const accessToken = await signCompact({ typ: accessTokenType }, payload, key);
      const origin = { keyId: key.kid, issuedAt: iat * 1000, expiresAt: exp * 1000 };
      return { accessToken, origin };
    },
  };
}
