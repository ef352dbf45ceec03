import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CustomerSettings, Order, Report } from "./orders.ts";

const program = fileURLToPath(new URL("customer.ts", import.meta.url));
const leaveMs = 5_000;

/** A customer in a process of its own, that can be stopped, continued and killed. */
export class CustomerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** What it printed, which should be nothing. */
  output = "";

  constructor(settings: CustomerSettings, onReport: (report: Report) => void) {
    this.#child = fork(program, [JSON.stringify(settings)], {
      execArgv: ["--conditions=symbolon:source"],
      // Not this process's: settings of the machine must not decide what is tested.
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.#ended = once(this.#child, "close");
    // A stopped process does not notice that nobody is there any more.
    const kill = () => void this.#child.kill("SIGKILL");
    process.once("exit", kill);
    void this.#ended.finally(() => process.off("exit", kill));
    // An order to a process that has just died has no answer.
    this.#child.on("error", (error) => (this.output += String(error)));
    this.#child.on("message", (report: Report) => onReport(report));
  }

  /** Resolves when the process has ended, however. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  send(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  go(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Asks it to leave, and ends it when it does not. Answers whether it left by itself. */
  async leave(): Promise<boolean> {
    this.send({ order: "leave" });
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), leaveMs);
    await this.#ended;
    clearTimeout(timer);
    return this.#child.exitCode === 0;
  }
}
