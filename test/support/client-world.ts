import type { TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createGuard, type Auth, type AuthOptions } from "symbolon";
import {
  createClient,
  type AccountActions,
  type BaseClient,
  type ClientOptions,
  type TabChannel,
} from "symbolon/client";
import type { FakeClock } from "symbolon/testing";
import { CookieJar } from "tough-cookie";
import { observedAuth } from "./served-app.ts";
import type { InstrumentedStore } from "./instrumented-store.ts";
import { passTime } from "./pass-time.ts";

/** Where the world's server is. */
export const serverUrl = "https://app.example.com";

/** An answer that is held back on its way. */
export interface HeldAnswer {
  /** Resolves when the server has answered. */
  readonly reached: Promise<void>;
  release(): void;
}

interface Hold {
  readonly line: string;
  readonly arrive: () => void;
  readonly released: Promise<void>;
}

/** A server with accounts, and an application: `GET /profile`, `POST /notes`, `POST /transfer` (a sign-in of five minutes at most). */
export class ClientWorld {
  readonly auth: Auth;
  readonly clock: FakeClock;
  readonly store: InstrumentedStore;
  /** All that was sent, as `POST /auth/refresh`. */
  readonly sent: string[] = [];
  /** What somebody on the way answers instead of the server; null lets the request pass. */
  intercept: (request: Request) => Response | null = () => null;
  readonly #holds: Hold[] = [];

  constructor(t: Pick<TestContext, "after">, options: Partial<AuthOptions> = {}) {
    const observed = observedAuth({ strategy: "hybrid", baseUrl: serverUrl, ...options });
    this.auth = observed.auth;
    this.clock = observed.clock;
    this.store = observed.store;
    this.auth.on("store.failed", () => undefined);
    t.after(() => this.auth.close());
  }

  /** Holds the answer to the next request of this line. */
  hold(line: string): HeldAnswer {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    this.#holds.push({ line, arrive: arrived.resolve, released: released.promise });
    return { reached: arrived.promise, release: released.resolve };
  }

  /** How often it was sent. */
  count(line: string): number {
    return this.sent.filter((each) => each === line).length;
  }

  /** Lets the access tokens expire. */
  async expire(): Promise<void> {
    await passTime(this.clock, 6 * 60_000);
  }

  async serve(request: Request): Promise<Response> {
    const line = `${request.method} ${new URL(request.url).pathname}`;
    this.sent.push(line);
    const response = this.intercept(request) ?? (await this.#answer(request));
    const at = this.#holds.findIndex((hold) => hold.line === line);
    const [hold] = at === -1 ? [] : this.#holds.splice(at, 1);
    hold?.arrive();
    await hold?.released;
    return response;
  }

  #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const guard = createGuard(pathname === "/transfer" ? { maxAge: "5m" } : {});
    const handle: Parameters<Auth["respond"]>[1] = async (requestAuth) => {
      const refusal = guard(requestAuth);
      if (refusal !== null) throw refusal;
      const userId = requestAuth.principal?.userId ?? null;
      return Response.json({ userId, body: await request.text() });
    };
    return this.auth.respond(request, handle, { remoteAddress: "192.0.2.1", encrypted: true });
  }
}

/** One browser: its cookies, and its tabs, which hear each other. */
export class FakeBrowser {
  readonly jar: CookieJar = new CookieJar(undefined, { prefixSecurity: "strict" });
  isOffline = false;
  readonly #world: ClientWorld;
  readonly #channels: FakeChannel[] = [];
  readonly #after: (close: () => void) => void;

  constructor(t: Pick<TestContext, "after">, world: ClientWorld) {
    this.#world = world;
    this.#after = (close) => t.after(close);
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    if (this.isOffline) throw new TypeError("fetch failed");
    const sent = new Request(request.clone(), {
      headers: { host: "app.example.com", "sec-fetch-site": "same-origin" },
    });
    for (const [name, value] of request.headers) sent.headers.set(name, value);
    const cookie = this.jar.getCookieStringSync(request.url);
    if (request.credentials !== "omit" && cookie !== "") sent.headers.set("cookie", cookie);
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(request.signal.reason as Error);
    if (request.signal.aborted) abort();
    request.signal.addEventListener("abort", abort);
    const response = await Promise.race([this.#world.serve(sent), aborted.promise]);
    for (const field of response.headers.getSetCookie()) {
      if (request.credentials !== "omit") this.jar.setCookieSync(field, request.url);
    }
    return response;
  };

  /** A tab with a page open. */
  tab(options: ClientOptions = {}): BaseClient & AccountActions {
    const client = createClient({
      baseUrl: serverUrl,
      fetch: this.fetch,
      channel: () => this.channel(),
      ...options,
    });
    this.#after(() => client.close());
    return client;
  }

  channel(): FakeChannel {
    const channel = new FakeChannel(this.#channels);
    this.#channels.push(channel);
    return channel;
  }

  /** The channels of the tabs, in the order in which these were opened. */
  get channels(): readonly FakeChannel[] {
    return this.#channels;
  }
}

/** A `BroadcastChannel` within one process; a frozen one hears nothing until it wakes, and then all. */
export class FakeChannel implements TabChannel {
  readonly #others: readonly FakeChannel[];
  readonly #listeners: ((event: MessageEvent) => void)[] = [];
  #missed: unknown[] = [];
  isFrozen = false;
  isClosed = false;
  /** What it has said. */
  readonly said: unknown[] = [];

  constructor(others: readonly FakeChannel[]) {
    this.#others = others;
  }

  postMessage(message: unknown): void {
    if (this.isClosed) throw new DOMException("Channel is closed", "InvalidStateError");
    this.said.push(message);
    for (const other of this.#others) {
      if (other !== this) queueMicrotask(() => other.#receive(structuredClone(message)));
    }
  }

  addEventListener(_type: "message", listener: (event: MessageEvent) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.isClosed = true;
  }

  wake(): void {
    this.isFrozen = false;
    for (const message of this.#missed.splice(0)) this.#receive(message);
  }

  #receive(data: unknown): void {
    if (this.isClosed) return;
    if (this.isFrozen) this.#missed.push(data);
    else for (const listener of this.#listeners) listener(new MessageEvent("message", { data }));
  }
}

/** Until a condition holds, for as long as what is under way needs. @throws Error when it never does */
export async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns += 1) {
    if (turns > 5_000) throw new Error(`never: ${String(holds)}`);
    await setImmediate();
  }
}

/** Lets everything happen that waits for nothing else. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await setImmediate();
}

/** A problem document as the server sends it. */
export function problem(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const type = `urn:symbolon:error:${code}`;
  return new Response(JSON.stringify({ type, title: code, status, code, detail: code }), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}
