import { createSecretKey } from "node:crypto";
import { createEventHub } from "../../../src/core/events.ts";
import type { Store } from "../../../src/core/ports.ts";
import { resolveRefreshTokensOptions } from "../../../src/core/refresh-tokens/options.ts";
import { createRefresher, type Refresher } from "../../../src/core/refresh-tokens/refresher.ts";
import type { RefreshKey } from "../../../src/core/refresh-tokens/refresh-token.ts";
import { resolveRevocationOptions } from "../../../src/core/revocation/options.ts";
import { RevocationLog } from "../../../src/core/revocation/revocation-log.ts";
import { StoreTime } from "../../../src/core/revocation/store-time.ts";
import { resolveSessionOptions } from "../../../src/core/sessions/options.ts";
import { createSessions } from "../../../src/core/sessions/sessions.ts";
import { createTouches } from "../../../src/core/sessions/touches.ts";
import type { FakeClock } from "../../../src/testing/fake-clock.ts";

/** The key of all tokens in these worlds; what another one has signed nobody has issued. */
export const key: RefreshKey = { id: "AAAAAA", key: createSecretKey(new Uint8Array(32).fill(1)) };

const refreshTokens = resolveRefreshTokensOptions({}, { lifetimeMs: 300_000, leaseMs: 2_000 });
const revocation = resolveRevocationOptions();
const session = resolveSessionOptions();
const find = (id: string): RefreshKey["key"] | null => (id === key.id ? key.key : null);

/**
 * The refresher of one process, wired as `src/core/engine.ts` wires it, on these slices of a store. What is not explored is
 * known: the keys.
 */
export function engineProcess(
  store: Pick<Store, "sessions" | "revocation">,
  clock: FakeClock,
  number = 0,
): Refresher {
  const events = createEventHub();
  const time = new StoreTime(clock);
  let drawn = 0;
  const random = (length: number): Uint8Array =>
    new Uint8Array(length).fill(number * 64 + (drawn += 1));
  const shared = { clock, time, random, events };
  const log = new RevocationLog({
    ...shared,
    store: store.revocation,
    partitions: 1,
    config: revocation,
  });
  const refreshKeys = {
    signing: async () => key,
    lookUp: async () => find,
    lookAgain: async () => false,
  };
  const sessions = createSessions({
    ...shared,
    store,
    config: session,
    log,
    keys: { signingMac: async () => key.key },
    refreshKeys: null,
    areUnrecorded: false,
  });
  const touches = createTouches({
    store: store.sessions,
    config: session,
    clock: time,
    onFailure: (error) => {
      throw error;
    },
  });
  return createRefresher({
    ...shared,
    store: store.sessions,
    log,
    sessions,
    touches,
    keys: refreshKeys,
    config: refreshTokens,
    session,
    leaseMs: revocation.leaseMs,
  });
}
