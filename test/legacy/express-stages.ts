import type { TestContext } from "node:test";
import express, { type Express, type Request, type RequestHandler } from "express";
import type { Auth } from "symbolon";
import { expressAuth } from "symbolon/express";
import { listen } from "../support/listen.ts";

/** What the application keeps in a session. */
export interface Ada {
  userId?: string;
  loggedInAt?: number;
  cart?: string[];
}

/** The application as it was: `req.session` says who is signed in. */
export function oldApplication(session: RequestHandler): Express {
  const app = express();
  app.use(session);
  app.post("/login", (req, res, next) => {
    req.session.regenerate((error: unknown) => {
      if (error) return next(error);
      Object.assign(req.session, { userId: queryOf(req, "user"), loggedInAt: Date.now() });
      res.end();
    });
  });
  app.get("/me", (req, res) => void res.end(kept(req).userId));
  addCart(app);
  return app;
}

/** The application with `req.auth`; with `session` it keeps its data where they were. */
export interface NewStage {
  readonly auth: Auth;
  readonly session?: RequestHandler;
}

function newApplication({ auth, session }: NewStage): Express {
  const app = express();
  app.use(expressAuth(auth));
  app.get("/me", (req, res) => void res.end(req.auth.principal?.userId));
  app.post("/logout", async (req, res) => {
    await req.auth.signOut();
    res.end();
  });
  if (session !== undefined) {
    app.use(session);
    app.get("/old-me", (req, res) => void res.end(kept(req).userId));
    addCart(app);
    return app;
  }
  app.get("/cart", async (req, res) => {
    const cart = await req.auth.data.get("cart");
    res.end(Array.isArray(cart) ? cart.join(",") : "");
  });
  app.post("/cart", async (req, res) => {
    const item = queryOf(req, "add");
    await req.auth.data.update("cart", (cart) => [...(Array.isArray(cart) ? cart : []), item]);
    res.end();
  });
  return app;
}

export function serveStage(t: TestContext, stage: Express | NewStage): Promise<string> {
  return listen(t, "auth" in stage ? newApplication(stage) : stage);
}

function addCart(app: Express): void {
  app.get("/cart", (req, res) => void res.end(kept(req).cart?.join(",")));
  app.post("/cart", (req, res) => {
    const { cart = [] } = kept(req);
    Object.assign(req.session, { cart: [...cart, queryOf(req, "add")] });
    res.end();
  });
}

function kept(req: Request): Ada {
  return req.session;
}

function queryOf(req: Request, name: string): string {
  const value = req.query[name];
  return typeof value === "string" ? value : "";
}
