import type { SessionRecord } from "../../../src/core/sessions/session-store.ts";
import type { SecretHash } from "../../../src/core/sessions/session-token.ts";

export const leaseMs = 2_000;
export const hour = 3_600_000;

/** What may happen in a world, and how often. */
export interface WorldBounds {
  readonly processes: number;
  /** Checks of the credential, over all processes. */
  readonly checks: number;
  readonly syncs: number;
  /** Lost calls. */
  readonly failures: number;
  /** Time passes in steps of these lengths (milliseconds), so many of them in all. */
  readonly steps: readonly number[];
  readonly moves: number;
  /** How often a process's wall clock may be set back or forward by an hour. */
  readonly jumps: number;
  /** How often the store may go back to before the revocation, as a failover to a replica that lags does. */
  readonly losses: number;
  /** Whether every process has seen the sessions before it begins. */
  readonly warm: boolean;
  /** What happens to the session: it is revoked, or its claims change. */
  readonly act: "revoke" | "change";
  /** Whether another session, which nobody revokes, is checked along. */
  readonly innocent: boolean;
}

/** The session that something happens to. */
export const victim: SessionRecord = {
  id: "AAAAAAAAAAAAAAAAAAAAAA",
  secretHash: new Uint8Array(32) as SecretHash,
  userId: "u",
  tenantId: null,
  mark: 0,
  createdAt: Date.UTC(2026, 0, 1),
  lastSeenAt: Date.UTC(2026, 0, 1),
  purgeAt: Date.UTC(2027, 0, 1),
  methods: [{ method: "pwd", authenticatedAt: 0 }],
  assuranceLevel: "aal1",
  persistent: false,
  userAgent: null,
  claims: {},
};
/** Another one, to which nothing happens. */
export const innocent: SessionRecord = { ...victim, id: "BBBBBBBBBBBBBBBBBBBBBA", userId: "v" };

/** As little as can happen: what a world adds to it, it says. */
export const smallWorld: WorldBounds = {
  processes: 1,
  checks: 1,
  syncs: 1,
  failures: 0,
  steps: [1_500],
  moves: 2,
  jumps: 0,
  losses: 0,
  innocent: false,
  warm: true,
  act: "revoke",
};
