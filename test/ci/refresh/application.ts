/**
 * An application as its users would write it, for the test beside: Express, access tokens, sessions in Redis or PostgreSQL. It
 * prints what it has to say of refresh tokens.
 */
import express from "express";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { createAuth, type AuthOptions } from "symbolon";
import { expressAuth, authErrors, requireAuth } from "symbolon/express";
import { postgresStore } from "symbolon/stores/postgres";
import { redisStore } from "symbolon/stores/redis";
import { testSecret } from "../../support/auth.ts";
import { options } from "./options.ts";

const { PORT, STORE_URL = "", PLACE = "" } = process.env;

const auth = createAuth({ secret: testSecret, store: storeAt(STORE_URL), ...options });
auth.on("refresh_token.reused", (event) => console.log("reused", event));
auth.on("refresh_token.mended", (event) => console.log("mended", event));
auth.on("sessions.ended", (event) => console.log("ended", event));
auth.on("error", ({ error }) => console.log("error", error));
for (const name of ["warning", "store.failed"] as const) auth.on(name, () => undefined);

const app = express();
app.use(expressAuth(auth));
app.post("/sign-in/:user", async (req, res) => {
  const { session } = await req.auth.signIn({ userId: req.params.user });
  res.json({ id: session.id });
});
app.get("/profile", requireAuth(), (req, res) => {
  res.json(req.auth.principal);
});
app.use(authErrors());
app.listen(Number(PORT), "127.0.0.1");

function storeAt(url: string): AuthOptions["store"] {
  if (url.startsWith("redis:")) return redisStore(new Redis(url), { prefix: PLACE });
  const settings = { connectionString: url, options: `-c search_path=${PLACE}` };
  return postgresStore(new Pool(settings), { schema: PLACE });
}
