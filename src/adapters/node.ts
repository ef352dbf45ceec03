import type { ServerResponse } from "node:http";
import onHeaders from "on-headers";
import type { Auth } from "../auth.ts";
import type { AuthError } from "../core/errors.ts";
import type { DataShape } from "../core/sessions/session-data.ts";
import { uncacheable } from "../http/cookie-jar.ts";
import { problemAnswer } from "../http/problem.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import type { ResponseHead } from "../http/request-context.ts";
import { NodeRequestHead, pathOf, type NodeRequest } from "./node/request-head.ts";

export { bindResponse, bindServerSentEvents, type LongResponse } from "./node/long-response.ts";
export { admitUpgrade, authenticateUpgrade, refuseUpgrade } from "./node/upgrade.ts";
export { bindWebSocket, closeCodes, type ClosableWebSocket } from "./node/websocket.ts";
export type { NodeRequest };

/**
 * Symbolon for plain `node:http`: call it first. It answers the object that is `req.auth` elsewhere, or null when the
 * request has been answered: by an account route, or by the refusal of a cross-site request.
 */
export function nodeAuth<Shape extends DataShape>(
  auth: Auth<Shape>,
): (request: NodeRequest, response: ServerResponse) => Promise<RequestAuth<Shape> | null> {
  const open = openRequest(auth);
  return async (request, response) => open(request, response);
}

/** `nodeAuth` that answers at once where nothing has to be waited for, which is so for most requests. */
export function openRequest<Shape extends DataShape>(
  auth: Auth<Shape>,
): (
  request: NodeRequest,
  response: ServerResponse,
) => RequestAuth<Shape> | null | Promise<RequestAuth<Shape> | null> {
  const answer = async (request: NodeRequest, response: ServerResponse): Promise<null> => {
    const { remoteAddress, encrypted, csrfToken, mountedAt } = new NodeRequestHead(request);
    const peer = { remoteAddress, encrypted, csrfToken, mountedAt };
    await sendResponse(response, await auth.handler(toFetchRequest(request), peer));
    return null;
  };
  return (request, response) => {
    if (auth.handles(pathOf(request))) return answer(request, response);
    const opened = auth.open(new NodeRequestHead(request), new NodeResponseHead(response));
    return opened instanceof Promise
      ? opened.then((requestAuth) => unlessForeign(requestAuth, response))
      : unlessForeign(opened, response);
  };
}

function unlessForeign<Shape extends DataShape>(
  requestAuth: RequestAuth<Shape>,
  response: ServerResponse,
): RequestAuth<Shape> | null {
  if (requestAuth.error?.code !== "cross_site_request") return requestAuth;
  sendProblem(response, requestAuth.error);
  return null;
}

/** Answers with a problem document. */
export function sendProblem(response: ServerResponse, error: AuthError): void {
  const { status, headers, body } = problemAnswer(error);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/** The cookies of one Node response: written, with what caches must hear, at the moment the head is. */
class NodeResponseHead implements ResponseHead {
  readonly #response: ServerResponse;
  #fields: Map<string, string> | null = null;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  assertOpen(): void {
    if (!this.#response.headersSent) return;
    throw new TypeError("the response has begun, so its session cookie cannot be changed any more");
  }

  setCookie(key: string, field: string): void {
    this.assertOpen();
    if (this.#fields === null) {
      this.#fields = new Map();
      onHeaders(this.#response, () => this.#write());
    }
    this.#fields.set(key, field);
  }

  #write(): void {
    for (const field of this.#fields?.values() ?? [])
      this.#response.appendHeader("set-cookie", field);
    for (const [name, value] of Object.entries(uncacheable)) {
      if (value === null) this.#response.removeHeader(name);
      else this.#response.setHeader(name, value);
    }
  }
}

function toFetchRequest(request: NodeRequest): Request {
  // `Request` throws for TRACE. No route knows it, nor the name that stands in for it, so that the answer is the same.
  const method = request.method === "TRACE" ? "UNKNOWN" : (request.method ?? "GET");
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // HTTP/2 has fields that are not headers, such as `:path`.
    if (value === undefined || name.startsWith(":")) continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.append(name, each);
  }
  // The routes look at the path only; the host of a request is whatever its sender wrote.
  const url = `http://localhost${request.url ?? "/"}`;
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers });
  const init: RequestInit & { readonly duplex: "half" } = {
    method,
    headers,
    body: bodyOf(request),
    duplex: "half",
  };
  return new Request(url, init);
}

/** The body as it came, or as a parser left it in `request.body`. */
function bodyOf(request: NodeRequest): BodyInit {
  const { body } = request;
  if (!request.readableDidRead || body === undefined) return streamOf(request);
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return JSON.stringify(body);
}

function streamOf(request: NodeRequest): ReadableStream<Uint8Array> {
  const chunks = request.iterator({ destroyOnReturn: false });
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value as Uint8Array);
    },
    async cancel() {
      await chunks.return?.();
      // Destroying the request would take the connection, and with it our answer, away.
      request.resume();
    },
  });
}

async function sendResponse(target: ServerResponse, response: Response): Promise<void> {
  target.statusCode = response.status;
  for (const [name, value] of response.headers) {
    if (name === "set-cookie") target.appendHeader(name, value);
    else target.setHeader(name, value);
  }
  target.end(new Uint8Array(await response.arrayBuffer()));
}
