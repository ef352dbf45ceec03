import { randomBytes } from "node:crypto";
import type { ColumnId } from "./column.ts";
import type { Browser } from "./column-stage.ts";
import { BrowserNeeded, type Attack, type Stage } from "./stage.ts";
import type { AttackResult, BrowserStep, RunState, StepReport } from "./wire.ts";

/** How long the lab waits for the browser, and the browser for the lab. */
const patienceMs = 60_000;

/** What is done to a column, step by step; it says itself what came of it. */
export type Work = (stage: Stage) => Promise<AttackResult>;

/** A run that cannot go on: it has ended, nobody went on with it, or another took its place. */
export class RunEnded extends Error {
  override readonly name = "RunEnded";
}

/** An attack as the work of a run. Where the browser would not do its part, nothing is claimed. */
export function workOf(attack: Attack): Work {
  return async (stage) => {
    const about = { attack: attack.info.id, column: stage.column };
    try {
      return { ...(await attack.run(stage)), ...about, at: Date.now() };
    } catch (error) {
      if (!(error instanceof BrowserNeeded)) throw error;
      return {
        ...about,
        outcome: "not_run",
        summary: error.message,
        attackerSaw: [],
        serverSaw: [],
        evidence: [],
        why: "The browser did not do its part, so nothing is claimed.",
        fix: null,
        at: Date.now(),
      };
    }
  };
}

/** Runs under way: each stops where it needs the browser, and goes on with its report. One to a column. */
export class Runs {
  readonly #runs = new Map<string, Run>();
  readonly #patienceMs: number;

  constructor(options: { readonly patienceMs?: number } = {}) {
    this.#patienceMs = options.patienceMs ?? patienceMs;
  }

  /**
   * Begins a run, in place of one that is under way in the same column.
   * @throws what the work throws, and RunEnded
   */
  async start(
    column: ColumnId,
    makeStage: (browser: Browser, signal: AbortSignal) => Stage,
    work: Work,
  ): Promise<RunState> {
    for (const run of this.#runs.values()) {
      if (run.column === column) run.end("Another run was begun in this column.");
    }
    const run = new Run(column, this.#patienceMs);
    this.#runs.set(run.id, run);
    run.work(work(makeStage(run, run.signal)));
    return this.#next(run);
  }

  /**
   * Tells a run what the browser did.
   * @throws RunEnded when it does not wait for that
   */
  async report(id: string, report: StepReport): Promise<RunState> {
    const run = this.#runs.get(id);
    if (run === undefined) throw new RunEnded("This run has ended. Begin it again.");
    try {
      run.report(report);
    } catch (error) {
      if (run.signal.aborted) this.#runs.delete(id);
      throw error;
    }
    return this.#next(run);
  }

  close(): void {
    for (const run of this.#runs.values()) run.end("The lab was closed.");
    this.#runs.clear();
  }

  async #next(run: Run): Promise<RunState> {
    try {
      const state = await run.next();
      if (state.kind === "ended") this.#runs.delete(run.id);
      return state;
    } catch (error) {
      this.#runs.delete(run.id);
      throw error;
    }
  }
}

class Run implements Browser {
  readonly id = randomBytes(12).toString("base64url");
  readonly column: ColumnId;
  readonly #patienceMs: number;
  readonly #ended = new AbortController();
  #next = awaitedOrNot();
  #report: ((report: StepReport) => void) | null = null;
  #clock: NodeJS.Timeout | null = null;

  constructor(column: ColumnId, patienceMs: number) {
    this.column = column;
    this.#patienceMs = patienceMs;
    this.#ended.signal.addEventListener("abort", () => this.#fail(this.#ended.signal.reason));
    this.#expect("The run took too long, and was ended.");
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** What the page is to be told next. */
  next(): Promise<RunState> {
    return this.#next.promise;
  }

  work(result: Promise<AttackResult>): void {
    result.then(
      (result) => {
        this.#stopClock();
        this.#next.resolve({ kind: "ended", result });
      },
      (error: unknown) => this.#fail(error),
    );
  }

  command(column: ColumnId, command: Parameters<Browser["command"]>[1]): Promise<StepReport> {
    return this.#step({ do: "command", column, command });
  }

  visit(url: string, closesAfterMs: number): Promise<StepReport> {
    return this.#step({ do: "visit", url, closesAfterMs });
  }

  report(report: StepReport): void {
    // Its work has been told that it is over, and would hear nothing of this.
    this.signal.throwIfAborted();
    const go = this.#report;
    if (go === null) throw new RunEnded("This run does not wait for the browser.");
    this.#report = null;
    this.#next = awaitedOrNot();
    this.#expect("The run took too long, and was ended.");
    go(report);
  }

  end(why: string): void {
    this.#ended.abort(new RunEnded(why));
  }

  #step(step: BrowserStep): Promise<StepReport> {
    return new Promise((resolve, reject) => {
      this.signal.throwIfAborted();
      this.signal.addEventListener("abort", () => reject(this.signal.reason as Error));
      this.#report = resolve;
      this.#expect("The page did not go on with this run, so it was ended.");
      this.#next.resolve({ kind: "needs_browser", run: this.id, step });
    });
  }

  #expect(otherwise: string): void {
    this.#stopClock();
    this.#clock = setTimeout(() => this.end(otherwise), this.#patienceMs);
    this.#clock.unref();
  }

  #stopClock(): void {
    if (this.#clock !== null) clearTimeout(this.#clock);
  }

  #fail(error: unknown): void {
    this.#stopClock();
    this.#next.reject(error);
  }
}

/** Who reported last has had their answer: nobody may be waiting for this one when it fails. */
function awaitedOrNot(): PromiseWithResolvers<RunState> {
  const next = Promise.withResolvers<RunState>();
  next.promise.catch(() => {});
  return next;
}
