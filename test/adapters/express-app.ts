import type { Express, Request, RequestHandler } from "express";
import { authErrors, expressAuth, requireAuth } from "symbolon/express";
import type { Auth } from "symbolon";
import { bodyOf, fieldsOf, guards, routes, type PlainRoute } from "./plain-app.ts";

/** The parts of Express that 4 and 5 share. */
export interface ExpressModule {
  (): Express;
  json(): RequestHandler;
  urlencoded(options: { extended: boolean }): RequestHandler;
}

/** Puts Symbolon and the routes of the cases on an application. */
export function addRoutes(app: Express, auth: Auth): Express {
  app.use(expressAuth(auth));
  for (const [name, route] of Object.entries(routes)) {
    const [method = "", path = ""] = name.split(" ");
    const guard = guards[path];
    const handlers = [...(guard === undefined ? [] : [requireAuth(guard)]), handlerOf(route)];
    if (method === "GET") app.get(path, handlers);
    else app.post(path, handlers);
  }
  app.use(authErrors());
  return app;
}

/** Express 4 does not look at a handler's promise. */
function handlerOf(route: PlainRoute): RequestHandler {
  return async (req, res, next) => {
    try {
      const answer = await route(req.auth, { method: req.method, url: urlOf(req), accept: "" });
      res.status(answer.status).setHeaders(fieldsOf(answer));
      const body = bodyOf(answer);
      if (typeof body === "string") res.send(body);
      else body.pipe(res);
    } catch (error) {
      next(error);
    }
  };
}

function urlOf(req: Request): URL {
  return new URL(req.url, "http://localhost");
}
