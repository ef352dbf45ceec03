import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A loopback port in front of a server, by which a test takes the server away and gives it back. */
export class Relay {
  readonly port: number;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #isFrozen = false;

  /** In front of the server of `url`, on a port that is free. Closed until `open`. */
  constructor(port: number, url: string, defaultPort: number) {
    const { hostname, port: targetPort } = new URL(url);
    this.port = port;
    this.#target = { host: hostname, port: Number(targetPort || defaultPort) };
  }

  /** `url` with this port in the place of the server's. */
  urlFor(url: string): string {
    const changed = new URL(url);
    changed.hostname = "127.0.0.1";
    changed.port = String(this.port);
    return changed.href;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => this.#relay(socket)).listen(this.port, "127.0.0.1");
    this.#server = server;
    await once(server, "listening");
  }

  /** Breaks all connections and refuses new ones. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server === null) return;
    server.close();
    await once(server, "close");
  }

  /** Passes nothing on, and breaks nothing. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  #relay(from: Socket): void {
    const to = connect(this.#target);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#sockets.add(one);
      one.on("data", (chunk) => other.write(chunk));
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      if (this.#isFrozen) one.pause();
    }
  }
}
