import express from "express";
import { createAuth } from "symbolon";
import { expressAuth, requireAuth } from "symbolon/express";
import { sqliteStore } from "symbolon/stores/sqlite";
import { findUser } from "../express-session-login/users.ts";

const store = sqliteStore(process.env["DATABASE"] ?? "data/example.db");
const auth = createAuth({ secret: process.env["AUTH_SECRET"], store, strategy: "jwt" });

const app = express();
app.use(expressAuth(auth));
app.use(express.json());

app.post("/login", async (req, res) => {
  const user = findUser(req.body);
  if (user === null) {
    res.status(401).json({ message: "Wrong name or password" });
    return;
  }
  const { tokens } = await req.auth.signIn({
    userId: user.id,
    claims: { name: user.name },
    delivery: "body",
  });
  res.json({ token: tokens?.accessToken });
});

app.get("/profile", requireAuth(), (req, res) => {
  res.json(req.auth.principal);
});

app.post("/logout", async (req, res) => {
  await req.auth.signOut();
  res.json({ message: "Goodbye" });
});

app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1");
