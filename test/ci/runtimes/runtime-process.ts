import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";

const patienceMs = 20_000;

/** What serves the application and the service, each on a loopback port of its own. */
export class RuntimeProcess {
  readonly application: string;
  readonly service: string;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  private constructor(
    child: ChildProcessByStdio<null, Readable, Readable>,
    ports: ReadonlyMap<string, number>,
  ) {
    this.#child = child;
    this.application = `http://localhost:${ports.get("application")}`;
    this.service = `http://localhost:${ports.get("service")}`;
  }

  /** Starts a program that prints a line of JSON with `socket` and `port` for each of the two, and waits for both. */
  static async start(
    program: string,
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
  ): Promise<RuntimeProcess> {
    const child = spawn(program, args, {
      cwd,
      // What they would keep of today's run belongs to nobody.
      env: { PATH: process.env["PATH"], HOME: cwd, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const ports = portsIn(output);
      if (ports.size === 2) return new RuntimeProcess(child, ports);
      if (child.exitCode !== null || performance.now() > deadline) {
        child.kill("SIGKILL");
        throw new Error(`${program} did not listen: ${output}`);
      }
      await pause(20);
    }
  }

  async end(): Promise<void> {
    const ended = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

function portsIn(output: string): ReadonlyMap<string, number> {
  const lines = output.matchAll(/"socket":"(\w+)","port":(\d+)/g);
  return new Map([...lines].map(([, socket = "", port]) => [socket, Number(port)]));
}
