import type {
  FastifyInstance,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
} from "fastify";
import type { Auth, RegisteredRequestAuth } from "../auth.ts";
import { AuthError } from "../core/errors.ts";
import type { DataShape } from "../core/sessions/session-data.ts";
import { createGuard, signInPageFor, type PageGuardOptions } from "../http/guard.ts";
import { problemAnswer } from "../http/problem.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import { answerAccountRoute } from "./node/account-route.ts";
import { MountPoint } from "./node/mount-point.ts";
import { NodeRequestHead, pathOf, type NodeRequest } from "./node/request-head.ts";
import { NodeResponseHead } from "./node/response-head.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who the request acts as, and what can be done about it. Set by `fastifyAuth`. */
    auth: RegisteredRequestAuth;
  }
}

/** What `app.register(fastifyAuth(auth), …)` takes. */
export interface FastifyAuthOptions {
  /** What stands before the account routes, besides the prefix of the instance that it is registered in. */
  readonly prefix?: string;
  /**
   * When requests are judged. `'onRequest'` (default) is before anything else, the body too. `'preValidation'` is after the
   * body parser, for CSRF tokens in the field `_csrf`.
   */
  readonly hook?: "onRequest" | "preValidation";
}

/** A hook of Fastify that needs no body: `onRequest`, `preValidation` or `preHandler`. */
export type FastifyGuard = (
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
) => void;

/**
 * Symbolon for Fastify 5, as a plugin that is not encapsulated: `request.auth` on every request of the instance that it
 * is registered in, the account routes, and the refusal of unsafe requests that come with a cookie from another site's
 * page. Requests without a credential cost no I/O, and an outage of the store fails none by itself.
 */
export function fastifyAuth<Shape extends DataShape>(
  auth: Auth<Shape>,
): FastifyPluginCallback<FastifyAuthOptions> {
  const plugin: FastifyPluginCallback<FastifyAuthOptions> = (app, options, done) => {
    const { prefix = "", hook = "onRequest" } = options;
    const mount = new MountPoint(app.prefix + prefix);
    app.decorateRequest("auth");
    declareRoutes(app, prefix, auth.paths);
    app.addHook(hook, openRequest(auth, mount));
    done();
  };
  // What the package fastify-plugin does, for one symbol each.
  return Object.assign(plugin, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "symbolon",
    [Symbol.for("plugin-meta")]: { name: "symbolon", fastify: "5.x" },
  });
}

/**
 * Lets only those through who are signed in (and fulfil `options`); the others are answered with a problem document,
 * or sent to `redirectTo` when they asked for a page.
 * @throws TypeError for bad options, and for a route that `fastifyAuth` does not come before
 */
export function requireAuth(options: PageGuardOptions = {}): FastifyGuard {
  const guard = createGuard(options);
  return (request, reply, done) => {
    const requestAuth = request.auth as RegisteredRequestAuth | null | undefined;
    if (requestAuth === undefined || requestAuth === null) {
      done(new TypeError("requireAuth() needs await app.register(fastifyAuth(auth)) before it"));
      return;
    }
    const error = guard(requestAuth);
    if (error === null) return done();
    const { method, headers, originalUrl: url } = request;
    const page = signInPageFor(options, error, { method, headers, url });
    if (page === null) sendProblem(reply, error);
    else reply.redirect(page, 303);
  };
}

/**
 * Answers an `AuthError` that a route threw, and a body that a parser refused, with a problem document:
 * `app.setErrorHandler(authErrors())`. Other errors go on to the next handler further out.
 */
export function authErrors(): (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) => void {
  return (error, _request, reply) => {
    const problem = error instanceof AuthError ? error : bodyProblem(error);
    if (problem === null) reply.send(error);
    else sendProblem(reply, problem);
  };
}

/** Answers with a problem document. */
export function sendProblem(reply: FastifyReply, error: AuthError): void {
  const { status, headers, body } = problemAnswer(error);
  reply.code(status).headers(headers).send(body);
}

/**
 * Fastify looks for the route before it runs a hook, and below a prefix it runs none where there is no route. So it is
 * told of ours; the hook answers them, and leaves only ids that cannot be any.
 */
function declareRoutes(app: FastifyInstance, prefix: string, paths: readonly string[]): void {
  const { ignoreTrailingSlash = false, routerOptions } = app.initialConfig;
  const ignoresSlash = ignoreTrailingSlash || (routerOptions?.ignoreTrailingSlash ?? false);
  for (const path of paths) {
    for (const url of ignoresSlash ? [path] : [path, `${path}/`]) {
      app.all(prefix + url, { exposeHeadRoute: false }, (_request, reply) => reply.callNotFound());
    }
  }
}

function openRequest<Shape extends DataShape>(auth: Auth<Shape>, mount: MountPoint): FastifyGuard {
  const go = (
    requestAuth: RequestAuth<Shape>,
    request: FastifyRequest,
    reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ): void => {
    if (requestAuth.error?.code === "cross_site_request") {
      return sendProblem(reply, requestAuth.error);
    }
    request.auth = requestAuth as unknown as RegisteredRequestAuth;
    done();
  };
  return (request, reply, done) => {
    const head = new FastifyRequestHead(request, mount);
    const below = mount.below(pathOf(request.raw));
    if (below !== null && auth.handles(below)) {
      const answering = answerAccountRoute(auth, head);
      answering.then((response) => sendResponse(reply, response)).then(undefined, done);
      return;
    }
    const opened = auth.open(head, new NodeResponseHead(reply.raw));
    if (!(opened instanceof Promise)) return go(opened, request, reply, done);
    opened.then((requestAuth) => go(requestAuth, request, reply, done), done);
  };
}

/** A request of which Fastify keeps the body apart, and whose URL it does not cut. */
class FastifyRequestHead extends NodeRequestHead {
  readonly #request: FastifyRequest;
  readonly #mount: MountPoint;

  constructor(request: FastifyRequest, mount: MountPoint) {
    const raw: NodeRequest = request.raw;
    super(raw, raw.headers, mount.of(pathOf(raw)));
    this.#request = request;
    this.#mount = mount;
  }

  override get url(): string {
    const path = pathOf(this.request);
    return (this.#mount.below(path) ?? path) + super.url.slice(path.length);
  }

  override get parsedBody(): unknown {
    return this.#request.body ?? super.parsedBody;
  }
}

/** Through Fastify, so that what other plugins put on the reply is sent along, and their `onSend` hooks run. */
async function sendResponse(reply: FastifyReply, response: Response): Promise<void> {
  reply.code(response.status);
  for (const [name, value] of response.headers) reply.header(name, value);
  const body = Buffer.from(await response.arrayBuffer());
  reply.send(body.byteLength === 0 ? null : body);
}

/** What Fastify's body parsers throw, in our words. */
function bodyProblem(error: unknown): AuthError | null {
  if (!(error instanceof Error) || !("code" in error) || !("statusCode" in error)) return null;
  if (typeof error.code !== "string" || !error.code.startsWith("FST_ERR_CTP_")) return null;
  if (error.statusCode === 413) return new AuthError("body_too_large");
  if (error.statusCode === 415) return new AuthError("unsupported_media_type");
  return error.statusCode === 400
    ? new AuthError("malformed_request", { detail: "The body could not be read." })
    : null;
}
