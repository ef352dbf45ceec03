import { DatabaseSync } from "node:sqlite";
import { RedisStore } from "connect-redis";
import { createClient } from "redis";
import type { Address } from "../fixtures/places.ts";
import {
  betterAuthOver,
  betterAuthSession,
  cachedCookie,
  withCookieCache,
} from "../guard/better-auth.ts";
import { loadSession, sessionCookie, sessionMiddleware } from "../guard/express-session.ts";
import type { World } from "./world.ts";

/** How long a copy in the second cookie is believed. Its documentation's example has 300; the shorter, the sooner. */
export const cookieCacheSeconds = 5;

/** better-auth with its cookie cache, over one SQLite file. */
export async function betterAuthWorld(
  address: Extract<Address, { kind: "sqlite" }>,
): Promise<World> {
  const database = new DatabaseSync(`${address.path}.better-auth`);
  database.exec("pragma journal_mode = wal; pragma busy_timeout = 5000");
  const auth = await betterAuthOver(database, withCookieCache(cookieCacheSeconds));
  const { internalAdapter } = await auth.$context;
  return {
    async signIn() {
      const { cookie, token } = await betterAuthSession(auth);
      return { id: token, cookie: `${cookie}; ${await cachedCookie(auth, cookie)}` };
    },
    check: async (cookie) =>
      (await auth.api.getSession({ headers: new Headers({ cookie }) })) !== null,
    revoke: (id) => internalAdapter.deleteSession(id),
    close: async () => database.close(),
  };
}

/** express-session over connect-redis: the store is read on every request. */
export async function connectRedisWorld(
  address: Extract<Address, { kind: "redis" }>,
): Promise<World> {
  const client = createClient({ socket: { host: "127.0.0.1", port: address.port } });
  await client.connect();
  const store = new RedisStore({ client });
  const middleware = sessionMiddleware(store);
  return {
    async signIn() {
      const { id, cookie, data } = sessionCookie();
      await store.set(id, data);
      return { id, cookie };
    },
    check: (cookie) => loadSession(middleware, { cookie }),
    async revoke(id) {
      await store.destroy(id);
    },
    close: async () => client.destroy(),
  };
}
