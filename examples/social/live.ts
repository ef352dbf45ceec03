import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { AuthError, type Auth } from "symbolon";
import { admitUpgrade, bindWebSocket, refuseUpgrade } from "symbolon/node";
import { WebSocketServer } from "ws";
import type { LiveMessage } from "./feed.ts";

export interface Live {
  /** Tells everybody who is connected. */
  announce(message: LiveMessage): void;
  /** Sends everybody away, who come back to the process that is started next. */
  close(): void;
}

/** Bytes that wait for one client. */
const mostUnread = 256 * 1024;

/** WebSockets at `/live`, for browsers by cookie and for apps by bearer token. Each closes when its session ends. */
export function serveLive(server: Server, auth: Auth): Live {
  // Nothing is done by message: what users do comes as HTTP requests, each of which is judged anew.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024 });

  let isClosing = false;

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (request.url !== "/live") return refuseUpgrade(socket, new AuthError("not_found"));
    const principal = await admitUpgrade(auth, request, socket);
    if (principal === null) return;
    // Whoever comes back too early would keep this process from ending.
    if (isClosing) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      bindWebSocket(auth, principal, webSocket);
      // Such as a frame that is no frame. Without a listener it would end the process; `ws` closes the socket by itself.
      webSocket.on("error", () => undefined);
    });
  }
  server.on("upgrade", (request, socket, head) => void admit(request, socket, head));

  return {
    announce(message) {
      const text = JSON.stringify(message);
      for (const webSocket of sockets.clients) {
        // Who does not read fills our memory. They may come back, and ask for what they missed.
        if (webSocket.bufferedAmount > mostUnread) webSocket.terminate();
        else webSocket.send(text);
      }
    },
    close() {
      isClosing = true;
      for (const webSocket of sockets.clients) {
        webSocket.close(1012, "service_restart");
        setTimeout(() => webSocket.terminate(), 1_000).unref();
      }
    },
  };
}
