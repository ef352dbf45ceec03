import { text } from "node:stream/consumers";
import Koa, { type Middleware } from "koa";
import { koaAuth, requireAuth } from "symbolon/koa";
import { listen } from "../support/listen.ts";
import type { Host } from "./http-suite.ts";
import { bodyOf, fieldsOf, guards, routes, type PlainRoute } from "./plain-app.ts";
import { admitSockets } from "./sockets.ts";

/** An application on Koa: as it is, or with a mount point and after a body parser. */
export function koaHost(
  name: string,
  {
    prefix = "",
    parsesJson = false,
  }: { readonly prefix?: string; readonly parsesJson?: boolean } = {},
): Host {
  return {
    name,
    parsesJson,
    async serve(context, auth) {
      const app = new Koa();
      app.silent = true;
      if (parsesJson) app.use(parseBody);
      const middleware = [koaAuth(auth), ...routed()];
      for (const each of middleware) app.use(prefix === "" ? each : mounted(prefix, each));
      const upgrade = admitSockets(auth);
      return (await listen(context, app.callback(), { upgrade })) + prefix;
    },
  };
}

/** One middleware for each route, or two where it is guarded. */
function routed(): Middleware[] {
  return Object.entries(routes).flatMap(([name, route]) => {
    const [method = "", path = ""] = name.split(" ");
    const guard = guards[path];
    return [...(guard === undefined ? [] : [requireAuth(guard)]), handlerOf(route)].map((each) =>
      only(method, path, each),
    );
  });
}

function only(method: string, path: string, middleware: Middleware): Middleware {
  return (ctx, next) => {
    const asked = ctx.method === "HEAD" ? "GET" : ctx.method;
    return asked === method && ctx.path === path ? middleware(ctx, next) : next();
  };
}

function handlerOf(route: PlainRoute): Middleware {
  return async (ctx) => {
    const url = new URL(ctx.url, "http://localhost");
    const answer = await route(ctx.auth, { method: ctx.method, url, accept: "" });
    ctx.status = answer.status;
    for (const [field, value] of fieldsOf(answer)) ctx.append(field, value);
    ctx.body = bodyOf(answer);
  };
}

/** What the package koa-mount does. */
export function mounted(prefix: string, middleware: Middleware): Middleware {
  return async (ctx, next) => {
    const { path } = ctx;
    if (!path.startsWith(`${prefix}/`)) return next();
    const below = path.slice(prefix.length);
    ctx.path = below;
    await middleware(ctx, async () => {
      ctx.path = path;
      await next();
      ctx.path = below;
    });
    ctx.path = path;
  };
}

/** What the packages koa-bodyparser and koa-body do. */
const parseBody: Middleware = async (ctx, next) => {
  const type = ctx.is("json", "urlencoded");
  if (typeof type !== "string") return next();
  const body = await text(ctx.req);
  try {
    const parsed: unknown =
      type === "json" ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
    Object.assign(ctx.request, { body: parsed });
  } catch {
    ctx.throw(400);
  }
  return next();
};
