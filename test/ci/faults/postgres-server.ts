import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client, Pool } from "pg";
import { postgresStore } from "symbolon/stores/postgres";
import { freePort } from "../../support/node-process.ts";
import type { StoreServer } from "./fault-maker.ts";

const host = "127.0.0.1";
const patienceMs = 30_000;

/** The folder with `initdb` and `postgres`: on the path, or where Debian puts them; null when there is none. */
function programs(): string | null {
  const found = spawnSync("initdb", ["--version"]).status === 0 ? "initdb" : undefined;
  const installed = globSync("/usr/lib/postgresql/*/bin/initdb").toSorted().at(-1) ?? found;
  return installed === undefined ? null : dirname(installed);
}

/** PostgreSQL refuses to be root, so root runs it as the user that its packages make. Null when nobody may. */
function owner(): { readonly uid: number; readonly gid: number } | Record<string, never> | null {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ["-u", "-g"].map((which) => spawnSync("id", [which, "postgres"]));
  if (uid?.status !== 0 || gid?.status !== 0) return null;
  return { uid: Number(String(uid.stdout)), gid: Number(String(gid.stdout)) };
}

/** False, or why no cluster can be started. In continuous integration nothing is skipped. */
export function ownPostgresMissing(): string | false {
  if (programs() !== null && owner() !== null) return false;
  const why = "there is no initdb, or no user to run it";
  if (process.env["CI"] === "true") throw new Error(why);
  return `did not run: ${why}`;
}

/**
 * A PostgreSQL cluster of the tests' own, on a free loopback port in a folder of its own, with the schema `faults` of
 * the store. It keeps what it acknowledged: nothing about durability is changed.
 */
export async function startPostgres(): Promise<StoreServer> {
  const bin = programs() ?? "";
  const as = owner() ?? {};
  const folder = mkdtempSync(join(tmpdir(), "symbolon-postgres-"));
  if ("uid" in as) chownSync(folder, as.uid, as.gid);
  const data = join(folder, "data");
  const made = spawnSync(
    join(bin, "initdb"),
    ["--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync"],
    { ...as, cwd: folder, encoding: "utf8", timeout: patienceMs },
  );
  if (made.status !== 0) throw new Error(`no cluster: ${made.stdout}${made.stderr}`);
  const port = await freePort();
  const args = ["-D", data, "-p", String(port), "-k", folder, "-c", `listen_addresses=${host}`];
  const login = { host, port, user: "postgres", database: "postgres" };
  let server = start();
  // When the test ends badly, so does the server.
  process.once("exit", () => {
    signal("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  function start(): ChildProcess {
    return spawn(join(bin, "postgres"), args, { ...as, cwd: folder, stdio: "ignore" });
  }

  /** The server is a process for each connection and some more: to all of them, the first one first. */
  function signal(name: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void {
    const { pid } = server;
    if (pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    for (const each of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(each, name);
      } catch (error) {
        // It has just ended by itself.
        if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
      }
    }
  }

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    signal("SIGCONT");
    signal("SIGKILL");
    await ended;
  }

  await answers(login);
  const pool = new Pool({ ...login, max: 1, connectionTimeoutMillis: 1_000 });
  pool.on("error", () => undefined);
  const store = postgresStore(pool, { schema: "faults", autoMigrate: true });
  await store.open();
  return {
    port,
    suspend: () => signal("SIGSTOP"),
    resume: async () => signal("SIGCONT"),
    kill,
    async restart() {
      // Until the last of its processes is gone, the folder is taken.
      for (const begin = Date.now(); ; await pause(50)) {
        server = start();
        const isUp = await Promise.race([
          answers(login).then(
            () => true,
            () => false,
          ),
          once(server, "exit").then(() => false),
        ]);
        if (isUp) return;
        if (Date.now() - begin > patienceMs) throw new Error("PostgreSQL does not start again");
      }
    },
    async stop() {
      await pool.end();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
    // What waits where sign-ins, syncs and revocations of all processes wait for each other.
    probe: () =>
      store.revocation.sync({
        partition: 0,
        processId: "witness",
        cursor: null,
        liveForMs: 1,
        keepForMs: 1,
        now: Date.now(),
      }),
  };
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}

async function answers(login: object): Promise<void> {
  for (const begin = Date.now(); ; await pause(50)) {
    const client = new Client({ ...login, connectionTimeoutMillis: 1_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (Date.now() - begin > patienceMs) throw error;
    }
  }
}
