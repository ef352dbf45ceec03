import type { ResponseHead } from "./request-context.ts";

/**
 * Set-Cookie fields that wait for their response. A later one for the same cookie takes the place of an earlier. Most
 * requests set none, so nothing is made for them.
 */
export class CookieJar implements ResponseHead {
  #fields: Map<string, string> | null = null;
  #applied = false;

  /** A fetch response is made last, and only what its body does while it is sent comes too late. */
  assertOpen(): void {
    if (!this.#applied) return;
    throw new TypeError("the response has begun, so its session cookie cannot be changed any more");
  }

  setCookie(key: string, field: string): void {
    this.assertOpen();
    this.#fields ??= new Map();
    this.#fields.set(key, field);
  }

  get fields(): readonly string[] {
    return this.#fields === null ? [] : [...this.#fields.values()];
  }

  get isEmpty(): boolean {
    return this.#fields === null;
  }

  /** Says that the response has begun. */
  close(): void {
    this.#applied = true;
  }

  /** The response with the cookies, if there are any; the given one must not be used any more. */
  applyTo(response: Response): Response {
    this.close();
    if (this.#fields === null) return response;
    const headers = new Headers(response.headers);
    for (const field of this.#fields.values()) headers.append("set-cookie", field);
    for (const [name, value] of Object.entries(uncacheable)) {
      if (value === null) headers.delete(name);
      else headers.set(name, value);
    }
    const { status, statusText } = response;
    return new Response(response.body, { status, statusText, headers });
  }
}

/**
 * What an answer that sets a session cookie says to caches, whatever the application said: a shared cache that keeps
 * it would hand one user's session to everybody.
 */
export const uncacheable: Readonly<Record<string, string | null>> = {
  "cache-control": "private, no-store",
  "cdn-cache-control": null,
  "surrogate-control": null,
};
