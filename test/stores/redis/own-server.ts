import type { TestContext } from "node:test";
import { redisStore, type RedisStore, type RedisStoreOptions } from "symbolon/stores/redis";
import { libraries, type Connected } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

export type Library = keyof typeof libraries;

export const bothLibraries: readonly Library[] = ["node-redis", "ioredis"];

/** A server for one test, stopped after it. */
export async function serverFor(t: TestContext, settings: readonly string[] = []): Promise<Server> {
  const server = await startServer(settings);
  t.after(() => server.stop());
  return server;
}

/** A client of that server, closed after the test. */
export async function clientFor(
  t: TestContext,
  { port }: Pick<Server, "port">,
  library: Library = "node-redis",
): Promise<Connected> {
  const connected = await libraries[library](port);
  t.after(() => connected.close());
  return connected;
}

/** An open store on such a client. */
export async function storeFor(
  t: TestContext,
  server: Pick<Server, "port">,
  library: Library = "node-redis",
  options: RedisStoreOptions = {},
): Promise<RedisStore & { readonly send: Connected["send"] }> {
  const { client, send } = await clientFor(t, server, library);
  const store = redisStore(client, options);
  await store.open();
  t.after(() => store.close());
  return { ...store, send };
}
