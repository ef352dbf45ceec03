import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type {
  ColumnAbout,
  CommandName,
  Commands,
  ProcessSettings,
  Said,
} from "./process/messages.ts";

const patienceToStartMs = 30_000;
const patienceToCloseMs = 3_000;

/** What a column's process is started with. */
export interface ProcessStart {
  readonly settings: ProcessSettings;
  /** The module that the process runs. */
  readonly program: URL;
  readonly logger: Logger;
  readonly onAnswered: (said: Extract<Said, { readonly said: "answered" }>) => void;
}

interface Wait {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process of a column, as the lab sees it. It ends with the lab, however that ends. */
export class ColumnProcess {
  readonly port: number;
  readonly about: ColumnAbout;
  readonly #child: ChildProcess;
  readonly #waiting: Map<number, Wait>;
  #lastId = 0;

  private constructor(
    child: ChildProcess,
    waiting: Map<number, Wait>,
    ready: Extract<Said, { readonly said: "ready" }>,
  ) {
    this.#child = child;
    this.#waiting = waiting;
    this.port = ready.port;
    this.about = ready.about;
  }

  /**
   * Resolves when the process listens.
   * @throws Error that says why it does not
   */
  static async start({
    settings,
    program,
    logger,
    onAnswered,
  }: ProcessStart): Promise<ColumnProcess> {
    const child = fork(fileURLToPath(program), [JSON.stringify(settings)], {
      execArgv: program.pathname.endsWith(".ts") ? ["--conditions=symbolon:source"] : [],
      // A weak column is handed none of the server's secrets.
      env: environmentOf(process.env),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      logger.debug({ column: settings.column, text }, "a column of the lab wrote");
    });
    const waiting = new Map<number, Wait>();
    const started = new Promise<Extract<Said, { readonly said: "ready" }>>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`The column "${settings.column}" did not start in time.`)),
        patienceToStartMs,
      );
      child.on("error", reject);
      child.on("message", (said: Said) => {
        if (said.said === "ready") resolve(said);
        else if (said.said === "could not start") reject(new Error(said.why));
        else if (said.said === "answered") onAnswered(said);
        else settle(waiting, said);
      });
      child.once("exit", (code, signal) => {
        const error = new Error(
          `A process of the column "${settings.column}" ended (${String(signal ?? code)}).`,
        );
        reject(error);
        for (const { reject } of waiting.values()) reject(error);
        waiting.clear();
      });
      child.once("message", () => clearTimeout(late)).once("exit", () => clearTimeout(late));
    });
    try {
      return new ColumnProcess(child, waiting, await started);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @throws Error when the command fails, or the process ends before it has answered */
  ask<Name extends CommandName>(
    name: Name,
    asks: Commands[Name]["asks"],
  ): Promise<Commands[Name]["answers"]> {
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      if (!this.running) return reject(new Error("The process has ended."));
      this.#waiting.set(id, {
        resolve: (answer) => resolve(answer as Commands[Name]["answers"]),
        reject,
      });
      this.#child.send({ id, do: name, ...asks }, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  /** Resolves when the process has ended; by force, if it would not. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const ended = once(this.#child, "exit");
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), patienceToCloseMs);
    // It may end before its answer has been read.
    this.ask("close", {}).catch(() => {});
    await ended;
    clearTimeout(kill);
  }
}

function settle(
  waiting: Map<number, Wait>,
  said: Extract<Said, { readonly said: "done" | "failed" }>,
): void {
  const wait = waiting.get(said.id);
  waiting.delete(said.id);
  if (said.said === "done") wait?.resolve(said.answer);
  else wait?.reject(new Error(said.why));
}

/** What a process needs on any machine, and nothing that an operator has set for Symbolon or for anybody else. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ["PATH", "SystemRoot", "TEMP", "TMP", "TMPDIR", "LANG", "TZ"];
  return {
    NODE_ENV: "development",
    ...Object.fromEntries(
      names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
    ),
  };
}
