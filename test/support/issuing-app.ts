/**
 * An issuer as a process of its own: Express with Symbolon on SQLite, which signs access tokens as the engine would. `PORT` is where
 * it listens, `DATABASE` its file, `CLIENT` the service that may follow its revocations, as `id:secret`.
 */
import express from "express";
import { createAuth } from "symbolon";
import { expressAuth } from "symbolon/express";
import { sqliteStore } from "symbolon/stores/sqlite";
import { jwksOf } from "../tokens/issuer-fixture.ts";
import { testSecret } from "./auth.ts";
import { claims, makeIssuer, must } from "./tokens.ts";

const { PORT = "", DATABASE = "", CLIENT = "" } = process.env;
const [id = "", secret = ""] = CLIENT.split(":");
const store = sqliteStore(DATABASE);
const auth = createAuth({ secret: testSecret, store, resourceServers: [{ id, secret }] });
const signer = await makeIssuer();

const app = express();
app.use(express.json());
app.get("/.well-known/jwks.json", (_req, res) => void res.json(jwksOf(signer)));
app.use(expressAuth(auth));
app.post("/login", async (req, res) => {
  const { session } = await req.auth.signIn({ userId: String(req.body.userId), delivery: "body" });
  const { mark } = must(await store.sessions.find(session.id));
  const iat = Math.floor(Date.now() / 1000);
  const token = signer.issue("ES256", {
    ...claims,
    iss: `http://localhost:${PORT}`,
    sub: String(req.body.userId),
    sid: session.id,
    mark,
    pos: mark,
    iat,
    exp: iat + 300,
  });
  res.json({ token, sessionId: session.id });
});
app.post("/revoke", async (req, res) => {
  const { sessionId, propagated = false } = req.body;
  res.json(await auth.sessions.revoke(sessionId, { propagated }));
});
app.get("/following", async (_req, res) => {
  const processes = await store.revocation.processes(0, Date.now());
  res.json(processes.filter(({ processId }) => processId.includes(":")).length);
});
await auth.ready();
app.listen(Number(PORT), "localhost");
