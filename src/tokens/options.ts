import { type AlgorithmName, algorithms } from "../core/access-tokens/algorithms.ts";
import { parseJwkSet } from "../core/access-tokens/jwk.ts";
import { maxClockToleranceMs } from "../core/access-tokens/registered-claims.ts";
import { systemClock, type Clock } from "../util/clock.ts";
import { type Duration, toMilliseconds } from "../util/duration.ts";
import type { JsonObject } from "../util/json.ts";
import { refuseUnknownKeys } from "../util/known-keys.ts";
import { addressOf } from "./address.ts";
import type { Fetch } from "./exchange.ts";
import { type LoadedJwks, requestJwks } from "./jwks-request.ts";
import { jwksMaxAgeMs, type KeySourceConfig } from "./key-source.ts";
import type { RevocationFeed } from "./revocation-feed.ts";

/** A JWK set as an application has it. */
export interface JwkSet {
  readonly keys: readonly object[];
}

export interface TokenVerifierOptions {
  /** Who signs: tokens must name it in `iss`, character by character. */
  readonly issuer: string;
  /** What this service is called: tokens must name it, or one of these, in `aud`. */
  readonly audience: string | readonly string[];
  /** Where the issuer's keys are: an address, a JWK set, or a function that answers one. Default `<issuer>/.well-known/jwks.json`. */
  readonly jwks?: string | URL | JwkSet | (() => JwkSet | Promise<JwkSet>);
  /** Which algorithms keys may be for. Default all but `HS256`, with whose key a service could sign tokens itself. */
  readonly algorithms?: readonly AlgorithmName[];
  /** How the service learns of revocations. It must be chosen: this, or `withoutRevocation`. */
  readonly revocations?: RevocationFeed;
  /** Accepts tokens until they expire, whatever happened to the session, the user, or the key meanwhile. */
  readonly withoutRevocation?: boolean;
  /** How far the issuer's clock and ours may differ: 0 to 60 s. Default 5 s. */
  readonly clockTolerance?: Duration;
  /** How long keys are used after they went stale, when the issuer cannot be reached. Default 24 h. */
  readonly staleFor?: Duration;
  /** How long a request for keys may take in all. Default 5 s. */
  readonly fetchTimeout?: Duration;
  /** The least time between two requests for keys, however many unknown `kid`s come. Default 30 s. */
  readonly fetchCooldown?: Duration;
  /** How many verified tokens are remembered. Default 10,000; a few KB each. */
  readonly cacheSize?: number;
  /** Fetches keys over `http:` from this machine, for development and tests. */
  readonly dangerouslyAllowLoopbackHttp?: boolean;
  /** `fetch`, where another one is wanted. */
  readonly fetch?: Fetch;
  /** Where time comes from; for tests. */
  readonly clock?: Clock;
}

/** Their names, to notice a misspelt one. */
const optionNames: readonly (keyof TokenVerifierOptions)[] = [
  "issuer",
  "audience",
  "jwks",
  "algorithms",
  "revocations",
  "withoutRevocation",
  "clockTolerance",
  "staleFor",
  "fetchTimeout",
  "fetchCooldown",
  "cacheSize",
  "dangerouslyAllowLoopbackHttp",
  "fetch",
  "clock",
];

export interface TokenVerifierConfig {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly keys: KeySourceConfig;
  /** Null when tokens are accepted until they expire. */
  readonly revocations: RevocationFeed | null;
  readonly toleranceMs: number;
  readonly cacheSize: number;
  readonly clock: Clock;
}

/**
 * Validates, fills in the defaults, freezes.
 * @throws TypeError that names the option
 */
export function resolveTokenVerifierOptions(options: TokenVerifierOptions): TokenVerifierConfig {
  refuseUnknownKeys(options, optionNames, "");
  const { issuer, cacheSize = 10_000, clock = systemClock } = options;
  if (typeof issuer !== "string" || issuer === "") {
    throw new TypeError("issuer must be the iss of the tokens");
  }
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) {
    throw new TypeError("cacheSize must be a whole number");
  }
  return Object.freeze({
    issuer,
    audience: audienceOf(options.audience),
    keys: Object.freeze({
      load: loaderOf(options, clock),
      algorithms: algorithmsOf(options.algorithms),
      clock,
      cooldownMs: toMilliseconds(options.fetchCooldown ?? "30s", "fetchCooldown"),
      staleForMs: toMilliseconds(options.staleFor ?? "24h", "staleFor"),
    }),
    revocations: revocationsOf(options),
    toleranceMs: toleranceOf(options.clockTolerance ?? "5s"),
    cacheSize,
    clock,
  });
}

function audienceOf(audience: string | readonly string[]): readonly string[] {
  const names = typeof audience === "string" ? [audience] : [...(audience ?? [])];
  if (names.length === 0 || names.some((name) => typeof name !== "string" || name === "")) {
    throw new TypeError("audience must be what tokens for this service name in aud");
  }
  return Object.freeze(names);
}

function algorithmsOf(names: readonly AlgorithmName[] | undefined): readonly AlgorithmName[] {
  const all = Object.keys(algorithms) as AlgorithmName[];
  const chosen = [...(names ?? all.filter((name) => name !== "HS256"))];
  if (chosen.length === 0 || chosen.some((name) => !all.includes(name))) {
    throw new TypeError(`algorithms must be some of ${all.join(", ")}`);
  }
  return Object.freeze(chosen);
}

function toleranceOf(tolerance: Duration): number {
  const milliseconds = tolerance === 0 ? 0 : toMilliseconds(tolerance, "clockTolerance");
  if (milliseconds > maxClockToleranceMs) {
    throw new TypeError("clockTolerance must be at most 60 s");
  }
  return milliseconds;
}

function revocationsOf(options: TokenVerifierOptions): RevocationFeed | null {
  const { revocations, withoutRevocation = false } = options;
  if ((revocations === undefined) !== withoutRevocation) {
    throw new TypeError(
      "Choose how revocations reach this service: revocations, or withoutRevocation: true if tokens may be used until they expire, whatever happened meanwhile.",
    );
  }
  return revocations ?? null;
}

function loaderOf(options: TokenVerifierOptions, clock: Clock): () => Promise<LoadedJwks> {
  const { jwks = defaultAddress(options.issuer) } = options;
  if (typeof jwks === "function") {
    return async () => ({ set: (await jwks()) as object as JsonObject, maxAgeMs: null });
  }
  if (typeof jwks !== "string" && !(jwks instanceof URL)) {
    const copy = JSON.parse(JSON.stringify(jwks)) as JsonObject;
    const parsed = parseJwkSet(copy);
    if (parsed === null || parsed.keys.size === 0) {
      throw new TypeError(`jwks holds no usable key: ${parsed?.faults.join("; ") ?? "no keys"}`);
    }
    return async () => ({ set: copy, maxAgeMs: jwksMaxAgeMs.most });
  }
  if (options.algorithms?.includes("HS256") === true) {
    throw new TypeError("the secret of HS256 is not fetched: give it as jwks, or leave HS256 out");
  }
  const url = addressOf(jwks, "jwks", options.dangerouslyAllowLoopbackHttp === true);
  const timeoutMs = toMilliseconds(options.fetchTimeout ?? "5s", "fetchTimeout");
  // Taken at the time of use, and called as a function: some runtimes refuse `fetch` as a method of another object.
  const fetch: Fetch = options.fetch ?? ((address, init) => globalThis.fetch(address, init));
  return () => requestJwks({ url, fetch, timeoutMs, clock });
}

function defaultAddress(issuer: string): string {
  if (!URL.canParse(issuer)) {
    throw new TypeError("jwks must say where the keys are, since issuer is no address");
  }
  return `${issuer.replace(/\/$/, "")}/.well-known/jwks.json`;
}
