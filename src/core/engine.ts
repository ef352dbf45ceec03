import type { Clock } from "../util/clock.ts";
import { longestAccessTokenMs } from "./access-tokens/options.ts";
import { createEventHub, type EventHub } from "./events.ts";
import { guardStore, type GuardedStore } from "./guarded-store.ts";
import { readGauges, type Gauges } from "./gauges.ts";
import { SharedKeys } from "./keys/shared-keys.ts";
import { createHousekeeping } from "./housekeeping.ts";
import { resolveEngineOptions, type EngineConfig, type EngineOptions } from "./options.ts";
import { createSessionDirectory, type SessionDirectory } from "./sessions/session-directory.ts";
import type { RandomSource } from "./ports.ts";
import { createAdoptions, type Adoptions } from "./sessions/adoption.ts";
import { RefreshKeys } from "./refresh-tokens/refresh-keys.ts";
import { RevocationLog } from "./revocation/revocation-log.ts";
import { ServiceSyncs } from "./revocation/service-syncs.ts";
import { StoreTime } from "./revocation/store-time.ts";
import { createBindings, type Bindings } from "./sessions/bindings.ts";
import { createSessionResumer, type SessionResumer } from "./sessions/resume.ts";
import { createSessionCache } from "./sessions/session-cache.ts";
import { createSessions, type Sessions } from "./sessions/sessions.ts";
import { announceAccounts } from "./users/announced-accounts.ts";
import { createAccounts, type Accounts } from "./users/accounts.ts";
import type { AccountsConfig } from "./users/options.ts";
import { createHashingQueue } from "./passwords/hashing-queue.ts";
import { createThrottle } from "./throttling/throttle.ts";
import { createTouches } from "./sessions/touches.ts";
import { createTokenCapability, type TokenCapability } from "./token-strategy.ts";

/** How long a store call may take at most. */
const longestStoreCallMs = 1_000;

/** Everything that can be done without knowing what a request is. */
export interface Engine {
  readonly config: EngineConfig;
  readonly events: EventHub;
  readonly store: GuardedStore;
  readonly sessions: Sessions;
  readonly resumer: SessionResumer;
  /** How logins of other libraries become sessions. */
  readonly adoptions: Adoptions;
  /** Null with the strategy `session`. */
  readonly tokens: TokenCapability | null;
  readonly bindings: Bindings;
  /** The store's time, by which everything is told that processes compare. */
  readonly time: Clock;
  readonly directory: SessionDirectory;
  /** The keys that all processes share. */
  readonly keys: SharedKeys;
  /** Null when the application checks its users itself. */
  readonly accounts: Accounts | null;
  /** Services that follow the revocation log through this process. */
  readonly serviceSyncs: ServiceSyncs;
  gauges(): Gauges;
  /** Resolves when the store answers. @throws AuthError `store_unavailable` */
  ready(): Promise<void>;
  /** Writes what is pending and lets go of the store. */
  close(): Promise<void>;
}

/**
 * Wires the capabilities: reading this shows the whole engine. `defaultIssuer` is what the deployment is called, where the
 * options do not say who issues its access tokens.
 */
export function createEngine(options: EngineOptions, defaultIssuer = "symbolon"): Engine {
  const config = resolveEngineOptions(options, defaultIssuer);
  const { clock, random, session, revocation } = config;
  const events = createEventHub();
  const time = new StoreTime(clock);
  const store = guardStore(config.store, {
    clock,
    deadlineMs: Math.min(longestStoreCallMs, revocation.leaseMs / 2),
    onFirstCall: () => log.start(),
    onOpen: () => housekeeping.start(),
    onFailure: limitRate(clock, (method, error) => events.emit("store.failed", { method, error })),
  });
  const log = new RevocationLog({
    store: store.revocation,
    partitions: store.traits.partitions,
    config: revocation,
    clock,
    time,
    random,
    events,
  });
  const keys = new SharedKeys({
    store: store.keys,
    log,
    secrets: config.secrets,
    accessTokens: config.accessTokens,
    longestLifeMs: {
      mac: session.absoluteMs,
      // Where this process has none, others may: a deployment that changes its strategy has both kinds for a while.
      signing: config.accessTokens?.longestLifeMs ?? longestAccessTokenMs,
    },
    time,
    random,
    events,
  });
  const touches = createTouches({
    store: store.sessions,
    config: session,
    clock: time,
    onFailure: () =>
      events.warnOnce(
        "touch_failed",
        "The store refused to note which sessions were seen; they may idle out early.",
      ),
  });
  const cache = createSessionCache(revocation.cacheSize);
  log.onReset(() => cache.clear());
  const refreshKeys = config.strategy === "hybrid" ? new RefreshKeys(keys, time) : null;
  const areUnrecorded = config.strategy === "jwt";
  const sessions = createSessions({
    store,
    config: session,
    log,
    keys,
    refreshKeys,
    areUnrecorded,
    time,
    random,
    events,
  });
  const resumer = createSessionResumer({
    store: store.sessions,
    config: session,
    revocation,
    log,
    cache,
    tagKeys: () => keys.macs("session tag"),
    clock,
    time,
    touches,
  });
  const tokens = createTokenCapability({
    config,
    store,
    log,
    keys,
    refreshKeys,
    sessions,
    touches,
    clock,
    time,
    random,
    events,
  });
  const bindings = createBindings({
    store: store.sessions,
    log,
    config: session,
    leaseMs: revocation.leaseMs,
    time,
    isKeyRevoked: (keyId) => keys.isRevoked(keyId),
    onProblem: (message, cause) => events.emit("error", { error: new Error(message, { cause }) }),
  });
  const accounts =
    config.accounts === null
      ? null
      : wireAccounts(config.random, config.accounts, { store, sessions, events, time });
  const serviceSyncs = new ServiceSyncs({
    store: store.revocation,
    log,
    config: revocation,
    clock,
    time,
  });
  const housekeeping = createHousekeeping({ store, accounts, keys, clock: time, events });

  return {
    config,
    events,
    store,
    sessions,
    resumer,
    adoptions: createAdoptions({ store, config: session, log, keys, time, random, events }),
    tokens,
    bindings,
    time,
    accounts,
    keys,
    serviceSyncs,
    directory: createSessionDirectory({
      store: store.sessions,
      sessions,
      config: session,
      log,
      areUnrecorded,
      time,
    }),
    gauges: () => readGauges(log, cache),
    async ready() {
      await store.sessions.find("");
      await keys.makeCurrent();
    },
    async close() {
      const swept = housekeeping.stop();
      serviceSyncs.close();
      try {
        await swept;
        await touches.flush();
        await log.stop();
      } finally {
        await store.close();
      }
    },
  };
}

/** An outage fails every request: one report a second says enough. */
function limitRate<Input extends unknown[]>(
  clock: Clock,
  report: (...input: Input) => void,
): (...input: Input) => void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (...input) => {
    if (clock.monotonic() - reportedAt < 1_000) return;
    reportedAt = clock.monotonic();
    report(...input);
  };
}

function wireAccounts(
  random: RandomSource,
  { password, throttling, claims }: AccountsConfig,
  { store, sessions, events, time: clock }: Pick<Engine, "store" | "sessions" | "events" | "time">,
): Accounts {
  const { users, credentials, attempts } = store;
  if (users === undefined || credentials === undefined || attempts === undefined) {
    throw new TypeError("accounts need a store with the slices users, credentials and attempts");
  }
  const accounts = createAccounts({
    users,
    credentials,
    throttle: createThrottle({ store: attempts, clock, limits: throttling }),
    hashing: createHashingQueue({ hasher: password.hasher, clock, ...password.hashing }),
    clock,
    random,
    rules: password,
    claims,
    endSessions: (userId) => sessions.revokeAllOf(userId, "password_changed"),
    onProblem: (message, cause) => events.emit("error", { error: new Error(message, { cause }) }),
  });
  return announceAccounts(accounts, events);
}
