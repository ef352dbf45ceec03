import type { IncomingMessage } from "node:http";
import type { HeaderSource, RequestHead } from "../../http/headers.ts";

/** A request of which a framework may have read the body, and cut the mount point off the URL. */
export type NodeRequest = IncomingMessage & {
  readonly body?: unknown;
  readonly originalUrl?: string;
  /** Express's name for the mount point. */
  readonly baseUrl?: string;
};

/** The path of a request as this handler sees it, without the query. */
export function pathOf({ url = "/" }: { readonly url?: string | undefined }): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

/** A request as the HTTP layer reads it; the path is the one that the client sees. What nobody asks for is not looked up. */
export class NodeRequestHead implements RequestHead {
  readonly method: string;
  readonly headers: HeaderSource;
  /** Where it is now: routers further in change it. */
  readonly mountedAt: string | undefined;
  /** What Node made. Where a framework keeps the body and the URL apart from it, a subclass says where. */
  readonly request: NodeRequest;

  constructor(
    request: NodeRequest,
    headers: HeaderSource = request.headers,
    mountedAt: string | undefined = request.baseUrl,
  ) {
    this.method = request.method ?? "GET";
    this.headers = headers;
    this.mountedAt = mountedAt;
    this.request = request;
  }

  get path(): string {
    return pathOf({ url: this.request.originalUrl ?? this.request.url });
  }

  /** The URL as the routes see it, without what stands before the mount point. */
  get url(): string {
    return this.request.url ?? "/";
  }

  /** The body as a parser left it; undefined where none did. */
  get parsedBody(): unknown {
    return this.request.body;
  }

  get remoteAddress(): string | undefined {
    return this.request.socket.remoteAddress;
  }

  get encrypted(): boolean {
    const { socket } = this.request;
    return "encrypted" in socket && socket.encrypted === true;
  }

  get csrfToken(): string | undefined {
    const body = this.parsedBody;
    const token: unknown =
      typeof body === "object" && body !== null && "_csrf" in body ? body._csrf : undefined;
    return typeof token === "string" ? token : undefined;
  }
}
