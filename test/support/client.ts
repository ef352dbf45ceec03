import { CookieJar } from "tough-cookie";

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object when it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
}

/** A client with a cookie jar that follows RFC 6265bis, like a browser: prefixes, Secure, Domain, expiry. */
export class Client {
  readonly jar: CookieJar;
  readonly #base: string;
  readonly #defaults: Readonly<Record<string, string>>;

  /**
   * @param base an origin, perhaps with a path that stands before every other; no slash at its end
   * @param jar of a browser that already has cookies
   */
  constructor(
    base: string,
    defaults: Readonly<Record<string, string>> = {},
    jar: CookieJar = new CookieJar(undefined, { prefixSecurity: "strict" }),
  ) {
    this.jar = jar;
    this.#base = base;
    this.#defaults = defaults;
  }

  async send(path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> {
    const url = this.#base + path;
    const cookie = this.jar.getCookieStringSync(url);
    const text =
      body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers: {
        ...(cookie !== "" && { cookie }),
        ...(text !== undefined && { "content-type": "application/json" }),
        ...this.#defaults,
        ...headers,
      },
      ...(text !== undefined && { body: text }),
    });
    for (const field of response.headers.getSetCookie()) {
      this.jar.setCookieSync(field, url, { ignoreError: false });
    }
    return readAnswer(response);
  }

  get(path: string, sent: Sent = {}): Promise<Answer> {
    return this.send(path, sent);
  }

  post(path: string, body?: unknown, sent: Sent = {}): Promise<Answer> {
    return this.send(path, { ...sent, method: "POST", body });
  }

  delete(path: string): Promise<Answer> {
    return this.send(path, { method: "DELETE" });
  }

  /** The cookies that the next request would carry, as a Cookie header. */
  get cookie(): string {
    return this.cookieFor("/");
  }

  /** The cookies that a request for this path would carry. */
  cookieFor(path: string): string {
    return this.jar.getCookieStringSync(this.#base + path);
  }
}

/** Reads the body of a response. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  const parsed = (isJson && text !== "" ? JSON.parse(text) : null) as Answer["json"] | null;
  return { status: response.status, headers: response.headers, text, json: parsed ?? {} };
}
