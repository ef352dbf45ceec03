import type { SessionRecord } from "../../../src/core/sessions/session-store.ts";
import type { SecretHash } from "../../../src/core/sessions/session-token.ts";

export const epoch: number = Date.UTC(2026, 0, 1);
export const leaseMs = 2_000;
export const hour = 3_600_000;

/** The sessions that are there from the beginning; the last one is another user's, and nobody ends it. */
export type Settled = "victim" | "other" | "innocent";
/** Those, and the one that a sign-in opens. */
export type Watched = Settled | "new";

/** Something that is done once, by the process of this number (from 1), through the engine's own calls. */
export type Act =
  | {
      readonly does: "revoke";
      readonly by: number;
      /** The victim unless it says another. */
      readonly session?: Settled;
      readonly propagated?: boolean;
    }
  | { readonly does: "revokeAll"; readonly by: number; readonly except?: Settled }
  | { readonly does: "updateAll"; readonly by: number }
  /** In two steps: the request arrives, and later, when the password has been checked, the session is started. */
  | { readonly does: "signIn"; readonly by: number };

/** What may happen to each process, and how often. */
export interface ProcessBounds {
  /** Checks of a watched session. */
  readonly checks: number;
  readonly polls: number;
  /** Hints that something was logged, once there is something; two for one entry is one that is repeated. */
  readonly hints: number;
  /** The wall clock is set back or forward by an hour. */
  readonly jumps: number;
  /** Connections that are bound to the session of the first watch. */
  readonly bindings: number;
}

/** What may happen in a world, and how often. Nothing else happens. */
export interface WorldBounds {
  readonly processes: number;
  readonly acts: readonly Act[];
  readonly watch: readonly Watched[];
  readonly each: ProcessBounds;
  /** The numbers of processes to which nothing of that happens: they only do their acts. */
  readonly idle: readonly number[];
  /** Time passes in steps of these lengths (milliseconds), so many of them in all. */
  readonly steps: readonly number[];
  readonly moves: number;
  /** Instead of passing for all, time may pass while one machine sleeps: its monotonic clock stands still. */
  readonly sleeps: number;
  /** … or while one is frozen, as a paused virtual machine is: both its clocks stand still. */
  readonly freezes: number;
  /** Calls that fail, before they are served or after. */
  readonly failures: number;
  /** How often the store may go back to before all acts, as a failover to a replica that lags does. */
  readonly losses: number;
  /** Whether such a loss may come before anybody has *read* what it loses, if the process that did it is there. */
  readonly losesUnread: boolean;
  /** How often the store may be purged. */
  readonly purges: number;
  /**
   * Whether an act may be on its way to the store for a while. Until it is served it has happened to nobody, so it makes no
   * difference but to sign-ins, which may begin in the meantime.
   */
  readonly slowActs: boolean;
  /** Whether every process has synced before it begins; and if so, whether it has seen the watched sessions. */
  readonly warm: boolean | "synced";
  /** For how long past the lease the application goes on in an outage. */
  readonly staleForMs: number;
}

export const nothing: ProcessBounds = { checks: 0, polls: 0, hints: 0, jumps: 0, bindings: 0 };

/** As little as can happen; a world says what it adds. */
export function bounds(
  added: Partial<Omit<WorldBounds, "each">> & { readonly each?: Partial<ProcessBounds> },
): WorldBounds {
  return {
    processes: 1,
    acts: [{ does: "revoke", by: 1 }],
    watch: ["victim"],
    idle: [],
    steps: [1_500],
    moves: 2,
    sleeps: 0,
    freezes: 0,
    failures: 0,
    losses: 0,
    losesUnread: false,
    purges: 0,
    slowActs: false,
    warm: true,
    staleForMs: 0,
    ...added,
    each: { ...nothing, checks: 1, polls: 1, ...added.each },
  };
}

const victim: SessionRecord = {
  id: "AAAAAAAAAAAAAAAAAAAAAA",
  secretHash: new Uint8Array(1) as SecretHash,
  userId: "u",
  tenantId: null,
  mark: 0,
  createdAt: epoch,
  lastSeenAt: epoch,
  purgeAt: Date.UTC(2027, 0, 1),
  methods: [],
  assuranceLevel: "aal1",
  persistent: false,
  userAgent: null,
  claims: {},
  lineage: null,
};

export const settledSessions: Readonly<Record<Settled, SessionRecord>> = {
  victim,
  other: { ...victim, id: "BBBBBBBBBBBBBBBBBBBBBA" },
  innocent: { ...victim, id: "CCCCCCCCCCCCCCCCCCCCCA", userId: "v" },
};
