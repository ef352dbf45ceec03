import type { Context, ExtendableContext, Middleware } from "koa";
import type { Auth, RegisteredRequestAuth } from "../auth.ts";
import { AuthError } from "../core/errors.ts";
import type { DataShape } from "../core/sessions/session-data.ts";
import { createGuard, signInPageFor, type PageGuardOptions } from "../http/guard.ts";
import { problemAnswer } from "../http/problem.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import { answerAccountRoute } from "./node/account-route.ts";
import { NodeRequestHead, pathOf } from "./node/request-head.ts";
import { NodeResponseHead } from "./node/response-head.ts";

declare module "koa" {
  interface ExtendableContext {
    /** Who the request acts as, and what can be done about it. Set by `koaAuth`. */
    auth: RegisteredRequestAuth;
  }
}

/** What is used of a context, whatever state and type of body the application gave it. */
type AnyContext = ExtendableContext & { readonly body?: unknown };

/**
 * Symbolon for Koa 3: sets `ctx.auth` on every request, answers the account routes, refuses unsafe requests that come
 * with a cookie from another site's page, and answers an `AuthError` that is thrown after it with a problem document.
 * It works before and after body parsers and under `koa-mount`. Requests without a credential cost no I/O, and an outage
 * of the store fails none by itself.
 */
export function koaAuth<Shape extends DataShape>(auth: Auth<Shape>): Middleware {
  const go = async (
    ctx: Context,
    next: () => Promise<unknown>,
    requestAuth: RequestAuth<Shape>,
  ): Promise<void> => {
    if (requestAuth.error?.code === "cross_site_request") {
      return sendProblem(ctx, requestAuth.error);
    }
    ctx.auth = requestAuth as unknown as RegisteredRequestAuth;
    try {
      await next();
    } catch (error) {
      // What has begun cannot be answered otherwise; Koa reports it.
      if (!(error instanceof AuthError) || ctx.headerSent) throw error;
      sendProblem(ctx, error);
    }
  };
  return (ctx, next) => {
    const head = new KoaRequestHead(ctx);
    if (auth.handles(pathOf(ctx.req))) return answer(ctx, answerAccountRoute(auth, head));
    const opened = auth.open(head, new NodeResponseHead(ctx.res));
    return opened instanceof Promise
      ? opened.then((requestAuth) => go(ctx, next, requestAuth))
      : go(ctx, next, opened);
  };
}

/**
 * Lets only those through who are signed in (and fulfil `options`); the others are answered with a problem document,
 * or sent to `redirectTo` when they asked for a page.
 * @throws TypeError for bad options, and for a route that `koaAuth` does not come before
 */
export function requireAuth(options: PageGuardOptions = {}): Middleware {
  const guard = createGuard(options);
  return (ctx, next) => {
    const requestAuth = ctx.auth as RegisteredRequestAuth | undefined;
    if (requestAuth === undefined) {
      throw new TypeError("requireAuth() needs app.use(koaAuth(auth)) before it");
    }
    const error = guard(requestAuth);
    if (error === null) return next();
    const { method, req, originalUrl: url } = ctx;
    const page = signInPageFor(options, error, { method, headers: req.headers, url });
    if (page === null) return sendProblem(ctx, error);
    ctx.status = 303;
    ctx.redirect(page);
  };
}

/** Answers with a problem document. */
export function sendProblem(ctx: AnyContext, error: AuthError): void {
  const { status, headers, body } = problemAnswer(error);
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.response.body = body;
}

/** A request of which Koa keeps apart what Node made and what middleware did to it. */
class KoaRequestHead extends NodeRequestHead {
  readonly #ctx: AnyContext;

  constructor(ctx: AnyContext) {
    super(ctx.req, ctx.req.headers, mountPointOf(ctx));
    this.#ctx = ctx;
  }

  override get path(): string {
    return pathOf({ url: this.#ctx.originalUrl });
  }

  override get parsedBody(): unknown {
    const { body = super.parsedBody } = this.#ctx.request as { readonly body?: unknown };
    return body;
  }
}

/** What mounting has cut off: `koa-mount` tells its innermost only. */
function mountPointOf({ originalUrl, req: { url = "/" } }: AnyContext): string | undefined {
  if (originalUrl === url) return undefined;
  const [whole, here] = [pathOf({ url: originalUrl }), pathOf({ url })];
  return whole.endsWith(here) ? whole.slice(0, whole.length - here.length) : undefined;
}

async function answer(ctx: AnyContext, answering: Promise<Response>): Promise<void> {
  const response = await answering;
  ctx.status = response.status;
  for (const [name, value] of response.headers) {
    if (name === "set-cookie") ctx.append(name, value);
    else ctx.set(name, value);
  }
  ctx.response.body = Buffer.from(await response.arrayBuffer());
}
