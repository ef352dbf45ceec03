import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A Redis server of the tests' own, on a free loopback port, with its folder. */
export interface Server {
  readonly port: number;
  /** Ends the process and waits until it is gone; its port and folder stay for `restart`. */
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Stands still, connections and all, until `resume`: as on a machine that is out of memory. */
  readonly suspend: () => void;
  readonly resume: () => void;
  /** Ends the process for good. */
  readonly stop: () => Promise<void>;
}

/** Whether there is a `redis-server` to start. */
export function hasRedisServer(): boolean {
  return spawnSync("redis-server", ["--version"]).status === 0;
}

export function startServer(settings: readonly string[] = []): Promise<Server> {
  return start("", ["--save", "", ...settings]);
}

/** A Sentinel that watches a server under the name `primary`. */
export function startSentinel({ port }: Server): Promise<Server> {
  return start(`sentinel monitor primary 127.0.0.1 ${port} 1\n`, ["--sentinel"]);
}

/** What is left when this process ends; one listener for all of them. */
const leftovers = new Set<() => void>();
process.once("exit", () => {
  for (const remove of leftovers) remove();
});

async function start(config: string, settings: readonly string[]): Promise<Server> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "symbolon-redis-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  leftovers.add(remove);
  const path = join(folder, "redis.conf");
  writeFileSync(path, config);
  const args = [path, "--port", String(port), "--bind", "127.0.0.1", "--dir", folder, ...settings];
  let running = await run(args, port);
  return {
    port,
    kill: () => running.end(),
    async restart() {
      running = await run(args, port);
    },
    suspend: () => running.signal("SIGSTOP"),
    resume: () => running.signal("SIGCONT"),
    async stop() {
      await running.end();
      leftovers.delete(remove);
      remove();
    },
  };
}

/** Three masters that share the slots, then the replicas: so many of each. */
export async function startCluster(
  replicas = 0,
  settings: readonly string[] = [],
): Promise<readonly Server[]> {
  const servers: Server[] = [];
  try {
    for (let node = 0; node < 3 * (1 + replicas); node += 1) {
      const port = String(await freePort());
      servers.push(
        await startServer(["--cluster-enabled", "yes", "--cluster-port", port, ...settings]),
      );
    }
    const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
    const made = spawnSync(
      "redis-cli",
      [
        "--cluster",
        "create",
        ...addresses,
        "--cluster-replicas",
        String(replicas),
        "--cluster-yes",
      ],
      { encoding: "utf8", timeout: 30_000 },
    );
    if (made.status !== 0) throw new Error(`no cluster: ${made.stdout}${made.stderr}`);
    await Promise.all(servers.map(isUp));
    return servers;
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
}

/** The nodes agree a moment after the cluster was made. */
async function isUp({ port }: Server): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const info = spawnSync("redis-cli", ["-p", String(port), "cluster", "info"], {
      timeout: 5_000,
    });
    if (String(info.stdout).includes("cluster_state:ok")) return;
    await pause(50);
  }
  throw new Error(`the cluster does not come up on port ${port}`);
}

/** Whether something accepts connections there within half a second. */
export function answers(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 500 });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.on("connect", () => end(true));
    socket.on("timeout", () => end(false));
    socket.on("error", () => end(false));
  });
}

interface Running {
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  end(): Promise<void>;
}

async function run(args: readonly string[], port: number): Promise<Running> {
  const child = spawn("redis-server", args, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  // A test file that fails at its top is not kept waiting, and when it ends, so does the server.
  child.unref();
  const kill = () => void child.kill("SIGKILL");
  leftovers.add(kill);
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 100 || child.exitCode !== null) {
      kill();
      throw new Error(`redis-server does not answer on port ${port}`);
    }
    await pause(50);
  }
  return {
    signal: (name) => void child.kill(name),
    async end() {
      kill();
      await ended;
      leftovers.delete(kill);
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });
}
