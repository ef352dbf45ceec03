import { createServer } from "node:http";
import expressFramework, { type RequestHandler, type Response } from "express";
import type { Store } from "express-session";
import { expressAuth, requireAuth } from "symbolon/express";
import { sessionCookie, sessionMiddleware } from "../guard/express-session.ts";
import { commonGuards, nobody, type Credential, type Framework, type Served } from "./served.ts";
import {
  betterAuthWorld,
  handWrittenWorld,
  ironSessionWorld,
  jsonwebtokenWorld,
  namesOf,
  symbolonWorld,
} from "./worlds.ts";

const touches =
  "writes the new expiry to its store, on every request; Symbolon notes it once a minute";

/** Express 5. */
export const express: Framework = {
  name: "Express",
  guards: [
    ...commonGuards({
      async bare({ users }) {
        const { credentials } = handWrittenWorld(users);
        return serve(credentials, [(_request, response) => response.send(nobody)]);
      },
      async handWritten({ users }) {
        const { credentials, check } = handWrittenWorld(users);
        return serve(credentials, [answering(check)]);
      },
      async handWrittenInLayers({ users }) {
        const { credentials, check } = handWrittenWorld(users);
        const identify: RequestHandler = (request, response, next) => {
          response.locals["user"] = check(request.headers);
          next();
        };
        const guard: RequestHandler = (_request, response, next) => {
          if (response.locals["user"] === null) response.status(401).end();
          else next();
        };
        const route: RequestHandler = (_request, response) => {
          answer(response, response.locals["user"] as string);
        };
        return serve(credentials, [identify, guard, route]);
      },
      symbolon:
        (strategy) =>
        async ({ users }) => {
          const { auth, credentials, reads } = await symbolonWorld(strategy, users);
          const route: RequestHandler = (request, response) => {
            answer(response, request.auth.principal?.userId ?? null);
          };
          return { ...serve(credentials, [expressAuth(auth), requireAuth(), route]), reads };
        },
    }),
    {
      name: "express-session, memory",
      kind: "peer",
      note: touches,
      async serve({ users }) {
        const { default: session } = await import("express-session");
        return expressSession(new session.MemoryStore(), users);
      },
    },
    {
      name: "express-session, connect-redis",
      kind: "peer",
      note: `Redis on this machine: the CPU time of its own process is not counted; ${touches}`,
      needsRedis: true,
      async serve({ users, redisPort }) {
        const { RedisStore } = await import("connect-redis");
        const { createClient } = await import("redis");
        const client = createClient({ socket: { host: "127.0.0.1", port: redisPort ?? 0 } });
        await client.connect();
        return expressSession(new RedisStore({ client }), users);
      },
    },
    ...(["string secret", "KeyObject"] as const).map((form) => ({
      name: `jsonwebtoken, ${form}`,
      kind: "peer" as const,
      note: "nothing is looked up, and nothing can be revoked",
      async serve({ users }: { readonly users: number }) {
        const { credentials, check } = await jsonwebtokenWorld(users, form);
        return serve(credentials, [answering(check)]);
      },
    })),
    ...(["SQLite", "cookie cache"] as const).map((place) => ({
      name: `better-auth, ${place}`,
      kind: "peer" as const,
      share: 0.25,
      note:
        place === "SQLite"
          ? "node:sqlite in memory"
          : "nothing is read, and nothing revoked while the copy in the second cookie is believed",
      async serve({ users }: { readonly users: number }) {
        const { credentials, check } = await betterAuthWorld(users, place);
        return serve(credentials, [answering(check)]);
      },
    })),
    {
      name: "iron-session",
      kind: "peer",
      share: 0.25,
      note: "a seal: good until it expires, whatever is revoked",
      async serve({ users }) {
        const { getIronSession } = await import("iron-session");
        const { credentials, options } = await ironSessionWorld(users);
        const route: RequestHandler = async (request, response) => {
          const session = await getIronSession<{ userId?: string }>(request, response, options);
          answer(response, session.userId ?? null);
        };
        return serve(credentials, [route]);
      },
    },
  ],
};

function serve(credentials: readonly Credential[], handlers: readonly RequestHandler[]): Served {
  const app = expressFramework();
  app.disable("x-powered-by");
  app.get("/profile", ...handlers);
  return { server: createServer(app), credentials };
}

function answering(
  check: (
    headers: Parameters<RequestHandler>[0]["headers"],
  ) => string | null | Promise<string | null>,
): RequestHandler {
  return (request, response) => {
    const user = check(request.headers);
    if (user instanceof Promise) return user.then((known) => answer(response, known));
    answer(response, user);
  };
}

function answer(response: Response, user: string | null): void {
  if (user === null) response.status(401);
  response.send(user ?? "");
}

async function expressSession(store: Store, users: number): Promise<Served> {
  const credentials: Credential[] = [];
  for (const user of namesOf(users)) {
    const { id, cookie, data } = sessionCookie();
    data.userId = user;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    store.set(id, data, (error?: unknown) => (error ? reject(error) : resolve()));
    await promise;
    credentials.push({ field: "cookie", value: cookie, user });
  }
  return serve(credentials, [
    sessionMiddleware(store),
    (request, response) => answer(response, request.session.userId ?? null),
  ]);
}
