import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createAuth } from "symbolon";
import { authErrors, honoAuth, requireAuth, type AuthVariables } from "symbolon/hono";
import { sqliteStore } from "symbolon/stores/sqlite";
import { findUser } from "../express-session-login/users.ts";

const store = sqliteStore(process.env["DATABASE"] ?? "data/example.db");
const auth = createAuth({ secret: process.env["AUTH_SECRET"], store });

const app = new Hono<{ Variables: AuthVariables }>();
app.use(honoAuth(auth));
app.onError(authErrors());

app.post("/login", async (c) => {
  const user = findUser(await c.req.json().catch(() => null));
  if (user === null) return c.json({ message: "Wrong name or password" }, 401);
  await c.get("auth").signIn({ userId: user.id, claims: { name: user.name } });
  return c.json({ message: `Hello, ${user.name}` });
});

app.get("/profile", requireAuth(), (c) => c.json(c.get("auth").principal));

app.post("/logout", async (c) => {
  await c.get("auth").signOut();
  return c.json({ message: "Goodbye" });
});

serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 3000), hostname: "127.0.0.1" });
