import type { ColumnId, Done, Person, StoredTable } from "./column.ts";

/**
 * What the page and the conductor say to each other, on the lab's own origin. All answers are JSON; every change is a
 * POST with a JSON body from the page itself (`Sec-Fetch-Site: same-origin`), else it is refused.
 *
 * | method and path | body | answer |
 * |---|---|---|
 * | GET /api/lab | | `LabState` |
 * | GET /api/columns/:column | | `ColumnState` |
 * | POST /api/columns/:column/:control | `ControlInput` | `ControlAnswer` |
 * | POST /api/attacks/:attack/:column | `{}` | `RunState` |
 * | POST /api/runs/:run | `StepReport` | `RunState` |
 * | GET /api/table | | `ComparisonTable` (`table/comparison-table.ts`) |
 * | POST /api/table/:finding/:column | `{}` | `RunState`, or the finding |
 */
export interface LabState {
  readonly columns: readonly ColumnInfo[];
  /** Who can sign in, in every column: the page types their passwords for them. */
  readonly people: readonly Person[];
  readonly attacks: readonly AttackInfo[];
  readonly attackerOrigin: string;
}

/** What does not change about a column, but for the strategy. */
export interface ColumnInfo {
  readonly id: ColumnId;
  readonly title: string;
  /** What people would say they built, in one sentence. */
  readonly summary: string;
  readonly origin: string;
  /** The sources that run, as they are on disk. */
  readonly code: readonly SourceFile[];
}

export interface SourceFile {
  readonly name: string;
  readonly runsIn: "server" | "browser";
  readonly text: string;
}

export interface ColumnState {
  readonly id: ColumnId;
  /** For the column `symbolon`; null for the others. */
  readonly strategy: "session" | "hybrid" | "jwt" | null;
  readonly processes: readonly ProcessState[];
  readonly store: "running" | "stopped";
  /** How far the clock of the column's processes is ahead. A browser's clock stays where it is. */
  readonly clockOffsetMs: number;
  readonly tables: readonly StoredTable[];
  /** The newest last; at most 50. */
  readonly exchanges: readonly Exchange[];
}

export interface ProcessState {
  /** 1, or 2 for the second process. */
  readonly number: number;
  readonly pid: number;
  readonly running: boolean;
}

/** A request and its response, as their bytes went over the wire. */
export interface Exchange {
  /** Grows by one with each exchange of the lab. */
  readonly id: number;
  /** Milliseconds since the epoch, by the real clock. */
  readonly at: number;
  readonly column: ColumnId;
  /** Who sent it: the person's browser, a page of the attacker in it, the attacker's own machine, or the lab itself. */
  readonly by: "person" | "attacker's page" | "attacker" | "lab";
  /** Which process answered. */
  readonly process: number;
  readonly request: Message;
  readonly response: Message;
  readonly status: number;
  readonly storeReads: number;
  readonly storeWrites: number;
  readonly durationMs: number;
}

export interface Message {
  /** `GET /api/me HTTP/1.1`, or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The first 4,096 bytes, as UTF-8. */
  readonly body: string;
  /** Of the start line and the headers, with their line ends. */
  readonly headBytes: number;
  readonly bodyBytes: number;
}

/** What can be done to a column. Signing in and out and calling the API are done in its frame (`frame-messages.ts`). */
export type Control =
  | "revoke"
  | "change-role"
  | "move-clock"
  | "restart"
  | "second-process"
  | "store"
  | "strategy"
  | "measure-revocation"
  | "measure-check"
  | "reset";

/** By the control's name; what is not named takes an empty object. */
export interface ControlInput {
  readonly "change-role": { readonly role: "reader" | "editor" };
  /** Forward only; `reset` brings it back. */
  readonly "move-clock": { readonly byMs: number };
  readonly "second-process": { readonly running: boolean };
  readonly store: { readonly running: boolean };
  readonly strategy: { readonly strategy: "session" | "hybrid" | "jwt" };
}

export interface ControlAnswer {
  /** What came of it, for the page to say. */
  readonly done: Done;
  readonly state: ColumnState;
  /** With `measure-revocation` and `measure-check`. */
  readonly figure?: Figure;
}

/** Something that was measured. */
export interface Figure {
  readonly value: number | null;
  readonly unit: "µs" | "ms" | "bytes" | "reads" | "writes" | "count";
  /** Where `value` is null, or does not say all: "not within 10 s; the token is good for 59 more minutes". */
  readonly remark: string | null;
  readonly at: number;
}

export interface AttackInfo {
  readonly id: string;
  readonly title: string;
  /** What the attacker has, does and wants: two or three sentences for somebody who hears of it for the first time. */
  readonly story: string;
  /** The columns that it makes sense against; why not, for the others. */
  readonly against: Readonly<Record<ColumnId, true | string>>;
}

/** An attack or a measurement under way: it needs the browser, or it has ended. */
export type RunState =
  | { readonly kind: "needs_browser"; readonly run: string; readonly step: BrowserStep }
  | { readonly kind: "ended"; readonly result: AttackResult };

/** What the page does for a run. */
export type BrowserStep =
  /** A command to the column's frame. */
  | { readonly do: "command"; readonly column: ColumnId; readonly command: FrameCommand }
  /** Opens a window of its own at this address, as a link in a mail would, and closes it when the run goes on. */
  | { readonly do: "visit"; readonly url: string; readonly closesAfterMs: number };

/** What the column's frame did, or that the browser would not do it. */
export type StepReport =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly why: string };

export interface AttackResult {
  readonly attack: string;
  readonly column: ColumnId;
  /**
   * `succeeded`: the attacker has what they wanted. `limited`: part of it, or for a while. `refused`: nothing.
   * `not_run`: the browser would not, and nothing is claimed.
   */
  readonly outcome: "succeeded" | "limited" | "refused" | "not_run";
  /** In one sentence, with the figure that was seen. */
  readonly summary: string;
  /** What happened, step by step, as each side saw it. */
  readonly attackerSaw: readonly string[];
  readonly serverSaw: readonly string[];
  /** The exchanges that prove it. */
  readonly evidence: readonly number[];
  /** Why it ended so. */
  readonly why: string;
  /** What turns it off, where it succeeded; what turned it off, where it was refused. */
  readonly fix: Fix | null;
  readonly at: number;
}

export interface Fix {
  readonly sentence: string;
  /** The line, or few lines, of code. */
  readonly code: string;
}

/** What the page asks of a column's frame, and what attacks do through it. */
export type FrameCommand =
  | { readonly name: "sign-in"; readonly person: string; readonly password: string }
  | { readonly name: "sign-out" }
  /** `GET /api/me` as the application's own script sends it. */
  | { readonly name: "call-api" }
  /** `GET /api/report`, for editors only. */
  | { readonly name: "call-report" }
  /** What the browser holds for this origin. */
  | { readonly name: "holdings" }
  /** Loads the page anew, with the notes that are on the board: what is hidden in one runs. */
  | { readonly name: "reload" };

/** What the browser holds for a column's origin. */
export interface BrowserHoldings {
  /** What any script of the page can read. */
  readonly localStorage: Readonly<Record<string, string>>;
  readonly readableCookies: Readonly<Record<string, string>>;
  /** What only the browser sends: names and values as the server last received them. */
  readonly httpOnlyCookies: Readonly<Record<string, string>>;
}

/** What a frame answers. */
export interface FrameAnswer {
  /** Who is signed in as far as the frame knows. */
  readonly signedInAs: string | null;
  /** Of the request that the command made; null where none was made. */
  readonly status: number | null;
  readonly body: unknown;
  readonly holdings: BrowserHoldings;
}
