import { createServer } from "node:http";
import Koa, { type Context, type Middleware } from "koa";
import { koaAuth, requireAuth } from "symbolon/koa";
import { commonGuards, nobody, type Credential, type Framework, type Served } from "./served.ts";
import { handWrittenWorld, jsonwebtokenWorld, symbolonWorld } from "./worlds.ts";

/** Koa 3. */
export const koa: Framework = {
  name: "Koa",
  guards: [
    ...commonGuards({
      async bare({ users }) {
        const { credentials } = handWrittenWorld(users);
        return served(credentials, [(ctx) => void (ctx.body = nobody)]);
      },
      async handWritten({ users }) {
        const { credentials, check } = handWrittenWorld(users);
        return served(credentials, [(ctx) => answer(ctx, check(ctx.req.headers))]);
      },
      symbolon:
        (strategy) =>
        async ({ users }) => {
          const { auth, credentials, reads } = await symbolonWorld(strategy, users);
          const route: Middleware = (ctx) => answer(ctx, ctx.auth.principal?.userId ?? null);
          return { ...served(credentials, [koaAuth(auth), requireAuth(), route]), reads };
        },
    }),
    {
      name: "jsonwebtoken, KeyObject",
      kind: "peer",
      note: "as koa-jwt calls it; nothing is looked up, and nothing can be revoked",
      async serve({ users }) {
        const { credentials, check } = await jsonwebtokenWorld(users, "KeyObject");
        return served(credentials, [(ctx) => answer(ctx, check(ctx.req.headers))]);
      },
    },
  ],
};

function answer(ctx: Context, user: string | null): void {
  if (user === null) ctx.status = 401;
  else ctx.body = user;
}

function served(credentials: readonly Credential[], middleware: readonly Middleware[]): Served {
  const app = new Koa();
  app.silent = true;
  for (const each of middleware) app.use(each);
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  return { server, credentials };
}
