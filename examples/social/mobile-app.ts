import type { TokensBody } from "symbolon";
import { WebSocket } from "ws";
import type { FeedBody, LiveMessage, Post } from "./feed.ts";

/** Where the app keeps its tokens when it is not running: a phone has a keychain for that. */
export interface Keychain {
  read(): TokensBody | null;
  write(tokens: TokensBody | null): void;
}

/** What the app tells whoever holds it. */
export interface Screen {
  hear(message: LiveMessage): void;
  /** With every connection: what was said while there was none has to be asked for. */
  connected(): void;
  /** By the server's own word, never by an outage. `code` says why: `session_revoked`, for example. */
  signedOut(code: string): void;
}

const renewable = /^(?:token_expired|token_outdated|invalid_token)$/;
const ending = /^(?:unauthenticated|session_expired|session_revoked|refresh_token_reused)$/;

/** An app on a phone: it has no cookies, and keeps an access token for minutes and a refresh token for weeks. */
export class MobileApp {
  readonly #base: string;
  readonly #keychain: Keychain;
  readonly #screen: Screen;
  #tokens: TokensBody | null;
  #renewal: Promise<void> | null = null;
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(base: string, keychain: Keychain, screen: Screen) {
    this.#base = base;
    this.#keychain = keychain;
    this.#screen = screen;
    this.#tokens = keychain.read();
  }

  get isSignedIn(): boolean {
    return this.#tokens !== null;
  }

  /** @throws Error with a sentence to show */
  async signIn(email: string, password: string): Promise<void> {
    const answer = await this.#send("POST", "/auth/sign-in", { email, password, delivery: "body" });
    if (!answer.ok) throw new Error((await problemOf(answer)).detail);
    this.#keep(((await answer.json()) as { readonly tokens: TokensBody }).tokens);
  }

  async feed(): Promise<FeedBody> {
    return (await this.ask("GET", "/api/feed")).json() as Promise<FeedBody>;
  }

  async post(text: string): Promise<Post> {
    return (await this.ask("POST", "/api/posts", { text })).json() as Promise<Post>;
  }

  async like(postId: string): Promise<void> {
    await this.ask("PUT", `/api/posts/${encodeURIComponent(postId)}/like`);
  }

  async signOut(): Promise<void> {
    this.close(); // first: the socket is closed as well, which must not look like somebody else's doing
    await this.ask("POST", "/auth/sign-out");
    this.#end(null);
  }

  /** Hears what is new, from now on, over connections that break. */
  listen(): void {
    const authorization = `Bearer ${this.#tokens?.accessToken ?? ""}`;
    const socket = new WebSocket(`${this.#base.replace(/^http/, "ws")}/live`, {
      headers: { authorization },
    });
    this.#socket = socket;
    socket.on("open", () => this.#screen.connected());
    socket.on("message", (data: Buffer) => {
      this.#screen.hear(JSON.parse(data.toString()) as LiveMessage);
    });
    socket.on("error", () => undefined); // it is closed then
    socket.on("close", (code, reason) => {
      if (code === 4401) this.#end(reason.toString());
      else void this.#comeBack();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  /** Asks as the user; once more with another access token when that has had its time. @throws Error for any answer but a good one */
  async ask(method: string, path: string, body?: object): Promise<Response> {
    let answer = await this.#send(method, path, body);
    if (answer.status === 401 && renewable.test((await problemOf(answer.clone())).code)) {
      await this.#renew();
      answer = await this.#send(method, path, body);
    }
    if (answer.ok) return answer;
    const { code, detail } = await problemOf(answer);
    if (ending.test(code)) this.#end(code);
    throw new Error(detail);
  }

  /** Once for all who wait for it. */
  #renew(): Promise<void> {
    this.#renewal ??= this.#refresh().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #refresh(): Promise<void> {
    const before = this.#tokens;
    if (before === null) return;
    const answer = await this.#send("POST", "/auth/refresh", {
      refreshToken: before.refreshToken,
    });
    if (answer.ok) {
      const { tokens } = (await answer.json()) as { readonly tokens: TokensBody };
      // An answer without a refresh token means that the one before is to be kept.
      this.#keep({ ...before, ...tokens });
    } else if (answer.status === 401) this.#end((await problemOf(answer)).code);
  }

  /** The connection broke, or was refused. Any request renews the access token if that was why, and hears it if the session has ended. */
  async #comeBack(): Promise<void> {
    if (this.#isClosed || this.#tokens === null) return;
    await this.ask("GET", "/auth/session").catch(() => undefined); // offline: tried again below
    if (this.#isClosed || this.#tokens === null) return;
    this.#timer = setTimeout(() => this.listen(), 250 + Math.random() * 250);
  }

  #send(method: string, path: string, body?: object): Promise<Response> {
    const accessToken = this.#tokens?.accessToken;
    return fetch(this.#base + path, {
      method,
      redirect: "error", // no route redirects, and the token must not go elsewhere
      headers: {
        "user-agent": "PerchApp/1.0 (Android 16; Mobile)",
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  #keep(tokens: TokensBody | null): void {
    this.#tokens = tokens;
    this.#keychain.write(tokens);
  }

  #end(code: string | null): void {
    if (this.#tokens === null) return;
    this.#keep(null);
    this.#socket?.close();
    if (code !== null) this.#screen.signedOut(code);
  }
}

/** What a problem document says; little where a proxy answered in the server's place. */
async function problemOf(
  answer: Response,
): Promise<{ readonly code: string; readonly detail: string }> {
  const { code = "", detail } = (await answer.json().catch(() => ({}))) as {
    readonly code?: string;
    readonly detail?: string;
  };
  return { code, detail: detail ?? `The server answered ${answer.status}.` };
}
