import type { Express, Request, RequestHandler } from "express";
import { authErrors, expressAuth, requireAuth } from "symbolon/express";
import type { Auth } from "symbolon";
import { signInInputOf } from "./plain-app.ts";

/** The parts of Express that 4 and 5 share. */
export interface ExpressModule {
  (): Express;
  json(): RequestHandler;
  urlencoded(options: { extended: boolean }): RequestHandler;
}

/** Puts Symbolon and the routes of the cases on an application. */
export function addRoutes(app: Express, auth: Auth): Express {
  app.use(expressAuth(auth));
  app.post(
    "/login",
    wrap(async (req, res) => {
      const query = new URL(req.url, "http://localhost").searchParams;
      res.json(await req.auth.signIn(signInInputOf(query)));
    }),
  );
  app.get("/profile", requireAuth(), (req, res) => {
    res.json(req.auth.principal);
  });
  app.get("/stale", requireAuth({ outage: { staleFor: "20s" } }), (req, res) => {
    res.json(req.auth.principal);
  });
  app.get("/status", (req, res) => {
    res.json({ status: req.auth.status });
  });
  app.post(
    "/logout",
    wrap(async (req, res) => {
      await req.auth.signOut();
      res.json({ ok: true });
    }),
  );
  app.get(
    "/visits",
    wrap(async (req, res) => {
      res.json({
        visits: await req.auth.data.update("visits", (visits) => Number(visits ?? 0) + 1),
      });
    }),
  );
  app.post(
    "/note",
    wrap(async (req, res) => {
      await req.auth.data.set("note", "written");
      res.json({ ok: true });
    }),
  );
  app.get("/fresh", requireAuth({ maxAge: "5m" }), (_req, res) => {
    res.json({ ok: true });
  });
  app.get(
    "/admin",
    requireAuth({ claims: ({ claims }) => claims["role"] === "admin" }),
    (_req, res) => {
      res.json({ ok: true });
    },
  );
  app.get("/page", requireAuth({ redirectTo: "/sign-in" }), (_req, res) => {
    res.send("a page");
  });
  app.post(
    "/cached-login",
    wrap(async (req, res) => {
      res.set({ "Cache-Control": "public, s-maxage=60", "CDN-Cache-Control": "max-age=60" });
      res.cookie("theme", "dark");
      await req.auth.signIn({ userId: userIdOf(req) });
      res.json({ ok: true });
    }),
  );
  app.use(authErrors());
  return app;
}

/** Express 4 does not look at a handler's promise. */
function wrap(handler: (...input: Parameters<RequestHandler>) => Promise<void>): RequestHandler {
  return async (req, res, next) => {
    try {
      await handler(req, res, next);
    } catch (error) {
      next(error);
    }
  };
}

function userIdOf({ query }: Request): string {
  const { userId } = query;
  return typeof userId === "string" ? userId : "";
}
