import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";

const repository = new URL("../../", import.meta.url);
const patienceMs = 20_000;

/** A program of the repository that serves on a loopback port of its own, in its own process. */
export class NodeProcess {
  readonly port: number;
  /** Everything it has printed. */
  output = "";
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<unknown>;

  private constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    port: number,
  ) {
    this.port = port;
    this.#child = spawn(process.execPath, ["--conditions=symbolon:source", ...args], {
      cwd: repository,
      // Not this process's: settings of the machine must not decide what is tested.
      env: { PATH: process.env["PATH"], PORT: String(port), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.#ended = once(this.#child, "close");
  }

  /** Starts `node ...args` from the repository's root, on a free port or the one given, and waits until it listens. */
  static async start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    port?: number,
  ): Promise<NodeProcess> {
    const started = new NodeProcess(args, env, port ?? (await freePort()));
    await started.#listening();
    return started;
  }

  /** Its address by the name `localhost`. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Makes it stand still, until `go`. */
  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  go(): void {
    this.#child.kill("SIGCONT");
  }

  /** Ends it and waits for its end; `SIGKILL` as the kernel does when memory runs out. Answers its exit code. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number | null> {
    this.#child.kill(signal);
    await this.#ended;
    return this.#child.exitCode;
  }

  async #listening(): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await answers(this.port))) {
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        await this.end("SIGKILL");
        throw new Error(`the process did not listen: ${this.output}`);
      }
      await pause(20);
    }
  }
}

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
