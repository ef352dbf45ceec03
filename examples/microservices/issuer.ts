import express from "express";
import { createAuth } from "symbolon";
import { expressAuth } from "symbolon/express";
import { sqliteStore } from "symbolon/stores/sqlite";

const auth = createAuth({
  secret: process.env["AUTH_SECRET"],
  store: sqliteStore(process.env["DATABASE"] ?? "data/issuer.db"),
  strategy: "hybrid",
  baseUrl: process.env["ISSUER"] ?? "http://localhost:3000", // what the tokens call their issuer
  accounts: { password: true, claims: ({ email }) => ({ email }) },
  accessTokens: { audience: ["orders", "invoices"] },
  resourceServers: [
    { id: "orders", secret: process.env["ORDERS_SECRET"] ?? "" },
    { id: "invoices", secret: process.env["INVOICES_SECRET"] ?? "" },
  ],
});

const app = express();
app.use(expressAuth(auth)); // everything under /auth, and /.well-known/jwks.json
const server = app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1");

process.once("SIGTERM", () => {
  server.close();
  void auth.close();
});
