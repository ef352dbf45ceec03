import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Auth } from "symbolon";
import { admitUpgrade, bindWebSocket } from "symbolon/node";
import { WebSocketServer } from "ws";

/** WebSockets beside an application on `node:http`: each says at first who it belongs to. */
export function admitSockets(
  auth: Auth,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true });
  return async (request, socket, head) => {
    const principal = await admitUpgrade(auth, request, socket);
    if (principal === null) return;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      bindWebSocket(auth, principal, webSocket);
      webSocket.send(principal.userId);
    });
  };
}
