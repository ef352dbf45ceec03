import { toMilliseconds, type Duration } from "../../util/duration.ts";
import { refuseUnknownKeys } from "../../util/known-keys.ts";
import { algorithms, type AlgorithmName } from "./algorithms.ts";
import {
  externalSigningKey,
  importPublicKey,
  importSigner,
  type ExternalSigner,
} from "./external-signer.ts";
import type { VerificationKey } from "./node-keys.ts";
import type { SigningKey } from "./node-signer.ts";
import { maxClockToleranceMs } from "./registered-claims.ts";

/** What access tokens say, and which keys sign them. */
export interface AccessTokensOptions {
  /** How long a token is good: 10 s to 24 h. Default 5 min with `hybrid`, 15 min with `jwt`. */
  readonly lifetime?: Duration;
  /** Who the tokens say has issued them. Default the origin of `baseUrl`, else `symbolon`. */
  readonly issuer?: string;
  /** For whom they are: tokens name all of these, and who verifies demands one of them. Default the issuer. */
  readonly audience?: string | readonly string[];
  /** What the tokens say in `client_id` (RFC 9068). Default the first audience. */
  readonly clientId?: string;
  /** What new keys are made for. Default `EdDSA`. */
  readonly algorithm?: AlgorithmName;
  /** How long a key signs before another takes over: at least a day. Default 90 days. */
  readonly rotateEvery?: Duration;
  /** Signs in place of the keys in the store. */
  readonly signer?: ExternalSigner;
  /** Public keys (JWKs) that will sign and do not yet: of the signer that comes after this one. */
  readonly next?: readonly object[];
  /** Public keys (JWKs) whose tokens may still be around: of the signer that came before this one. */
  readonly previous?: readonly object[];
  /** How many verified tokens are kept in this process's memory. Default 50,000. */
  readonly cacheSize?: number;
}

/** The keys that the configuration brings, instead of the ring or beside it. */
export interface ExternalKeys {
  /** Signs instead of the ring's keys; null where those do. */
  readonly signer: SigningKey | null;
  readonly verifying: readonly ExternalKey[];
}

export interface ExternalKey {
  readonly state: "next" | "active" | "retiring";
  readonly key: VerificationKey;
}

export interface AccessTokensConfig {
  readonly lifetimeMs: number;
  /** For how long after it was signed somebody may accept a token, with what clocks may differ. */
  readonly longestLifeMs: number;
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly clientId: string;
  /** Of new keys, and of the signer where there is one. */
  readonly algorithm: AlgorithmName;
  readonly rotateEveryMs: number;
  readonly externalKeys: ExternalKeys;
  readonly cacheSize: number;
}

const shortestMs = 10_000;
const longestMs = 86_400_000;
const leastRotateEveryMs = 86_400_000;

/** A token is accepted for the tolerance longer than it lives, and clocks of processes differ. */
const pastExpiryMs = maxClockToleranceMs + 60_000;

/** The longest that any token can be accepted, whatever a deployment has configured. */
export const longestAccessTokenMs: number = longestMs + pastExpiryMs;

/**
 * Validates, fills in the defaults, freezes.
 * @throws TypeError that names the option
 */
export function resolveAccessTokensOptions(
  options: AccessTokensOptions = {},
  defaults: { readonly lifetime: Duration; readonly issuer: string },
): AccessTokensConfig {
  refuseUnknownKeys(options, optionNames, "accessTokens");
  const lifetimeMs = toMilliseconds(options.lifetime ?? defaults.lifetime, "accessTokens.lifetime");
  if (lifetimeMs < shortestMs || lifetimeMs > longestMs) {
    throw new TypeError("accessTokens.lifetime must be between 10 s and 24 h");
  }
  const issuer = checkName(options.issuer ?? defaults.issuer, "issuer");
  const audience = audienceOf(options.audience ?? issuer);
  const cacheSize = options.cacheSize ?? 50_000;
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) {
    throw new TypeError("accessTokens.cacheSize must be a whole number");
  }
  return Object.freeze({
    lifetimeMs,
    longestLifeMs: lifetimeMs + pastExpiryMs,
    issuer,
    audience,
    clientId: checkName(options.clientId ?? audience[0], "clientId"),
    algorithm: algorithmOf(options),
    rotateEveryMs: rotateEveryMsOf(options),
    externalKeys: externalKeysOf(options),
    cacheSize,
  });
}

/** Their names, to notice a misspelt one. */
const optionNames: readonly (keyof AccessTokensOptions)[] = [
  "lifetime",
  "issuer",
  "audience",
  "clientId",
  "algorithm",
  "rotateEvery",
  "signer",
  "next",
  "previous",
  "cacheSize",
];

function checkName(value: unknown, option: string): string {
  if (typeof value === "string" && value !== "" && value.isWellFormed()) return value;
  throw new TypeError(`accessTokens.${option} must be a string that is not empty`);
}

function audienceOf(audience: string | readonly string[]): readonly string[] {
  const names: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  if (names.length === 0) throw new TypeError("accessTokens.audience must name somebody");
  return Object.freeze(names.map((name) => checkName(name, "audience")));
}

function algorithmOf({ algorithm = "EdDSA", signer }: AccessTokensOptions): AlgorithmName {
  if (!Object.hasOwn(algorithms, algorithm)) {
    const names = Object.keys(algorithms).join(", ");
    throw new TypeError(`accessTokens.algorithm must be one of ${names}`);
  }
  return signer?.algorithm ?? algorithm;
}

function rotateEveryMsOf({ rotateEvery = "90d" }: AccessTokensOptions): number {
  const rotateEveryMs = toMilliseconds(rotateEvery, "accessTokens.rotateEvery");
  if (rotateEveryMs < leastRotateEveryMs) {
    throw new TypeError("accessTokens.rotateEvery must be at least a day");
  }
  return rotateEveryMs;
}

/** @throws TypeError for what can only be meant for keys of the ring */
function externalKeysOf(options: AccessTokensOptions): ExternalKeys {
  const { signer } = options;
  const verifying: ExternalKey[] = [
    ...publicKeysOf(options.next, "next", "next"),
    ...publicKeysOf(options.previous, "previous", "retiring"),
  ];
  let signing: SigningKey | null = null;
  if (signer !== undefined) {
    if (options.algorithm !== undefined || options.rotateEvery !== undefined) {
      throw new TypeError(
        "accessTokens.algorithm and rotateEvery are for keys in the store; with accessTokens.signer there are none",
      );
    }
    const key = importSigner(signer);
    signing = externalSigningKey(signer, key);
    verifying.push({ state: "active", key });
  }
  const kids = verifying.map(({ key }) => key.kid);
  const twice = kids.find((kid, index) => kids.indexOf(kid) !== index);
  if (twice !== undefined) {
    throw new TypeError(
      `accessTokens.signer, next and previous name the kid ${JSON.stringify(twice)} twice`,
    );
  }
  return Object.freeze({ signer: signing, verifying: Object.freeze(verifying) });
}

function publicKeysOf(
  jwks: readonly object[] | undefined,
  name: "next" | "previous",
  state: ExternalKey["state"],
): ExternalKey[] {
  const option = `accessTokens.${name}`;
  if (jwks !== undefined && !Array.isArray(jwks)) throw new TypeError(`${option} must be an array`);
  return (jwks ?? []).map((jwk) => ({ state, key: importPublicKey(jwk, option) }));
}
