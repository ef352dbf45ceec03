import type { Clock } from "../util/clock.ts";
import { createEventHub, type EventHub } from "./events.ts";
import { guardStore, type GuardedStore } from "./guarded-store.ts";
import { createHousekeeping } from "./housekeeping.ts";
import { resolveEngineOptions, type EngineConfig, type EngineOptions } from "./options.ts";
import { createSessionDirectory, type SessionDirectory } from "./sessions/session-directory.ts";
import { createSessions, type Sessions } from "./sessions/sessions.ts";
import { announceAccounts } from "./users/announced-accounts.ts";
import { createAccounts, type Accounts } from "./users/accounts.ts";
import type { AccountsConfig } from "./users/options.ts";
import { createHashingQueue } from "./passwords/hashing-queue.ts";
import { createThrottle } from "./throttling/throttle.ts";
import { createTouches } from "./sessions/touches.ts";

/** Everything that can be done without knowing what a request is. */
export interface Engine {
  readonly config: EngineConfig;
  readonly events: EventHub;
  readonly store: GuardedStore;
  readonly sessions: Sessions;
  readonly directory: SessionDirectory;
  /** Null when the application checks its users itself. */
  readonly accounts: Accounts | null;
  /** Resolves when the store answers. @throws AuthError `store_unavailable` */
  ready(): Promise<void>;
  /** Writes what is pending and lets go of the store. */
  close(): Promise<void>;
}

/** Wires the capabilities: reading this shows the whole engine. */
export function createEngine(options: EngineOptions): Engine {
  const config = resolveEngineOptions(options);
  const { clock, random, keys, session } = config;
  const events = createEventHub();
  const store = guardStore(config.store, {
    open: () => housekeeping.start(),
    failure: limitRate(clock, (method, error) => events.emit("store.failed", { method, error })),
  });
  const touches = createTouches({
    store: store.sessions,
    config: session,
    clock,
    onFailure: () =>
      events.warnOnce(
        "touch_failed",
        "The store refused to note which sessions were seen; they may idle out early.",
      ),
  });
  const sessions = createSessions({
    store,
    config: session,
    tagKey: keys.sessionTag[0],
    clock,
    random,
    events,
    touches,
  });
  const accounts =
    config.accounts === null
      ? null
      : wireAccounts(config, config.accounts, { store, sessions, events });
  const housekeeping = createHousekeeping({ store, accounts, clock, events });

  return {
    config,
    events,
    store,
    sessions,
    accounts,
    directory: createSessionDirectory({ store: store.sessions, sessions, config: session, clock }),
    async ready() {
      await store.sessions.find("");
    },
    async close() {
      housekeeping.stop();
      try {
        await touches.flush();
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
  { clock, random }: EngineConfig,
  { password, throttling, claims }: AccountsConfig,
  { store, sessions, events }: Pick<Engine, "store" | "sessions" | "events">,
): Accounts {
  const { users, credentials, attempts, traits } = store;
  if (users === undefined || credentials === undefined || attempts === undefined) {
    throw new TypeError(
      `accounts need a store with the slices users, credentials and attempts; the ${traits.name} store lacks one`,
    );
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
