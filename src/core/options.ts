import { randomBytes } from "node:crypto";
import { systemClock, type Clock } from "../util/clock.ts";
import type { RandomSource, Store } from "./ports.ts";
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

/** The options of the engine: the sum of its capabilities' slices. */
export interface EngineOptions {
  /** At least 32 unpredictable bytes. It seals the keys that processes share; to replace it, list the new one before the old. */
  readonly secret: SecretOption;
  readonly store: Store;
  /** What the client holds. Default, and so far the only one: `'session'`, an opaque session token. */
  readonly strategy?: "session";
  readonly session?: SessionOptions;
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
  readonly session: SessionConfig;
  readonly revocation: RevocationConfig;
  /** Null when the application checks its users itself. */
  readonly accounts: AccountsConfig | null;
  readonly dataSchemas: DataSchemas;
  readonly production: boolean;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/**
 * Validates, fills in the defaults, freezes. The caller's object is not changed.
 * @throws TypeError that names the option.
 */
export function resolveEngineOptions(options: EngineOptions): EngineConfig {
  const production = options.production ?? process.env["NODE_ENV"] === "production";
  if ((options.strategy ?? "session") !== "session") {
    throw new TypeError(`strategy must be 'session'; got ${JSON.stringify(options.strategy)}`);
  }
  refuseUnfitStore(options.store, {
    accounts: options.accounts !== undefined,
    durable: production && options.dangerouslyAllowVolatileStore !== true,
  });
  return Object.freeze({
    secrets: sealingKeysOf(options.secret),
    store: options.store,
    session: Object.freeze(resolveSessionOptions(options.session)),
    revocation: Object.freeze(resolveRevocationOptions(options.revocation)),
    accounts: options.accounts === undefined ? null : resolveAccountsOptions(options.accounts),
    dataSchemas: createDataSchemas(options.data),
    production,
    clock: options.clock ?? systemClock,
    random: options.random ?? randomBytes,
  });
}
