import { randomBytes } from "node:crypto";
import { systemClock, type Clock } from "../util/clock.ts";
import {
  resolveAccessTokensOptions,
  type AccessTokensConfig,
  type AccessTokensOptions,
} from "./access-tokens/options.ts";
import type { RandomSource, Store } from "./ports.ts";
import {
  resolveRefreshTokensOptions,
  type RefreshTokensConfig,
  type RefreshTokensOptions,
} from "./refresh-tokens/options.ts";
import {
  resolveRevocationOptions,
  type RevocationConfig,
  type RevocationOptions,
} from "./revocation/options.ts";
import type { SealingKey } from "./keys/sealing.ts";
import { sealingKeysOf, type SecretOption } from "./secrets.ts";
import {
  createDataSchemas,
  type DataSchemaMap,
  type DataSchemas,
} from "./sessions/data-schemas.ts";
import {
  resolveSessionOptions,
  type SessionConfig,
  type SessionOptions,
} from "./sessions/options.ts";
import { refuseUnfitStore } from "./store-checks.ts";
import {
  resolveAccountsOptions,
  type AccountsConfig,
  type AccountsOptions,
} from "./users/options.ts";

/** The choice of record and credential. */
export type Strategy = "session" | "hybrid" | "jwt";

/** The options of the engine: the sum of its capabilities' slices. */
export interface EngineOptions {
  /** At least 32 unpredictable bytes. It seals the keys that processes share; to replace it, list the new one before the old. */
  readonly secret: SecretOption;
  readonly store: Store;
  /** What the client holds. Default `'session'`, an opaque session token. The others have signing keys for access tokens. */
  readonly strategy?: Strategy;
  readonly session?: SessionOptions;
  /** What access tokens say, and what signs them; not with `'session'`, which has none. */
  readonly accessTokens?: AccessTokensOptions;
  /** How refresh tokens follow each other; with `'hybrid'` alone, which has them. */
  readonly refreshTokens?: RefreshTokensOptions;
  readonly revocation?: RevocationOptions;
  /** Lets Symbolon check the users: `{ password: true }`. Left out, the application does. */
  readonly accounts?: AccountsOptions;
  /** Schemas of the application's session data by key (any Standard Schema). Without them every JSON value is fine. */
  readonly data?: DataSchemaMap;
  /** Whether this is a production deployment. Default: `NODE_ENV` is `production`. */
  readonly production?: boolean;
  /** Accepts, in production, a store that forgets everything when the process ends. */
  readonly dangerouslyAllowVolatileStore?: boolean;
  /** Where time comes from; for tests. */
  readonly clock?: Clock;
  /** Where unpredictable bytes come from; for tests. */
  readonly random?: RandomSource;
}

/** Their names, to notice a misspelt one. */
export const engineOptionNames: readonly (keyof EngineOptions)[] = [
  "secret",
  "store",
  "strategy",
  "session",
  "accessTokens",
  "refreshTokens",
  "revocation",
  "accounts",
  "data",
  "production",
  "dangerouslyAllowVolatileStore",
  "clock",
  "random",
];

export interface EngineConfig {
  readonly secrets: readonly SealingKey[];
  readonly store: Store;
  readonly strategy: Strategy;
  readonly session: SessionConfig;
  /** Null with the strategy `session`. */
  readonly accessTokens: AccessTokensConfig | null;
  /** Null but with the strategy `hybrid`. */
  readonly refreshTokens: RefreshTokensConfig | null;
  readonly revocation: RevocationConfig;
  /** Null when the application checks its users itself. */
  readonly accounts: AccountsConfig | null;
  readonly dataSchemas: DataSchemas;
  readonly production: boolean;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/**
 * Validates, fills in the defaults, freezes. The caller's object is not changed. `defaultIssuer` is what the deployment is
 * called where `accessTokens.issuer` does not say it.
 * @throws TypeError that names the option.
 */
export function resolveEngineOptions(options: EngineOptions, defaultIssuer: string): EngineConfig {
  const production = options.production ?? process.env["NODE_ENV"] === "production";
  const strategy = options.strategy ?? "session";
  refuseUnfitStore(options.store, {
    accounts: options.accounts !== undefined,
    durable: production && options.dangerouslyAllowVolatileStore !== true,
  });
  const accessTokens = accessTokensOf(strategy, options.accessTokens, defaultIssuer);
  const session = Object.freeze(resolveSessionOptions(options.session));
  const revocation = Object.freeze(
    resolveRevocationOptions(options.revocation, accessTokens?.longestLifeMs),
  );
  return Object.freeze({
    secrets: sealingKeysOf(options.secret),
    store: options.store,
    strategy,
    session,
    accessTokens,
    refreshTokens: refreshTokensOf(strategy, options, accessTokens, { revocation, session }),
    revocation,
    accounts: options.accounts === undefined ? null : resolveAccountsOptions(options.accounts),
    dataSchemas: createDataSchemas(options.data),
    production,
    clock: options.clock ?? systemClock,
    random: options.random ?? randomBytes,
  });
}

function accessTokensOf(
  strategy: Strategy,
  options: AccessTokensOptions | undefined,
  issuer: string,
): AccessTokensConfig | null {
  switch (strategy) {
    case "session":
      if (options === undefined) return null;
      throw new TypeError("accessTokens needs the strategy 'hybrid' or 'jwt'");
    case "hybrid":
      return resolveAccessTokensOptions(options, { lifetime: "5m", issuer });
    case "jwt":
      return resolveAccessTokensOptions(options, { lifetime: "15m", issuer });
    default:
      throw new TypeError(
        `strategy must be 'session', 'hybrid' or 'jwt'; got ${JSON.stringify(strategy)}`,
      );
  }
}

function refreshTokensOf(
  strategy: Strategy,
  { refreshTokens: options }: EngineOptions,
  accessTokens: AccessTokensConfig | null,
  { revocation: { leaseMs }, session: { idleMs } }: Pick<EngineConfig, "revocation" | "session">,
): RefreshTokensConfig | null {
  if (strategy !== "hybrid" || accessTokens === null) {
    if (options === undefined) return null;
    throw new TypeError("refreshTokens needs the strategy 'hybrid'");
  }
  const { lifetimeMs } = accessTokens;
  // Only a refresh notes that the user was seen: between two of them nobody must idle out.
  if (idleMs < 2 * lifetimeMs) {
    throw new TypeError(
      "session.idle must be at least twice accessTokens.lifetime: only refreshing notes that a user is active",
    );
  }
  return Object.freeze(resolveRefreshTokensOptions(options, { lifetimeMs, leaseMs }));
}
