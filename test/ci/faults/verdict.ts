import type { Line, ProcessHistory } from "./history.ts";

/** What was promised to the processes whose history is checked. Milliseconds. */
export interface Promised {
  /** How long after a revocation was acknowledged its sessions may still be accepted. */
  readonly leaseMs: number;
  /** How long after a fault has ended its process must serve everybody again. */
  readonly settledMs: number;
  /** Whether a process that fails may hold up the others for as long as it does. */
  readonly sharedFate: boolean;
}

/** Something that a guarantee says cannot happen. */
export interface Violation {
  readonly rule:
    | "accepted after the bound"
    | "accepted after the process that revoked was answered"
    | "accepted after a propagated revocation"
    | "accepted again after it was refused"
    | "refused although nobody ended it"
    | "unavailable without a fault"
    | "sign-in refused without a revocation";
  readonly process: string;
  readonly session: string;
  readonly at: number;
  readonly story: string;
}

/** What the checker found, and what it looked at. */
export interface Verdict {
  readonly violations: readonly Violation[];
  /** From an acknowledgement to the start of the last check that accepted all the same: milliseconds. */
  readonly longestGapMs: number;
  /** From the end of a fault to the end of the last check that was unavailable: milliseconds. */
  readonly longestRecoveryMs: number;
  /** How many checks happened when their process should have been available. */
  readonly calmChecks: number;
}

/** A line of one kind. */
export type Of<Kind extends Line["is"]> = Extract<Line, { is: Kind }>;

/** The lines of one kind. */
export function linesOf<Kind extends Line["is"]>(
  { lines }: ProcessHistory,
  kind: Kind,
): Of<Kind>[] {
  return lines.filter((line): line is Of<Kind> => line.is === kind);
}

/** How a violation names its process. */
export function nameOf({ process, run }: ProcessHistory): string {
  return `${process}, run ${run}`;
}

/** Microseconds as milliseconds, for a person. */
export function inMs(microseconds: number): number {
  return Math.round(microseconds / 100) / 10;
}
