import type { ColumnId, Done, Person, StoredTable } from "./column.ts";
import type {
  AttackInfo,
  AttackResult,
  ColumnState,
  Exchange,
  FrameAnswer,
  FrameCommand,
  StepReport,
} from "./wire.ts";

/** What attacks and measurements work on: a column that runs, the person's browser, and the attacker's machine. */
export interface Stage {
  readonly column: ColumnId;
  readonly strategy: "session" | "hybrid" | "jwt" | null;
  /** Where the browser reaches the column, and the attacker's site. */
  readonly columnOrigin: string;
  readonly attackerOrigin: string;
  readonly people: { readonly ada: Person; readonly mallory: Person };

  /**
   * Has the column's frame do something in the person's browser.
   * @throws BrowserNeeded when there is none, as in a terminal
   */
  inBrowser(command: FrameCommand): Promise<FrameAnswer>;
  /** Opens a page in a window of its own, in the person's browser. @throws BrowserNeeded */
  visit(url: string, closesAfterMs: number): Promise<StepReport>;
  /** Sends a request to the column from another machine: no cookies but those in `headers`. */
  send(request: SentRequest): Promise<Answer>;
  /** What the attacker's site has received since the run began. */
  loot(): readonly Loot[];
  /** What went over the column's wire since the run began. */
  exchanges(): readonly Exchange[];

  revoke(): Promise<Done>;
  changeRole(role: Person["role"]): Promise<Done>;
  moveClock(byMs: number): Promise<void>;
  restart(): Promise<void>;
  secondProcess(running: boolean): Promise<void>;
  storeRunning(running: boolean): Promise<void>;
  tables(): Promise<readonly StoredTable[]>;
  state(): Promise<ColumnState>;
  /** CPU microseconds of one guarded check in the column's process, in the median of rounds. */
  checkCost(headers: Readonly<Record<string, string>>): Promise<number>;
}

export interface SentRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly by?: "attacker" | "lab";
  /** 1 or 2; without it the processes take turns. */
  readonly process?: number;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names; several `Set-Cookie` are several pairs. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly exchange: number;
}

/** A request that reached the attacker's site: its address, what it carried, and its body. */
export interface Loot {
  readonly path: string;
  readonly referer: string | null;
  readonly body: string;
  readonly at: number;
}

/** One attack: what is said of it, and how it is done. What it claims is taken from what it saw. */
export interface Attack {
  readonly info: AttackInfo;
  run(stage: Stage): Promise<Omit<AttackResult, "attack" | "column" | "at">>;
}

/** Thrown by what needs a browser where there is none. */
export class BrowserNeeded extends Error {
  override readonly name = "BrowserNeeded";
}
