import { randomBytes } from "node:crypto";
import {
  Agent,
  request as requestOver,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { ColumnId } from "./column.ts";
import {
  BodyRecord,
  ExchangeLog,
  messageOf,
  pairsOf,
  requestLineOf,
  statusLineOf,
} from "./exchange-log.ts";
import { ticketHeader } from "./process/messages.ts";
import type { Exchange } from "./wire.ts";

/** On what the lab sends itself: a name for it, good for once, that no page can know. */
export const ownHeader = "x-symbolon-lab-own";
/** The counts come by another way than the response, and a little later. */
const patienceForCountsMs = 500;

/** What the lab says about a request of its own before it sends it. */
export interface OwnRequest {
  readonly by: "attacker" | "lab";
  readonly process?: number | undefined;
  /** Left out: it is. Questions that are asked hundreds of times would push everything else out of the record. */
  readonly isRecorded?: boolean;
}

interface Counts {
  readonly reads: number;
  readonly writes: number;
}

export interface TapParts {
  readonly column: ColumnId;
  readonly attackerOrigin: string;
  readonly ticket: string;
  readonly nextId: () => number;
  readonly pick: (process?: number) => { readonly number: number; readonly port: number } | null;
}

/** Stands before a column's processes: hands requests on to them in turn, unchanged, and records what went over the wire. */
export class Tap {
  readonly log: ExchangeLog = new ExchangeLog();
  readonly #options: TapParts;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #own = new Map<string, OwnRequest & { readonly told: (id: number) => void }>();
  readonly #counts = new Map<number, (counts: Counts) => void>();
  readonly #unrecorded = new Set<Promise<void>>();

  constructor(options: TapParts) {
    this.#options = options;
  }

  /** Announces a request of the lab's own: the header that it is to carry, and the exchange that it has become. */
  announce(own: OwnRequest): {
    readonly headers: readonly [name: string, value: string];
    readonly exchange: Promise<number>;
    readonly forget: () => void;
  } {
    const name = randomBytes(18).toString("base64url");
    const exchange = new Promise<number>((told) => this.#own.set(name, { ...own, told }));
    return { headers: [ownHeader, name], exchange, forget: () => this.#own.delete(name) };
  }

  /** The column's process says how often it asked its store for an exchange. */
  counted(exchange: number, counts: Counts): void {
    this.#counts.get(exchange)?.(counts);
  }

  /** Resolves when whatever has been answered is in the record. */
  async settled(): Promise<void> {
    await Promise.all(this.#unrecorded);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { own, rawHeaders } = this.#takeOwn(request.rawHeaders);
    const process = this.#options.pick(own?.process);
    if (process === null) return refuse(response, 503, "No process of this column runs.\n");
    const id = this.#options.nextId();
    const at = Date.now();
    const startedAt = performance.now();
    const sent = new BodyRecord();
    const received = new BodyRecord();
    const counts = this.#waitForCounts(id);

    const upstream = requestOver({
      host: "127.0.0.1",
      port: process.port,
      agent: this.#agent,
      method: request.method,
      path: request.url,
      headers: [...rawHeaders, ticketHeader, `${this.#options.ticket} ${id}`],
      setHost: false,
    });
    request.on("data", (chunk: Buffer) => sent.take(chunk));
    request.pipe(upstream);
    // Who went away does not wait for the answer.
    response.once("close", () => {
      if (!response.writableFinished) upstream.destroy();
    });
    upstream.once("error", () => {
      this.#counts.delete(id);
      if (response.headersSent) response.destroy();
      else refuse(response, 502, "The column's process closed the connection.\n");
    });
    upstream.once("response", (answer) => {
      response.sendDate = false;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      // An event stream shows that it is open before it has anything to say.
      response.flushHeaders();
      answer.on("data", (chunk: Buffer) => received.take(chunk));
      answer.once("close", () => {
        if (!answer.complete) response.destroy();
        const recorded = this.#record(id, own, counts, ({ reads, writes }) => ({
          id,
          at,
          column: this.#options.column,
          by: own?.by ?? this.#senderOf(request),
          process: process.number,
          request: messageOf(requestLineOf(request), rawHeaders, sent),
          response: messageOf(statusLineOf(answer), answer.rawHeaders, received),
          status: answer.statusCode ?? 0,
          storeReads: reads,
          storeWrites: writes,
          durationMs: performance.now() - startedAt,
        }));
        this.#unrecorded.add(recorded);
        void recorded.finally(() => this.#unrecorded.delete(recorded));
      });
      answer.pipe(response);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  async #record(
    id: number,
    own: (OwnRequest & { readonly told: (id: number) => void }) | undefined,
    counts: Promise<Counts>,
    make: (counts: Counts) => Exchange,
  ): Promise<void> {
    // A process that was killed in between counts no more.
    const late = setTimeout(() => this.counted(id, { reads: 0, writes: 0 }), patienceForCountsMs);
    const exchange = make(await counts);
    clearTimeout(late);
    if (own?.isRecorded !== false) this.log.add(exchange);
    own?.told(id);
  }

  #waitForCounts(id: number): Promise<Counts> {
    return new Promise((resolve) => {
      this.#counts.set(id, (counts) => {
        this.#counts.delete(id);
        resolve(counts);
      });
    });
  }

  #takeOwn(rawHeaders: readonly string[]): {
    readonly own: (OwnRequest & { readonly told: (id: number) => void }) | undefined;
    readonly rawHeaders: readonly string[];
  } {
    const pairs = pairsOf(rawHeaders);
    // What a page might try to say to a column's process goes no further, either.
    const reserved = [ownHeader, ticketHeader];
    const [, name = ""] = pairs.find(([header]) => header.toLowerCase() === ownHeader) ?? [];
    const own = this.#own.get(name);
    this.#own.delete(name);
    return {
      own,
      rawHeaders: pairs.filter(([header]) => !reserved.includes(header.toLowerCase())).flat(),
    };
  }

  /** Of the browser's requests those are the attacker's that another site's page made: here there is only one. */
  #senderOf({ headers }: IncomingMessage): Exchange["by"] {
    const { attackerOrigin } = this.#options;
    const isFromElsewhere =
      headers["sec-fetch-site"] === "cross-site" ||
      headers.origin === attackerOrigin ||
      headers.referer?.startsWith(`${attackerOrigin}/`) === true;
    return isFromElsewhere ? "attacker's page" : "person";
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}
