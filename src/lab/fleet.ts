import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { ColumnId, Done, Person, StoredTable } from "./column.ts";
import { ColumnProcess } from "./column-process.ts";
import type { ColumnAbout, ProcessSettings, Said } from "./process/messages.ts";
import type { ColumnState, ProcessState } from "./wire.ts";

/** What all processes of a column have in common. */
export interface FleetParts {
  readonly column: ColumnId;
  readonly origin: string;
  readonly labOrigin: string;
  /** The lab's own; the column makes one of its own below. */
  readonly folder: string;
  readonly ticket: string;
  readonly program: URL;
  readonly logger: Logger;
  readonly onAnswered: (said: Extract<Said, { readonly said: "answered" }>) => void;
}

type Strategy = ProcessSettings["strategy"];

/** The processes of one column: one, or two; what is said to the column is said to each. */
export class Fleet {
  readonly #options: FleetParts;
  readonly #processes = new Map<number, ColumnProcess>();
  /** Starting and ending are done one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #turnsTaken = 0;
  #generation = 0;
  #secret = "";
  #strategy: Strategy = "session";
  #clockOffsetMs = 0;
  #storeRunning = true;

  constructor(options: FleetParts) {
    this.#options = options;
  }

  get strategy(): Strategy | null {
    return this.#options.column === "symbolon" ? this.#strategy : null;
  }

  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  get store(): ColumnState["store"] {
    return this.#storeRunning ? "running" : "stopped";
  }

  get processes(): readonly ProcessState[] {
    return [...this.#processes].map(([number, { pid, running }]) => ({ number, pid, running }));
  }

  get about(): ColumnAbout {
    const [any] = this.#processes.values();
    if (any === undefined) throw new Error(`The column "${this.#options.column}" does not run.`);
    return any.about;
  }

  /** The process whose turn it is, or the one with this number. Null when there is none that runs. */
  pick(number?: number): { readonly number: number; readonly port: number } | null {
    const running = [...this.#processes].filter(
      ([each, { running }]) => running && (number === undefined || each === number),
    );
    const found = running[this.#turnsTaken++ % running.length];
    return found === undefined ? null : { number: found[0], port: found[1].port };
  }

  /** A column as on its first day: no rows, another secret, one process, the real time. */
  reset(strategy: Strategy = this.#strategy): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stopAll();
      await rm(this.#folder, { recursive: true, force: true });
      this.#generation += 1;
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      this.#secret = randomBytes(32).toString("base64url");
      this.#strategy = strategy;
      this.#clockOffsetMs = 0;
      this.#storeRunning = true;
      await this.#startOne(1);
    });
  }

  /** Ends each process and starts another in its place, with the same database. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      const numbers = [...this.#processes.keys()];
      await this.#stopAll();
      for (const number of numbers.length === 0 ? [1] : numbers) await this.#startOne(number);
    });
  }

  secondProcess(running: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const second = this.#processes.get(2);
      if (running && second?.running !== true) return this.#startOne(2);
      if (running || second === undefined) return;
      await second.stop();
      this.#processes.delete(2);
    });
  }

  async moveClock(byMs: number): Promise<void> {
    this.#clockOffsetMs += byMs;
    await this.#askAll("move-clock", { offsetMs: this.#clockOffsetMs });
  }

  async storeIs(running: boolean): Promise<void> {
    this.#storeRunning = running;
    await this.#askAll("store", { running });
  }

  revoke(personId: string): Promise<Done> {
    return this.#first().ask("revoke", { personId });
  }

  changeRole(personId: string, role: Person["role"]): Promise<Done> {
    return this.#first().ask("change-role", { personId, role });
  }

  tables(): Promise<readonly StoredTable[]> {
    return this.#first().ask("tables", {});
  }

  checkCost(headers: Readonly<Record<string, string>>): Promise<number> {
    return this.#first().ask("check-cost", { headers });
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#stopAll());
  }

  get #folder(): string {
    return join(this.#options.folder, this.#options.column);
  }

  async #startOne(number: number): Promise<void> {
    const { column, origin, labOrigin, ticket, program, logger, onAnswered } = this.#options;
    const started = await ColumnProcess.start({
      settings: {
        column,
        origin,
        labOrigin,
        databaseFile: join(this.#folder, `column-${this.#generation}.db`),
        secret: this.#secret,
        strategy: this.#strategy,
        clockOffsetMs: this.#clockOffsetMs,
        ticket,
      },
      program,
      logger,
      onAnswered,
    });
    this.#processes.set(number, started);
    // An application that could not reach its store would not start at all: it loses it right afterwards.
    if (!this.#storeRunning) await started.ask("store", { running: false });
  }

  async #stopAll(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((each) => each.stop()));
    this.#processes.clear();
  }

  async #askAll<Name extends "move-clock" | "store">(
    name: Name,
    asks: Parameters<typeof ColumnProcess.prototype.ask<Name>>[1],
  ): Promise<void> {
    const running = [...this.#processes.values()].filter((each) => each.running);
    await Promise.all(running.map((each) => each.ask(name, asks)));
  }

  #first(): ColumnProcess {
    const found = [...this.#processes.values()].find((each) => each.running);
    if (found !== undefined) return found;
    throw new Error(`No process of the column "${this.#options.column}" runs; restart it.`);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}
