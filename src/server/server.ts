import { getRequestListener } from "@hono/node-server";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { pino, type Logger } from "pino";
import { createAuth, type Auth } from "../auth.ts";
import { asAuthError } from "../core/errors.ts";
import { createServerApp } from "./app.ts";
import { presets } from "../presets.ts";
import { logEvents } from "./event-log.ts";
import type { ServerConfig } from "./config.ts";
import { gracefulStop } from "./graceful-stop.ts";
import { keepSecret } from "./secret-file.ts";
import { storeAt } from "./open-store.ts";
import { openOrAway } from "./store-outage.ts";

export { readServerConfig, type Environment, type ServerConfig } from "./config.ts";

/** How long requests that are under way may take after the server was told to stop; Docker waits for 10 s. */
const graceMs = 5_000;

/** A server that runs. */
export interface RunningServer {
  /** Where it is reached from outside. */
  readonly url: string;
  /** The file of the secret, when the server made it just now. */
  readonly madeSecret: string | null;
  /** Answers the requests that are under way (for 5 s at most), writes what is pending, and lets go of the store. */
  close(): Promise<void>;
}

/**
 * Starts the standalone server and resolves when it listens. A store that cannot be reached is logged and does not stop
 * it: `/readyz` answers 503 until the store is there.
 * @throws TypeError for settings that are wrong; what a store refuses itself with, and what `listen` throws
 */
export async function startServer(
  config: ServerConfig,
  logger: Logger = pino({ name: "symbolon" }),
): Promise<RunningServer> {
  const kept = config.secret === null ? keepSecret(config.secretFile) : null;
  const store = await storeAt(config.store, {
    autoMigrate: config.autoMigrate,
    onLostConnection: (error) => logger.warn({ err: error }, "a connection to the store was lost"),
  });
  const auth = createAuth({
    ...(config.preset !== null && presets[config.preset]),
    strategy: config.strategy,
    // The pages have no script that could renew an access token.
    ...(config.strategy === "hybrid" && { refresh: "inline" as const }),
    secret: kept?.secret ?? config.secret ?? undefined,
    store,
    accounts: { password: true },
    production: config.production,
    trustProxy: config.trustProxy,
    ...(config.baseUrl !== null && { baseUrl: config.baseUrl }),
  });
  logEvents(auth, logger);
  const { users } = auth;
  if (users === null) throw new TypeError("the standalone server needs accounts");
  let url = config.baseUrl ?? "";
  const app = createServerApp({
    auth,
    accounts: users,
    strategy: config.strategy,
    publicUrl: () => url,
    onError: (error) => logger.error({ err: error }, "a page failed"),
  });
  // HTTP/1.0 needs no Host, and the health checks of some load balancers send none.
  const listener = getRequestListener(app.fetch, { hostname: "localhost" });
  const server = createServer((request, response) => void listener(request, response));
  const stop = gracefulStop(server, graceMs);
  try {
    const outage = await openOrAway(async () => store.open?.());
    if (outage === null) await auth.ready();
    else logger.warn({ err: outage }, "the store does not answer; /readyz is 503 until it does");
    server.listen(config.port, config.host);
    await once(server, "listening");
  } catch (error) {
    await auth.close();
    throw error;
  }
  if (config.baseUrl === null) url = addressOf(server, config.host);

  let closing: Promise<void> | null = null;
  return {
    url,
    madeSecret: kept?.made === true ? config.secretFile : null,
    // Once, also when two signals come: a second caller must not take the store from requests that are under way.
    close: () => (closing ??= stop().then(() => leave(auth, logger))),
  };
}

/** A store that is away keeps no server from ending. */
async function leave(auth: Auth, logger: Logger): Promise<void> {
  try {
    await auth.close();
  } catch (error) {
    if (asAuthError(error).status !== 503) throw error;
    logger.warn({ err: error }, "the store was away at the end: what was last seen is not written");
  }
}

/** How this machine reaches the server. */
function addressOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const reachable =
    host === "127.0.0.1" || host === "0.0.0.0" || host.includes(":") ? "localhost" : host;
  return `http://${reachable}:${port}`;
}
