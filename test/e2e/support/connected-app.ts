import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { after } from "node:test";
import express from "express";
import { createAuth, type AuthEvents, type Store } from "symbolon";
import { expressAuth, requireAuth } from "symbolon/express";
import { admitUpgrade, bindServerSentEvents, bindWebSocket } from "symbolon/node";
import { WebSocketServer } from "ws";
import { testSecret } from "../../support/auth.ts";
import { terminateTls } from "./tls.ts";

/** An application with a WebSocket and an event stream, behind TLS at `https://app.test`. */
export interface ConnectedApp {
  readonly origin: string;
  /** What was refused as an attack. */
  readonly refused: AuthEvents["request.refused"][];
  /** How many WebSockets are open. */
  readonly openSockets: () => number;
}

/** Starts it, with an engine of its own, until the tests of the file have ended. */
export async function startConnectedApp(store: Store): Promise<ConnectedApp> {
  const app = express();
  const server = createServer(app);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const origin = `https://app.test:${await terminateTls(() => port)}`;

  const auth = createAuth({
    secret: testSecret,
    store,
    baseUrl: origin,
    // The worst case: browsers send the cookie along from every site.
    cookies: { sameSite: "none" },
  });
  const refused: AuthEvents["request.refused"][] = [];
  auth.on("request.refused", (event) => refused.push(event));

  app.use(expressAuth(auth));
  app.get("/login", async (req, res) => {
    await req.auth.signIn({ userId: "alice" });
    res.type("html").send("<!doctype html><title>Signed in</title>");
  });
  app.get("/events", requireAuth(), (req, res) => {
    const { principal } = req.auth;
    if (principal === null) return;
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    res.write(`data: ${principal.userId}\n\n`);
    bindServerSentEvents(auth, principal, res);
  });

  const sockets = new WebSocketServer({ noServer: true });
  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const principal = await admitUpgrade(auth, request, socket);
    if (principal === null) return;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      bindWebSocket(auth, principal, webSocket);
      webSocket.send(principal.userId);
    });
  };
  server.on("upgrade", (request, socket, head) => void admit(request, socket, head));
  after(async () => {
    for (const each of sockets.clients) each.terminate();
    server.closeAllConnections();
    server.close();
    await auth.close();
  });
  return { origin, refused, openSockets: () => sockets.clients.size };
}
