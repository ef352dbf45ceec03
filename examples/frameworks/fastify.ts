import fastify from "fastify";
import { createAuth } from "symbolon";
import { authErrors, fastifyAuth, requireAuth } from "symbolon/fastify";
import { sqliteStore } from "symbolon/stores/sqlite";
import { findUser } from "../express-session-login/users.ts";

const store = sqliteStore(process.env["DATABASE"] ?? "data/example.db");
const auth = createAuth({ secret: process.env["AUTH_SECRET"], store });

const app = fastify();
await app.register(fastifyAuth(auth));
app.setErrorHandler(authErrors());

app.post("/login", async (request, reply) => {
  const user = findUser(request.body);
  if (user === null) return reply.code(401).send({ message: "Wrong name or password" });
  await request.auth.signIn({ userId: user.id, claims: { name: user.name } });
  return { message: `Hello, ${user.name}` };
});

app.get("/profile", { onRequest: requireAuth() }, async (request) => request.auth.principal);

app.post("/logout", async (request) => {
  await request.auth.signOut();
  return { message: "Goodbye" };
});

await app.listen({ port: Number(process.env["PORT"] ?? 3000), host: "127.0.0.1" });
