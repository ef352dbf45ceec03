import type { ServerResponse } from "node:http";
import onHeaders from "on-headers";
import { uncacheable } from "../../http/cookie-jar.ts";
import type { ResponseHead } from "../../http/request-context.ts";

/** The cookies of one Node response: written, with what caches must hear, at the moment the head is. */
export class NodeResponseHead implements ResponseHead {
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
