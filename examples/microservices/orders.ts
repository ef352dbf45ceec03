import express from "express";
import { createTokenVerifier, followRevocations } from "symbolon/tokens";

const issuer = process.env["ISSUER"] ?? "http://localhost:3000";
const dangerouslyAllowLoopbackHttp = true; // for this example: all three are on one machine

const tokens = createTokenVerifier({
  issuer,
  audience: "orders",
  dangerouslyAllowLoopbackHttp,
  revocations: followRevocations({
    issuer,
    clientId: "orders",
    clientSecret: process.env["ORDERS_SECRET"] ?? "",
    staleFor: "30s", // goes on for so long when the issuer is down
    dangerouslyAllowLoopbackHttp,
  }),
});

const app = express();

app.get("/orders", async (req, res) => {
  const { claims } = await tokens.requireToken(req.headers); // throws 401, 403 or 503
  res.json({ of: claims["email"], orders: ["a lamp", "two chairs"] });
});

const server = app.listen(Number(process.env["PORT"] ?? 3001), "127.0.0.1");

process.once("SIGTERM", () => {
  server.close();
  void tokens.close();
});
