import type { ErrorRequestHandler, RequestHandler } from "express";
import type { Auth, RegisteredRequestAuth } from "../auth.ts";
import { AuthError } from "../core/errors.ts";
import type { DataShape } from "../core/sessions/session-data.ts";
import { createGuard, signInPageFor, type PageGuardOptions } from "../http/guard.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import { openRequest, sendProblem } from "./node.ts";

declare global {
  namespace Express {
    interface Request {
      /** Who the request acts as, and what can be done about it. Set by `expressAuth`. */
      auth: RegisteredRequestAuth;
    }
  }
}

/**
 * Symbolon for Express 4 and 5: sets `req.auth` on every request, answers the account routes, and refuses unsafe
 * requests that come with a cookie from another site's page. It works before and after body parsers and under a
 * sub-path. Requests without a credential cost no I/O, and an outage of the store fails none by itself.
 */
export function expressAuth<Shape extends DataShape>(auth: Auth<Shape>): RequestHandler {
  const open = openRequest(auth);
  return (req, res, next) => {
    const go = (requestAuth: RequestAuth<Shape> | null): void => {
      if (requestAuth === null) return;
      req.auth = requestAuth as unknown as RegisteredRequestAuth;
      next();
    };
    const opened = open(req, res);
    // Express 4 does not look at a promise.
    if (opened instanceof Promise) opened.then(go, next);
    else go(opened);
  };
}

/**
 * Lets only those through who are signed in (and fulfil `options`); the others are answered with a problem document,
 * or sent to `redirectTo` when they asked for a page.
 * @throws TypeError for bad options, and for a route that `expressAuth` does not come before
 */
export function requireAuth(options: PageGuardOptions = {}): RequestHandler {
  const guard = createGuard(options);
  return (req, res, next) => {
    const requestAuth = req.auth as RegisteredRequestAuth | undefined;
    if (requestAuth === undefined) {
      next(new TypeError("requireAuth() needs app.use(expressAuth(auth)) before it"));
      return;
    }
    const error = guard(requestAuth);
    if (error === null) return next();
    const page = signInPageFor(options, error, {
      method: req.method,
      headers: req.headers,
      url: req.originalUrl,
    });
    if (page === null) return sendProblem(res, error);
    res.redirect(303, page);
  };
}

/**
 * Answers an `AuthError` that a route threw, and a body that a parser refused, with a problem document; put it last. Other
 * errors go on.
 */
export function authErrors(): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    const problem = error instanceof AuthError ? error : bodyProblem(error);
    if (problem === null || res.headersSent) next(error);
    else sendProblem(res, problem);
  };
}

/** What Express's body parsers throw, in our words: they name the fault in `type`, and its status. */
function bodyProblem(error: unknown): AuthError | null {
  if (!(error instanceof Error) || !("type" in error) || !("status" in error)) return null;
  if (error.type === "entity.too.large") return new AuthError("body_too_large");
  if (error.status === 415) return new AuthError("unsupported_media_type");
  const isBody =
    typeof error.type === "string" && /^(entity|request|encoding|charset)\./.test(error.type);
  return isBody && error.status === 400
    ? new AuthError("malformed_request", { detail: "The body could not be read." })
    : null;
}
