import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** `up`: from the client to the server. `down`: back. */
export type Direction = "up" | "down";

/** One way of a connection: what came in waits here until it is due, or for as long as the way is stalled. */
class Lane {
  readonly #to: Socket;
  readonly #waiting: { readonly chunk: Buffer | "end"; readonly dueAt: number }[] = [];
  #timer: NodeJS.Timeout | null = null;
  stalled: boolean;
  delayMs: number;
  /** Swallows everything: the other side is gone and nobody has told this one. */
  swallows = false;

  constructor(from: Socket, to: Socket, state: { readonly stalled: boolean; delayMs: number }) {
    this.#to = to;
    this.stalled = state.stalled;
    this.delayMs = state.delayMs;
    from.on("data", (chunk: Buffer) => this.#push(chunk));
    from.on("end", () => this.#push("end"));
  }

  /** Forwards what is due, in order. */
  pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.stalled) return;
    const now = performance.now();
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (first.dueAt > now) {
        this.#timer = setTimeout(() => this.pump(), first.dueAt - now);
        return;
      }
      this.#waiting.shift();
      if (first.chunk === "end") this.#to.end();
      else if (this.#to.writable) this.#to.write(first.chunk);
    }
  }

  drop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.stalled = true;
  }

  #push(chunk: Buffer | "end"): void {
    if (this.swallows) return;
    this.#waiting.push({ chunk, dueAt: performance.now() + this.delayMs });
    this.pump();
  }
}

/** One connection of a client, and the one to the server that stands for it. */
class Link {
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: Readonly<Record<Direction, Lane>>;
  #halfOpen = false;

  constructor(
    client: Socket,
    server: Socket,
    state: (direction: Direction) => { stalled: boolean; delayMs: number },
    gone: () => void,
  ) {
    this.client = client;
    this.server = server;
    this.lanes = {
      up: new Lane(client, server, state("up")),
      down: new Lane(server, client, state("down")),
    };
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true);
      socket.on("error", () => {
        if (!this.#halfOpen) other.resetAndDestroy();
      });
    }
    client.on("close", () => {
      this.#drop();
      server.destroy();
      gone();
    });
  }

  /** Ends both sides with a RST, as a router or a dying kernel does. */
  reset(): void {
    this.#drop();
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  /** The server's side is gone; the client's stays and is told nothing. */
  halfOpen(): void {
    this.#halfOpen = true;
    this.#drop();
    this.lanes.up.swallows = true;
    this.server.resetAndDestroy();
  }

  get isHalfOpen(): boolean {
    return this.#halfOpen;
  }

  #drop(): void {
    this.lanes.up.drop();
    this.lanes.down.drop();
  }
}

/**
 * A TCP proxy on a loopback port that does to connections what networks do. What is commanded holds for the connections
 * that are open and for new ones, until it is commanded otherwise; `heal` makes the network good again.
 */
export class FaultProxy {
  readonly #server: Server;
  readonly #upstreamPort: number;
  readonly #links = new Set<Link>();
  readonly #stalled: Record<Direction, boolean> = { up: false, down: false };
  readonly #delayMs: Record<Direction, number> = { up: 0, down: 0 };
  #refuses = false;

  private constructor(server: Server, upstreamPort: number) {
    this.#server = server;
    this.#upstreamPort = upstreamPort;
    server.on("connection", (client) => this.#accept(client));
  }

  /** Listens on a free port and forwards to another one of this machine. */
  static async start(upstreamPort: number): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FaultProxy(server, upstreamPort);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Lets everything that comes from now on travel for so long: milliseconds. */
  delay(ms: Partial<Readonly<Record<Direction, number>>>): void {
    Object.assign(this.#delayMs, ms);
    this.#update();
  }

  /** Accepts and forwards nothing; what came meanwhile goes on when it is healed. */
  stall(...directions: readonly Direction[]): void {
    for (const direction of directions) this.#stalled[direction] = true;
    this.#update();
  }

  /** Ends all open connections with a RST. */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  /** Open connections lose their server and are not told, until they are healed: with a RST. New ones work. */
  halfOpen(): void {
    for (const link of this.#links) link.halfOpen();
  }

  /** New connections are ended with a RST as soon as they are made; open ones stay. */
  refuse(): void {
    this.#refuses = true;
  }

  /** What was stalled goes on; what is half open learns of it. */
  heal(): void {
    this.#refuses = false;
    for (const direction of ["up", "down"] as const) {
      this.#stalled[direction] = false;
      this.#delayMs[direction] = 0;
    }
    for (const link of this.#links) if (link.isHalfOpen) link.reset();
    this.#update();
  }

  /** Ends everything and lets go of the port. */
  async close(): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    if (this.#refuses) {
      client.on("error", () => client.destroy());
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#upstreamPort, host: "127.0.0.1", allowHalfOpen: true });
    const link: Link = new Link(
      client,
      server,
      (direction) => ({
        stalled: this.#stalled[direction],
        delayMs: this.#delayMs[direction],
      }),
      () => this.#links.delete(link),
    );
    this.#links.add(link);
  }

  #update(): void {
    for (const link of this.#links) {
      if (link.isHalfOpen) continue;
      for (const direction of ["up", "down"] as const) {
        const lane = link.lanes[direction];
        lane.stalled = this.#stalled[direction];
        lane.delayMs = this.#delayMs[direction];
        lane.pump();
      }
    }
  }
}
