import { defineCommand, type CommandDef } from "citty";
import { pino } from "pino";
import { readServerConfig, startServer, type RunningServer } from "../server/server.ts";

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
    `  Stored in                 ${store.replaceAll(/\/\/[^@/]*@/g, "//…@")}`,
    ...(madeSecret === null
      ? []
      : [`  A secret was made         ${madeSecret} (set SYMBOLON_SECRET in production)`]),
    "",
  ];
  console.log(lines.join("\n"));
}

function stopOnSignal(server: RunningServer): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      server.close().catch((error: unknown) => {
        console.error(explain(error));
        process.exitCode = 1;
      });
    });
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}` : error.message;
}
