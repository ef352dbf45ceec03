import { defineCommand, type CommandDef } from "citty";
import { pino } from "pino";
import { readServerConfig, startServer, type RunningServer } from "../server/server.ts";
import { showStore } from "../server/store-address.ts";
import { explain } from "./explain.ts";

/** `symbolon serve`: the standalone server, until SIGINT or SIGTERM. */
export const serve: CommandDef = defineCommand({
  meta: { name: "serve", description: "Start the standalone server" },
  async run() {
    try {
      const config = readServerConfig(process.env);
      const logger = pino({ name: "symbolon", level: process.env["LOG_LEVEL"] ?? "info" });
      const server = await startServer(config, logger);
      announce(server, config.store);
      stopOnSignal(server);
      stopWithNpm(server);
    } catch (error) {
      console.error(`\n  Symbolon did not start: ${explain(error)}\n`);
      process.exitCode = 1;
    }
  },
});

function announce({ url, madeSecret }: RunningServer, store: string): void {
  const lines = [
    "",
    `  Symbolon is at ${url}`,
    "",
    `  Register the first user   ${url}/register`,
    `  Ask who is signed in      curl ${url}/auth/session`,
    `  Stored in                 ${showStore(store)}`,
    ...(madeSecret === null
      ? []
      : [`  A secret was made         ${madeSecret} (set SYMBOLON_SECRET in production)`]),
    "",
  ];
  console.log(lines.join("\n"));
}

function stopOnSignal(server: RunningServer): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stop(server));
  }
}

/** Ending `npm start` ends npm and its shell, but not what they started: without this the port would stay taken. */
function stopWithNpm(server: RunningServer): void {
  if (process.env["npm_lifecycle_event"] !== "start") return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    stop(server);
  }, 500);
  watch.unref();
}

function stop(server: RunningServer): void {
  server.close().catch((error: unknown) => {
    console.error(explain(error));
    process.exitCode = 1;
  });
}
