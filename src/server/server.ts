import { getRequestListener } from "@hono/node-server";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { pino, type Logger } from "pino";
import { createAuth } from "../auth.ts";
import { createServerApp } from "./app.ts";
import { logEvents } from "./event-log.ts";
import type { ServerConfig } from "./config.ts";
import { gracefulStop } from "./graceful-stop.ts";
import { keepSecret } from "./secret-file.ts";
import { storeAt } from "./store-address.ts";

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
 * Starts the standalone server and resolves when it listens and its store answers.
 * @throws AuthError `store_unavailable`; TypeError for settings that are wrong; what `listen` throws
 */
export async function startServer(
  config: ServerConfig,
  logger: Logger = pino({ name: "symbolon" }),
): Promise<RunningServer> {
  const kept = config.secret === null ? keepSecret(config.secretFile) : null;
  const auth = createAuth({
    secret: kept?.secret ?? config.secret ?? undefined,
    store: await storeAt(config.store),
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
    publicUrl: () => url,
    onError: (error) => logger.error({ err: error }, "a page failed"),
  });
  // HTTP/1.0 needs no Host, and the health checks of some load balancers send none.
  const listener = getRequestListener(app.fetch, { hostname: "localhost" });
  const server = createServer((request, response) => void listener(request, response));
  const stop = gracefulStop(server, graceMs);
  try {
    await auth.ready();
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
    close: () => (closing ??= stop().then(() => auth.close())),
  };
}

/** How this machine reaches the server. */
function addressOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const reachable =
    host === "127.0.0.1" || host === "0.0.0.0" || host.includes(":") ? "localhost" : host;
  return `http://${reachable}:${port}`;
}
