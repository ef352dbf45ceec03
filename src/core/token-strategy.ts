import type { Clock } from "../util/clock.ts";
import type { AccessTokensConfig } from "./access-tokens/options.ts";
import type { TokenStrategy } from "./access-tokens/resumed-token.ts";
import { createTokenIssuer, type TokenIssuer } from "./access-tokens/token-issuer.ts";
import { createTokenResumer, type TokenResumer } from "./access-tokens/token-resumer.ts";
import type { EventHub } from "./events.ts";
import type { GuardedStore } from "./guarded-store.ts";
import type { SharedKeys } from "./keys/shared-keys.ts";
import type { EngineConfig } from "./options.ts";
import type { RandomSource } from "./ports.ts";
import type { RefreshKeys } from "./refresh-tokens/refresh-keys.ts";
import { createRefresher, type Refresher } from "./refresh-tokens/refresher.ts";
import type { RevocationLog } from "./revocation/revocation-log.ts";
import type { StoreTime } from "./revocation/store-time.ts";
import type { Sessions } from "./sessions/sessions.ts";
import type { Touches } from "./sessions/touches.ts";

/** What the strategies `hybrid` and `jwt` have, and `session` has not. */
export interface TokenCapability {
  readonly strategy: TokenStrategy;
  readonly config: AccessTokensConfig;
  readonly issuer: TokenIssuer;
  readonly resumer: TokenResumer;
  /** Null with `jwt`, whose access tokens nothing renews. */
  readonly refresher: Refresher | null;
}

/** Null with the strategy `session`. */
export function createTokenCapability(deps: {
  readonly config: EngineConfig;
  readonly store: GuardedStore;
  readonly log: RevocationLog;
  readonly keys: SharedKeys;
  readonly refreshKeys: RefreshKeys | null;
  readonly sessions: Sessions;
  readonly touches: Touches;
  readonly clock: Clock;
  readonly time: StoreTime;
  readonly random: RandomSource;
  readonly events: EventHub;
}): TokenCapability | null {
  const { strategy, accessTokens, refreshTokens, revocation, session } = deps.config;
  if (strategy === "session" || accessTokens === null) return null;
  const { store, refreshKeys } = deps;
  const { leaseMs } = revocation;
  const shared = { ...deps, store: store.sessions, leaseMs };
  return {
    strategy,
    config: accessTokens,
    issuer: createTokenIssuer({ ...deps, config: accessTokens }),
    resumer: createTokenResumer({ ...shared, config: accessTokens, strategy }),
    refresher:
      refreshKeys === null || refreshTokens === null
        ? null
        : createRefresher({ ...shared, config: refreshTokens, keys: refreshKeys, session }),
  };
}
