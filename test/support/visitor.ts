import type { Carrier, TokensBody } from "symbolon";
import type { CookieJar } from "tough-cookie";
import { Client, type Answer, type Sent } from "./client.ts";

/** What the account routes are told of a user. */
export interface Person {
  readonly email: string;
  readonly password: string;
}

/** How somebody signs in at the application's own route. */
export interface Login {
  readonly role?: string;
  readonly tenantId?: string;
  readonly remember?: boolean;
}

/**
 * A client of a deployment: one that keeps cookies, as a browser does, or one that keeps the tokens of the answers' bodies and
 * sends them in a header. What the documents ask of either, it does, and nothing else.
 */
export class Visitor {
  readonly carrier: Carrier;
  tokens: TokensBody | null = null;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #client: Client;

  constructor(
    base: string,
    carrier: Carrier,
    headers: Readonly<Record<string, string>> = {},
    jar?: CookieJar,
  ) {
    this.#base = base;
    this.carrier = carrier;
    this.#headers = headers;
    this.#client = new Client(base, headers, jar);
  }

  /** The same client at another server of the deployment. */
  at(base: string): Visitor {
    const visitor = new Visitor(base, this.carrier, this.#headers, this.#client.jar);
    visitor.tokens = this.tokens;
    return visitor;
  }

  async send(path: string, sent: Sent = {}): Promise<Answer> {
    const headers = { ...this.#authorization, ...sent.headers };
    const answer = await this.#client.send(path, { ...sent, headers });
    const { tokens } = answer.json as { readonly tokens?: TokensBody };
    // A refresh token that is not in the answer is to be kept.
    if (tokens !== undefined) this.tokens = { ...this.tokens, ...tokens };
    return answer;
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

  /** Asks; and once more with a new access token when the answer says that it takes one. */
  async getRenewed(path: string): Promise<Answer> {
    const answer = await this.get(path);
    if (answer.json["code"] !== "token_expired" && answer.json["code"] !== "token_outdated") {
      return answer;
    }
    await this.refresh();
    return this.get(path);
  }

  register(person: Person): Promise<Answer> {
    return this.post("/auth/register", { ...person, ...this.#delivery });
  }

  signIn(person: Person, more: { readonly remember?: boolean } = {}): Promise<Answer> {
    return this.post("/auth/sign-in", { ...person, ...more, ...this.#delivery });
  }

  /** Signs in at the route of the application. */
  login(userId: string, login: Login = {}, sent: Sent = {}): Promise<Answer> {
    const query = new URLSearchParams({ userId, ...this.#delivery });
    for (const [name, value] of Object.entries(login)) query.set(name, String(value));
    return this.post(`/login?${query.toString()}`, undefined, sent);
  }

  refresh(sent: Sent = {}): Promise<Answer> {
    const { refreshToken } = this.tokens ?? {};
    return this.post(
      "/auth/refresh",
      refreshToken === undefined ? undefined : { refreshToken },
      sent,
    );
  }

  /** The headers with which a copy of this client's credentials would be presented. */
  credential(path: string = "/"): Readonly<Record<string, string>> {
    if (this.carrier === "header") return this.#authorization;
    return { cookie: this.#client.cookieFor(path) };
  }

  /** What a thief would have who has read everything that this client keeps. */
  copy(): Visitor {
    const thief = new Visitor(
      this.#base,
      this.carrier,
      this.#headers,
      this.#client.jar.cloneSync(),
    );
    thief.tokens = this.tokens;
    return thief;
  }

  /** The names and values of the cookies for a path, as they would be sent. */
  cookies(path: string = "/"): ReadonlyMap<string, string> {
    const pairs = this.#client.cookieFor(path).split("; ").filter(Boolean);
    return new Map(pairs.map((pair) => splitAt(pair, pair.indexOf("="))));
  }

  /** The token that proves who asks: the value of the cookie, or what the header has. */
  get token(): string {
    const { accessToken, sessionToken } = this.tokens ?? {};
    const cookies = this.cookies();
    return accessToken ?? sessionToken ?? cookies.get("sym_access") ?? cookies.get("sym") ?? "";
  }

  get #authorization(): Readonly<Record<string, string>> {
    const token = this.tokens?.accessToken ?? this.tokens?.sessionToken;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  get #delivery(): { readonly delivery?: "body" } {
    return this.carrier === "header" ? { delivery: "body" } : {};
  }
}

function splitAt(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)];
}
