import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth, RegisteredRequestAuth } from "../../auth.ts";
import type { DataShape } from "../../core/sessions/session-data.ts";
import type { RequestAuth } from "../../http/request-auth.ts";
import { sendProblem, type NodeRequest } from "../node.ts";
import { answerAccountRoute, sendResponse } from "../node/account-route.ts";
import { MountPoint } from "../node/mount-point.ts";
import { NodeRequestHead, pathOf } from "../node/request-head.ts";
import { NodeResponseHead } from "../node/response-head.ts";

/** A request as Nest hands it over: Express's is Node's own, Fastify's has Node's within. */
export type NestRequest = IncomingMessage | { readonly raw: IncomingMessage };

/** What `use` of Nest's HTTP adapters takes, of Express as of Fastify. */
export type RawMiddleware = (
  request: NodeRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** By what Node made of a request, which is the same for all that Nest runs for it. */
const opened = new WeakMap<IncomingMessage, RegisteredRequestAuth>();

/**
 * Who a request acts as, and what can be done about it, for middleware and interceptors of your own.
 * @throws TypeError for a request that `SymbolonModule` does not come before
 */
export function authOf(request: NestRequest): RegisteredRequestAuth {
  const requestAuth = opened.get(rawOf(request));
  if (requestAuth === undefined) {
    throw new TypeError(
      "this needs SymbolonModule.forRoot({ auth }) among the application's imports",
    );
  }
  return requestAuth;
}

export function rawOf(request: NestRequest): NodeRequest {
  return "raw" in request ? request.raw : request;
}

/** Answers the account routes below `prefix`, refuses cross-site requests, and opens all others. */
export function openRequests<Shape extends DataShape>(
  auth: Auth<Shape>,
  prefix: string,
): RawMiddleware {
  const mount = new MountPoint(prefix);
  return (request, response, next) => {
    const head = new NestRequestHead(request, mount);
    const go = (requestAuth: RequestAuth<Shape>): void => {
      if (requestAuth.error?.code === "cross_site_request") {
        return sendProblem(response, requestAuth.error);
      }
      opened.set(request, requestAuth as unknown as RegisteredRequestAuth);
      next();
    };
    const below = mount.below(head.path);
    if (below !== null && auth.handles(below)) {
      const answering = answerAccountRoute(auth, head);
      answering.then((answer) => sendResponse(response, answer)).then(undefined, next);
      return;
    }
    const opening = auth.open(head, new NodeResponseHead(response));
    if (opening instanceof Promise) opening.then(go, next);
    else go(opening);
  };
}

/** A request whose URL nobody cuts: the global prefix is a part of each route's path. */
class NestRequestHead extends NodeRequestHead {
  readonly #mount: MountPoint;

  constructor(request: NodeRequest, mount: MountPoint) {
    super(request, request.headers, mount.of(pathOf(request)));
    this.#mount = mount;
  }

  override get path(): string {
    return pathOf(this.request);
  }

  override get url(): string {
    const { path } = this;
    return (this.#mount.below(path) ?? path) + super.url.slice(path.length);
  }
}
