import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A Node process that runs one of the scripts beside this file. */
export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor(script: string, ...args: string[]) {
    const file = fileURLToPath(new URL(script, import.meta.url));
    this.#process = spawn(process.execPath, ["--conditions=symbolon:source", file, ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#ended = once(this.#process, "close");
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  say(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** The next line that it prints, or null at its end. */
  async hear(): Promise<string | null> {
    const { done, value } = await this.#lines.next();
    return done === true ? null : value;
  }

  /** Ends it without warning, as the kernel does when memory runs out. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
}
