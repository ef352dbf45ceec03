import { createServer, type IncomingMessage } from "node:http";
import { createTokenVerifier, followRevocations, TokenError } from "symbolon/tokens";

const issuer = process.env["ISSUER"] ?? "http://localhost:3000";
const dangerouslyAllowLoopbackHttp = true; // for this example: all three are on one machine

const tokens = createTokenVerifier({
  issuer,
  audience: "invoices",
  dangerouslyAllowLoopbackHttp,
  revocations: followRevocations({
    issuer,
    clientId: "invoices",
    clientSecret: process.env["INVOICES_SECRET"] ?? "",
    staleFor: "30s", // goes on for so long when the issuer is down
    dangerouslyAllowLoopbackHttp,
  }),
});

async function invoicesFor({ headers }: IncomingMessage): Promise<object> {
  const { claims } = await tokens.requireToken(headers); // throws 401, 403 or 503
  return { of: claims["email"], invoices: [{ for: "a lamp", euros: 40 }] };
}

const server = createServer((req, res) => {
  invoicesFor(req).then(
    (body) => res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
    (error: unknown) => {
      if (error instanceof TokenError) res.writeHead(error.status, error.headers).end();
      else res.writeHead(500).end();
    },
  );
}).listen(Number(process.env["PORT"] ?? 3002), "127.0.0.1");

process.once("SIGTERM", () => {
  server.close();
  void tokens.close();
});
