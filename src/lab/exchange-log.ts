import type { IncomingMessage } from "node:http";
import type { Exchange, Message } from "./wire.ts";

/** More than a page shows, so that a run that sends many requests finds all of its own. */
const mostKept = 400;
const mostBodyBytes = 4_096;

/** The newest exchanges of a column, by their ids. */
export class ExchangeLog {
  #exchanges: Exchange[] = [];

  add(exchange: Exchange): void {
    this.#exchanges = [...this.#exchanges, exchange].sort((a, b) => a.id - b.id).slice(-mostKept);
  }

  newest(count: number): readonly Exchange[] {
    return this.#exchanges.slice(-count);
  }

  since(id: number): readonly Exchange[] {
    return this.#exchanges.filter((exchange) => exchange.id > id);
  }

  clear(): void {
    this.#exchanges = [];
  }
}

/** A body on its way: all of it is counted, and as much kept as a record holds. */
export class BodyRecord {
  bytes = 0;
  readonly #kept: Buffer[] = [];

  take(chunk: Buffer): void {
    if (this.bytes < mostBodyBytes) this.#kept.push(chunk.subarray(0, mostBodyBytes - this.bytes));
    this.bytes += chunk.length;
  }

  get text(): string {
    return Buffer.concat(this.#kept).toString("utf8");
  }
}

/** A message as it went over the wire: Node keeps the names as they were written, and their order. */
export function messageOf(
  startLine: string,
  rawHeaders: readonly string[],
  body: BodyRecord,
): Message {
  const headers = pairsOf(rawHeaders);
  return {
    startLine,
    headers,
    body: body.text,
    // Each line is `name: value` and its end; one more end follows the last. Node reads headers as Latin-1.
    headBytes:
      Buffer.byteLength(startLine, "latin1") +
      4 +
      headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0),
    bodyBytes: body.bytes,
  };
}

export function pairsOf(rawHeaders: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] ?? "",
    rawHeaders[2 * index + 1] ?? "",
  ]);
}

export function requestLineOf({ method, url, httpVersion }: IncomingMessage): string {
  return `${method} ${url} HTTP/${httpVersion}`;
}

export function statusLineOf({ statusCode, statusMessage, httpVersion }: IncomingMessage): string {
  return `HTTP/${httpVersion} ${statusCode} ${statusMessage}`;
}
