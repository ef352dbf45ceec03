import { json } from "node:stream/consumers";
import Koa, { type Middleware } from "koa";
import { createAuth } from "symbolon";
import { koaAuth, requireAuth } from "symbolon/koa";
import { sqliteStore } from "symbolon/stores/sqlite";
import { findUser } from "../express-session-login/users.ts";

const store = sqliteStore(process.env["DATABASE"] ?? "data/example.db");
const auth = createAuth({ secret: process.env["AUTH_SECRET"], store });

const app = new Koa();
app.use(koaAuth(auth));

app.use(
  on("POST", "/login", async (ctx) => {
    const user = findUser(await json(ctx.req).catch(() => null));
    if (user === null) {
      ctx.status = 401;
      ctx.body = { message: "Wrong name or password" };
      return;
    }
    await ctx.auth.signIn({ userId: user.id, claims: { name: user.name } });
    ctx.body = { message: `Hello, ${user.name}` };
  }),
);

app.use(on("GET", "/profile", requireAuth()));
app.use(
  on("GET", "/profile", (ctx) => {
    ctx.body = ctx.auth.principal;
  }),
);

app.use(
  on("POST", "/logout", async (ctx) => {
    await ctx.auth.signOut();
    ctx.body = { message: "Goodbye" };
  }),
);

app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1");

/** As much of a router as this example needs. */
function on(method: string, path: string, handle: Middleware): Middleware {
  return (ctx, next) => (ctx.method === method && ctx.path === path ? handle(ctx, next) : next());
}
