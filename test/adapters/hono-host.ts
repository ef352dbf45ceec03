import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import {
  createAdaptorServer,
  getRequestListener,
  upgradeWebSocket,
  type WebSocketServerLike,
} from "@hono/node-server";
import { Hono } from "hono";
import type { Auth } from "symbolon";
import { authErrors, honoAuth, requireAuth, type AuthVariables } from "symbolon/hono";
import { bindWebSocket, type ClosableWebSocket } from "symbolon/node";
import { WebSocketServer } from "ws";
import { listen } from "../support/listen.ts";
import type { Host } from "./http-suite.ts";
import { guards, routes, toResponse } from "./plain-app.ts";

type App = Hono<{ Variables: AuthVariables }>;

interface HonoHostOptions {
  readonly prefix?: string;
  /** Whether something reads the body before Symbolon does. */
  readonly readsBody?: boolean;
}

/** An application on Hono and Node: as it is, or as part of another whose middleware reads bodies. */
export function honoNodeHost(name: string, options: HonoHostOptions = {}): Host {
  return {
    name,
    async serve(context, auth) {
      const { fetch } = appOf(auth, options, (app) => addSockets(app, auth));
      const server = new WebSocketServer({ noServer: true }) as WebSocketServerLike;
      return (
        (await started(context, createAdaptorServer({ fetch, websocket: { server } }) as Server)) +
        (options.prefix ?? "")
      );
    },
  };
}

/** The same where nothing is known of Node, as on other runtimes. */
export function honoFetchHost(name: string): Host {
  return {
    name,
    hasSockets: false,
    async serve(context, auth) {
      const app = appOf(auth, {}, () => undefined);
      return listen(
        context,
        getRequestListener((request) => app.fetch(request)),
      );
    },
  };
}

function appOf(
  auth: Auth,
  { prefix = "", readsBody = false }: HonoHostOptions,
  addMore: (app: App) => void,
): App {
  const app: App = new Hono();
  if (readsBody) {
    app.use(async (c, next) => {
      await c.req.text();
      return next();
    });
  }
  const part: App = new Hono();
  part.use(honoAuth(auth));
  addRoutes(part);
  addMore(part);
  app.onError(authErrors());
  return app.route(prefix === "" ? "/" : prefix, part);
}

function addRoutes(app: App): void {
  for (const [name, route] of Object.entries(routes)) {
    const [method = "", path = ""] = name.split(" ");
    const guard = guards[path];
    if (guard !== undefined) app.on(method, path, requireAuth(guard));
    app.on(method, path, async (c) =>
      toResponse(await route(c.get("auth"), { method, url: new URL(c.req.url), accept: "" })),
    );
  }
}

function addSockets(app: App, auth: Auth): void {
  app.get(
    "/socket",
    requireAuth(),
    upgradeWebSocket((c) => {
      const { principal } = c.get("auth") as AuthVariables["auth"];
      return {
        onOpen(_event, { raw }) {
          if (principal === null || raw === undefined) throw new TypeError("nobody is signed in");
          const socket = raw as unknown as ClosableWebSocket & { send(text: string): void };
          bindWebSocket(auth, principal, socket);
          socket.send(principal.userId);
        },
      };
    }),
  );
}

async function started(context: TestContext, server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
