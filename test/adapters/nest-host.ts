import type { ServerResponse } from "node:http";
import { Controller, Get, Post, Req, Res, UseGuards, type DynamicModule } from "@nestjs/common";
import { NestFactory, type AbstractHttpAdapter } from "@nestjs/core";
import type { Auth, RequestAuth } from "symbolon";
import { CurrentAuth, requireAuth, SymbolonModule, type NestRequest } from "symbolon/nest";
import type { Host } from "./http-suite.ts";
import {
  bodyOf,
  fieldsOf,
  guards,
  routes,
  type PlainAnswer,
  type PlainRoute,
} from "./plain-app.ts";
import { admitSockets } from "./sockets.ts";

/** An application on Nest, on the platform of the adapter. */
export function nestHost(
  name: string,
  makeAdapter: () => AbstractHttpAdapter,
  {
    prefix = "",
    parsesJson = false,
  }: { readonly prefix?: string; readonly parsesJson?: boolean } = {},
): Host {
  return {
    name,
    parsesJson,
    async serve(context, auth) {
      const app = await NestFactory.create(moduleOf(auth), makeAdapter(), {
        logger: false,
        abortOnError: false,
        forceCloseConnections: true,
      });
      if (prefix !== "") app.setGlobalPrefix(prefix);
      await app.listen(0, "127.0.0.1");
      const upgrade = admitSockets(auth);
      app.getHttpServer().on("upgrade", (...given: Parameters<typeof upgrade>) => {
        void upgrade(...given);
      });
      context.after(() => app.close());
      const { port } = new URL(await app.getUrl());
      return `http://localhost:${port}${prefix}`;
    },
  };
}

function moduleOf(auth: Auth): DynamicModule {
  class Application {}
  return {
    module: Application,
    imports: [SymbolonModule.forRoot({ auth })],
    controllers: [makeController()],
  };
}

/** A controller with the routes of the cases. Decorators are called as functions, since Node does not know them. */
function makeController(): new () => object {
  class Routes {}
  for (const [name, route] of Object.entries(routes)) {
    const [method, path = ""] = name.split(" ");
    const descriptor = { value: handlerOf(route), configurable: true, writable: true };
    Object.defineProperty(Routes.prototype, name, descriptor);
    CurrentAuth()(Routes.prototype, name, 0);
    Req()(Routes.prototype, name, 1);
    Res()(Routes.prototype, name, 2);
    const guard = guards[path];
    if (guard !== undefined) UseGuards(requireAuth(guard))(Routes.prototype, name, descriptor);
    (method === "GET" ? Get : Post)(path)(Routes.prototype, name, descriptor);
  }
  Controller()(Routes);
  return Routes;
}

/** What both platforms have of a response. */
type NestResponse = ServerResponse | { readonly raw: ServerResponse; send(body: unknown): unknown };

function handlerOf(
  route: PlainRoute,
): (auth: RequestAuth, request: NestRequest, response: NestResponse) => Promise<void> {
  return async (auth, request, response) => {
    const { method = "GET", url = "/" } = "raw" in request ? request.raw : request;
    const answer = await route(auth, {
      method,
      url: new URL(url, "http://localhost"),
      accept: "",
    });
    send(response, answer);
  };
}

function send(response: NestResponse, answer: PlainAnswer): void {
  const raw = "raw" in response ? response.raw : response;
  raw.statusCode = answer.status;
  raw.setHeaders(fieldsOf(answer));
  const body = bodyOf(answer);
  if ("raw" in response) response.send(body);
  else if (typeof body === "string") response.end(body);
  else body.pipe(response);
}
