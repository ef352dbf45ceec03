import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TestContext } from "node:test";
import type { Auth, BindOptions, GuardOptions, Principal } from "symbolon";
import { admitUpgrade, bindWebSocket } from "symbolon/node";
import { WebSocket, WebSocketServer } from "ws";

/** An open WebSocket. */
export interface OpenSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<Closing>;
}

/** An open WebSocket, or the answer that refused it. */
export type Opened =
  | OpenSocket
  | {
      readonly status: number;
      readonly headers: NodeJS.Dict<string | string[]>;
      readonly body: string;
    };

/** How a WebSocket was closed, as its client hears it. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A `node:http` server that admits WebSockets with the helpers of `symbolon/node`. */
export interface ServedSockets {
  readonly port: number;
  readonly sockets: WebSocketServer;
  /** What the server heard from clients, by user. */
  readonly heard: string[];
  /** Opens a WebSocket. */
  open(headers: Readonly<Record<string, string>>, path?: string): Promise<Opened>;
  /** Opens one that must be admitted. */
  admitted(headers: Readonly<Record<string, string>>): Promise<OpenSocket>;
}

/** Serves until the test has ended. */
export async function serveSockets(
  context: Pick<TestContext, "after">,
  auth: Auth,
  options: {
    readonly guard?: GuardOptions;
    readonly bind?: BindOptions;
    /** Between the answer to the upgrade and the binding. */
    readonly beforeBind?: (principal: Principal) => Promise<void>;
  } = {},
): Promise<ServedSockets> {
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((_request, response) => response.end());
  const heard: string[] = [];
  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const principal = await admitUpgrade(auth, request, socket, options.guard);
    if (principal === null) return;
    await options.beforeBind?.(principal);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      bindWebSocket(auth, principal, webSocket, options.bind);
      webSocket.on("message", (data: Buffer) => {
        heard.push(`${principal.userId}: ${data.toString()}`);
        webSocket.send(`${principal.userId} said ${data.toString()}`);
      });
    });
  };
  server.on("upgrade", (request, socket, head) => void admit(request, socket, head));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const clients = new Set<WebSocket>();
  context.after(() => {
    for (const socket of [...clients, ...sockets.clients]) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  async function open(headers: Readonly<Record<string, string>>, path = "/"): Promise<Opened> {
    const socket = new WebSocket(`ws://localhost:${port}${path}`, { headers });
    clients.add(socket);
    return openedOrRefused(socket);
  }
  return {
    port,
    sockets,
    heard,
    open,
    async admitted(headers) {
      const opened = await open(headers);
      if ("socket" in opened) return opened;
      throw new Error(`refused: ${opened.status} ${opened.body}`);
    },
  };
}

function openedOrRefused(socket: WebSocket): Promise<Opened> {
  const closed = new Promise<Closing>((resolve) =>
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve({ socket, closed }));
    socket.on("error", reject);
    socket.on("unexpected-response", (_request, response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
  });
}

/** The Cookie header and the token of a user who has signed in. */
export async function signedIn(
  auth: Auth,
  userId: string,
  input: { readonly tenantId?: string } = {},
): Promise<{ readonly cookie: string; readonly authorization: string; readonly id: string }> {
  const request = {
    method: "POST",
    headers: { host: "localhost", "sec-fetch-site": "same-origin" },
  };
  const { cookies, session } = await auth.signIn({ userId, ...input }, request);
  const [cookie = ""] = cookies[0]?.split(";") ?? [];
  const token = cookie.slice(cookie.indexOf("=") + 1);
  return { cookie, authorization: `Bearer ${token}`, id: session.id };
}
