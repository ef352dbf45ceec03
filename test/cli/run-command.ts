import { spawn } from "node:child_process";
import { mock } from "node:test";
import { runCommand } from "citty";
import { migrate } from "../../src/cli/migrate.ts";

const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;

/** What a command said, and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `symbolon ...args` from the sources, with no setting of this machine. */
export function symbolon(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const { promise, resolve, reject } = Promise.withResolvers<Ran>();
  const child = spawn(process.execPath, ["--conditions=symbolon:source", main, ...args], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  child.on("error", reject);
  child.on("close", (code) => resolve({ code, out, err }));
  return promise;
}

/** The same as `symbolon migrate ...rawArgs`, in this process, so one at a time: starting one costs more than what it does. */
export async function migrateHere(
  rawArgs: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const said = { log: "", error: "" };
  const mocks = (["log", "error"] as const).map((name) =>
    mock.method(console, name, (text: string) => void (said[name] += `${text}\n`)),
  );
  Object.assign(process.env, environment);
  try {
    await runCommand(migrate, { rawArgs: [...rawArgs] });
    return { code: Number(process.exitCode ?? 0), out: said.log, err: said.error };
  } finally {
    process.exitCode = undefined;
    for (const name of Object.keys(environment)) delete process.env[name];
    for (const each of mocks) each.mock.restore();
  }
}
