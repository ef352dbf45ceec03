import { openSync, readFileSync, writeSync } from "node:fs";

/** Whom a revocation ends. */
export type Target =
  | { readonly session: string }
  | { readonly user: string; readonly except?: string }
  | { readonly tenant: string };

/** How a check of a session came out. */
export type Outcome = "accepted" | "refused" | "unavailable";

/** What a process writes down. Times are of the machine's clock: `start` before the call, `end` after its answer. */
export type Line =
  | {
      readonly is: "check";
      readonly start: number;
      readonly end: number;
      readonly session: string;
      readonly outcome: Outcome;
      /** Why it was not accepted. */
      readonly code?: string;
    }
  | {
      readonly is: "signed-in";
      readonly start: number;
      readonly end: number;
      readonly session: string;
      readonly user: string;
      readonly tenant: string;
    }
  | {
      readonly is: "not-signed-in";
      readonly start: number;
      readonly end: number;
      readonly user: string;
      readonly tenant: string;
      readonly code: string;
    }
  /** Written before the call, so that one whose process was killed is known too. */
  | {
      readonly is: "revoking";
      readonly start: number;
      readonly revocation: number;
      readonly target: Target;
      readonly propagated: boolean;
    }
  | {
      readonly is: "revoked";
      readonly end: number;
      readonly revocation: number;
      /** `absent`: it had ended before. */
      readonly answer: "revoked" | "absent";
      readonly propagation?: string;
    }
  /** Nobody knows whether it was done, or when it will be: what was sent may still be under way. */
  | {
      readonly is: "not-revoked";
      readonly end: number;
      readonly revocation: number;
      readonly code: string;
    }
  /** The process did nothing for so long: it was stopped, or the machine had no time for it. */
  | { readonly is: "stood-still"; readonly start: number; readonly end: number }
  | { readonly is: "event"; readonly end: number; readonly name: string; readonly about: string };

/** What was done to a process, or with `process: null` to the store. */
export interface Fault {
  readonly process: string | null;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** What one process (not the one that was started in its place) has written down. */
export interface ProcessHistory {
  /** As in `customer-3`; stays when the process is started again. */
  readonly process: string;
  readonly run: number;
  readonly lines: readonly Line[];
}

/** Everything that is known about a run. */
export interface History {
  readonly processes: readonly ProcessHistory[];
  readonly faults: readonly Fault[];
}

/**
 * Appends lines to a file, each at once: a process that is killed has lost none that it wrote, because the kernel has it.
 */
export class HistoryWriter {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** Reads what a `HistoryWriter` wrote. A last line that was cut off by the end of its process is left out. */
export function readLines(path: string): readonly Line[] {
  const texts = readFileSync(path, "utf8").split("\n");
  return texts.slice(0, -1).map((text) => JSON.parse(text) as Line);
}
