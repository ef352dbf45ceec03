import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What a process of the bench can be asked: functions whose inputs and answers survive JSON. */
type Calls = Readonly<Record<string, (input: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly call: string;
  readonly input: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Answers what the parent asks, in the order in which each is done. */
export function answerCalls(calls: Calls): void {
  const answer = async ({ id, call, input }: Question): Promise<Answer> => {
    try {
      return { id, value: await calls[call]?.(input as never) };
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on("message", (question: Question) => {
    void answer(question).then((said) => process.send?.(said));
  });
}

/** A process of its own, asked over IPC. */
export class Child<Known extends Calls> {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  /** @param entry a module beside this one, which calls `answerCalls` */
  constructor(entry: string) {
    this.#process = fork(fileURLToPath(new URL(entry, import.meta.url)), [], {
      execArgv: ["--conditions=symbolon:source"],
    });
    this.#process.on("message", (answer: Answer) => this.#hear(answer));
    this.#process.on("exit", (code) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`${entry} ended with ${String(code)}`));
      }
      this.#waiting.clear();
    });
  }

  ask<Name extends keyof Known & string>(
    call: Name,
    input: Parameters<Known[Name]>[0],
  ): Promise<Awaited<ReturnType<Known[Name]>>> {
    const id = (this.#lastId += 1);
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#process.send({ id, call, input } satisfies Question);
    return waiting.promise as Promise<Awaited<ReturnType<Known[Name]>>>;
  }

  /** Ends it, gently for a second. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.disconnect();
    const kill = setTimeout(() => this.#process.kill("SIGKILL"), 1_000);
    await ended;
    clearTimeout(kill);
  }

  #hear({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  }
}
