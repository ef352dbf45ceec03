import assert from "node:assert/strict";
import { pino } from "pino";
import {
  readServerConfig,
  startServer,
  type Environment,
  type RunningServer,
} from "symbolon/server";
import { testSecret } from "./auth.ts";
import { freePort } from "./node-process.ts";

/** The standalone server in this process. */
export interface Standalone extends RunningServer {
  readonly port: number;
  /** Its log, one line each. */
  readonly log: readonly string[];
}

/**
 * Starts it on a free loopback port, on a store in memory unless told otherwise, until the test ends; and fails the
 * test when it logged an error meanwhile.
 */
export async function startStandalone(
  context: { after(stop: () => Promise<void>): void },
  environment: Environment = {},
): Promise<Standalone> {
  const log: string[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void log.push(line) });
  const port = Number(environment["PORT"] ?? (await freePort()));
  const config = readServerConfig({
    PORT: String(port),
    SYMBOLON_STORE: "memory:",
    SYMBOLON_SECRET: testSecret,
    ...environment,
  });
  const server = await startServer(config, logger);
  context.after(async () => {
    await server.close();
    assert.deepEqual(
      log.filter((line) => /"level":[56]0/.test(line)),
      [],
    );
  });
  return { ...server, log, port };
}
