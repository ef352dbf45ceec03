import type { Clock } from "../../../src/util/clock.ts";
import { epoch } from "./bounds.ts";

interface Task {
  readonly run: () => void;
  readonly awaited: boolean;
}

/** The clocks of one process. Its timers ring when they are told to: a timer may be late by any time. */
export class ProcessClock implements Clock {
  #wall = epoch;
  #monotonic = 0;
  readonly #tasks: Task[] = [];

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  schedule(_delayMs: number, run: () => void, awaited = false): () => void {
    const task = { run, awaited };
    this.#tasks.push(task);
    return () => this.#remove(task);
  }

  /** Whether a timer is set that somebody waits for, or one of the background. */
  has(awaited: boolean): boolean {
    return this.#tasks.some((task) => task.awaited === awaited);
  }

  /** Lets the oldest of those ring. */
  ring(awaited: boolean): void {
    const task = this.#tasks.find((each) => each.awaited === awaited);
    if (task === undefined) return;
    this.#remove(task);
    task.run();
  }

  /** Time passes, on the clocks that run. */
  pass(ms: number, running: { readonly monotonic: boolean; readonly wall: boolean }): void {
    if (running.monotonic) this.#monotonic += ms;
    if (running.wall) this.#wall += ms;
  }

  /** Somebody sets the wall clock. */
  setBy(ms: number): void {
    this.#wall += ms;
  }

  /** What both say. */
  get reading(): string {
    return `${this.#wall - epoch}/${this.#monotonic}`;
  }

  #remove(task: Task): void {
    const index = this.#tasks.indexOf(task);
    if (index !== -1) this.#tasks.splice(index, 1);
  }
}
