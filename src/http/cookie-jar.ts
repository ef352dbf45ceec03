import type { ResponseHead } from "./request-context.ts";

/** Set-Cookie fields that wait for their response. A later one for the same cookie takes the place of an earlier. */
export class CookieJar implements ResponseHead {
  readonly #fields = new Map<string, string>();

  /** A fetch response is made last, so its head is always open. */
  assertOpen(): void {}

  setCookie(key: string, field: string): void {
    this.#fields.set(key, field);
  }

  get fields(): readonly string[] {
    return [...this.#fields.values()];
  }

  /** The response with the cookies, if there are any; the given one must not be used any more. */
  applyTo(response: Response): Response {
    if (this.#fields.size === 0) return response;
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
