import type { ServerResponse } from "node:http";
import type { Auth } from "../../auth.ts";
import type { NodeRequestHead } from "./request-head.ts";

/** The answer of an account route to a request of Node. */
export function answerAccountRoute(
  auth: Pick<Auth, "handler">,
  head: NodeRequestHead,
): Promise<Response> {
  const { remoteAddress, encrypted, csrfToken, mountedAt } = head;
  const peer = { remoteAddress, encrypted, csrfToken, mountedAt };
  return auth.handler(toFetchRequest(head), peer);
}

/** Sends it where nothing but Node is between us and the client. */
export async function sendResponse(target: ServerResponse, response: Response): Promise<void> {
  target.statusCode = response.status;
  for (const [name, value] of response.headers) {
    if (name === "set-cookie") target.appendHeader(name, value);
    else target.setHeader(name, value);
  }
  target.end(new Uint8Array(await response.arrayBuffer()));
}

function toFetchRequest(head: NodeRequestHead): Request {
  // `Request` throws for TRACE. No route knows it, nor the name that stands in for it, so that the answer is the same.
  const method = head.method === "TRACE" ? "UNKNOWN" : head.method;
  const headers = new Headers();
  for (const [name, value] of Object.entries(head.request.headers)) {
    // HTTP/2 has fields that are not headers, such as `:path`.
    if (value === undefined || name.startsWith(":")) continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.append(name, each);
  }
  // The routes look at the path only; the host of a request is whatever its sender wrote.
  const url = `http://localhost${head.url}`;
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers });
  const init: RequestInit & { readonly duplex: "half" } = {
    method,
    headers,
    body: bodyOf(head),
    duplex: "half",
  };
  return new Request(url, init);
}

/** The body as it came, or again as what a parser made of it. */
function bodyOf({ request, parsedBody: body }: NodeRequestHead): BodyInit {
  if (!request.readableDidRead || body === undefined) return streamOf(request);
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return isForm(request.headers["content-type"]) ? formOf(body) : JSON.stringify(body);
}

function isForm(contentType: string | undefined): boolean {
  return /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType ?? "");
}

/** The fields that are text, as no other is ours. As text, since `Request` would say that its type is another's. */
function formOf(body: unknown): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body ?? {})) {
    if (typeof value === "string") fields.append(name, value);
  }
  return fields.toString();
}

function streamOf(request: NodeRequestHead["request"]): ReadableStream<Uint8Array> {
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
