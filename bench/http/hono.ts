import type { Server } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { jwt } from "hono/jwt";
import { authErrors, honoAuth, requireAuth, type AuthVariables } from "symbolon/hono";
import { commonGuards, nobody, type Credential, type Framework, type Served } from "./served.ts";
import {
  bearerCredentials,
  betterAuthWorld,
  expected,
  handWrittenWorld,
  peerSecret,
  symbolonWorld,
} from "./worlds.ts";

interface AppEnv {
  Bindings: HttpBindings;
  Variables: AuthVariables & { handWritten: string | null };
}
type App = Hono<AppEnv>;

/** Hono 4 on `@hono/node-server`. */
export const hono: Framework = {
  name: "Hono",
  guards: [
    ...commonGuards({
      async bare({ users }) {
        const { credentials } = handWrittenWorld(users);
        return served(credentials, (app) => app.get("/profile", (c) => c.text(nobody)));
      },
      async handWritten({ users }) {
        const { credentials, check } = handWrittenWorld(users);
        return served(credentials, (app) =>
          app.get("/profile", (c) => answer(c, check(c.env.incoming.headers))),
        );
      },
      async handWrittenInLayers({ users }) {
        const { credentials, check } = handWrittenWorld(users);
        return served(credentials, (app) => {
          app.use((c, next) => {
            c.set("handWritten", check(c.env.incoming.headers));
            return next();
          });
          const guard: MiddlewareHandler<AppEnv> = (c, next) =>
            c.get("handWritten") === null ? Promise.resolve(c.text("", 401)) : next();
          app.get("/profile", guard, (c) => answer(c, c.get("handWritten")));
        });
      },
      symbolon:
        (strategy) =>
        async ({ users }) => {
          const { auth, credentials, reads } = await symbolonWorld(strategy, users);
          const add = (app: App): void => {
            app.use(honoAuth(auth));
            app.onError(authErrors());
            app.get("/profile", requireAuth(), (c) =>
              answer(c, c.get("auth").principal?.userId ?? null),
            );
          };
          return { ...served(credentials, add), reads };
        },
    }),
    {
      name: "hono/jwt",
      kind: "peer",
      note: "by WebCrypto, whose threads are counted; nothing is looked up, and nothing can be revoked",
      async serve({ users }) {
        const verification = { iss: expected.issuer, aud: expected.audience };
        return served(await bearerCredentials(users), (app) => {
          app.use(jwt({ secret: peerSecret, alg: "HS256", verification }));
          app.get("/profile", (c) => {
            const { sub } = c.get("jwtPayload" as never) as { readonly sub?: string };
            return answer(c, sub ?? null);
          });
        });
      },
    },
    {
      name: "better-auth, cookie cache",
      kind: "peer",
      share: 0.25,
      note: "nothing is read, and nothing revoked while the copy in the second cookie is believed",
      async serve({ users }) {
        const { credentials, check } = await betterAuthWorld(users, "cookie cache");
        return served(credentials, (app) =>
          app.get("/profile", async (c) => answer(c, await check(c.env.incoming.headers))),
        );
      },
    },
  ],
};

function answer(c: Context, user: string | null): Response {
  return user === null ? c.text("", 401) : c.text(user);
}

function served(credentials: readonly Credential[], add: (app: App) => unknown): Served {
  const app: App = new Hono();
  add(app);
  return { server: createAdaptorServer({ fetch: app.fetch }) as Server, credentials };
}
