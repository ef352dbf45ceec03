import { Buffer } from "node:buffer";
import { Deck } from "./deck.ts";

/** Request headers as Node hands them over. */
export type RawHeaders = Readonly<Record<string, string>>;

const encodings = "gzip, deflate, br, zstd";
const language = "en-GB,en;q=0.9";
const browser =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/**
 * Headers of requests, each with a fresh copy of its credential: a parser hands over a flat string that nobody has hashed,
 * while one string used again and again has its hash cached and lies in the processor's nearest memory. The credentials come
 * in shuffled order, each once before any comes again.
 */
export class FreshHeaders {
  readonly #values: readonly Buffer[];
  readonly #deck: Deck;
  readonly #field: "cookie" | "authorization";

  constructor(values: readonly string[], field: "cookie" | "authorization" = "cookie") {
    this.#values = values.map((value) => Buffer.from(value, "latin1"));
    this.#deck = new Deck(values.length);
    this.#field = field;
  }

  take(count: number): RawHeaders[] {
    return Array.from({ length: count }, () => this.#one());
  }

  #one(): RawHeaders {
    const value = this.#values[this.#deck.draw()]?.toString("latin1") ?? "";
    const shared = {
      host: "app.example.com",
      connection: "keep-alive",
      "user-agent": browser,
      accept: "*/*",
      "accept-encoding": encodings,
      "accept-language": language,
    };
    return this.#field === "cookie"
      ? { ...shared, cookie: value }
      : { ...shared, authorization: value };
  }
}
