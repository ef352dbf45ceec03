import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * A keep-alive connection that sends one request after the other, as bytes that were made beforehand: it should cost next to
 * nothing beside the server, on whose machine it runs.
 */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<HttpAnswer> | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#hear(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Connection(socket);
  }

  ask(request: Buffer): Promise<HttpAnswer> {
    const waiting = Promise.withResolvers<HttpAnswer>();
    this.#waiting = waiting;
    this.#socket.write(request);
    return waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const read = readAnswer(this.#received);
    if (read === null) return;
    const waiting = this.#waiting;
    this.#received = this.#received.subarray(read.end);
    this.#waiting = null;
    waiting?.resolve(read);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

/** An answer, and where it ends; null while there is more to come. */
function readAnswer(received: Buffer): (HttpAnswer & { readonly end: number }) | null {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  const head = received.toString("latin1", 0, headEnd);
  const status = Number(head.slice(9, 12));
  const start = headEnd + 4;
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) return readChunks(received, start, status);
  const end = start + Number(length);
  return received.length < end
    ? null
    : { status, body: received.toString("latin1", start, end), end };
}

function readChunks(
  received: Buffer,
  start: number,
  status: number,
): ReturnType<typeof readAnswer> {
  let body = "";
  for (let at = start; ;) {
    const lineEnd = received.indexOf("\r\n", at);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(received.toString("latin1", at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (!(end <= received.length)) return null;
    body += received.toString("latin1", lineEnd + 2, end - 2);
    if (size === 0) return { status, body, end };
    at = end;
  }
}
