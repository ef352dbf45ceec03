import type { IncomingMessage, ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Request } from "express";
import type expressSession from "express-session";
import { listen } from "../../support/listen.ts";
import type { SessionModule } from "./implementations.ts";

export type Options = Partial<Omit<expressSession.SessionOptions, "secret">> & {
  readonly secret?: unknown;
  readonly key?: string;
};

/** What one application does, said once for whichever middleware is under it. */
export interface Case {
  readonly name: string;
  readonly options?: Options | ((session: SessionModule) => Options);
  /** What other middleware does before. */
  readonly before?: (request: Request, response: ServerResponse) => void;
  readonly route?: (request: Request, response: ServerResponse, world: World) => void;
  readonly run: (world: World) => Promise<void>;
}

const defaults = {
  secret: "keyboard cat",
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: 60_000 },
};

/** A server with one middleware, and a protocol of what can be seen of it: answers, cookies, and what its store is asked. */
export class World {
  readonly session: SessionModule;
  readonly store: expressSession.MemoryStore;
  readonly protocol: string[] = [];
  /** The cookies of the visitor, as a browser would send them. */
  cookie: string | undefined;
  readonly #t: TestContext;
  readonly #calls: string[] = [];
  readonly #ids: string[] = [];
  #base = "";

  constructor(t: TestContext, session: SessionModule) {
    this.session = session;
    this.#t = t;
    this.store = new session.MemoryStore();
  }

  async start({ options = {}, before, route }: Omit<Case, "name" | "run">): Promise<void> {
    const own = typeof options === "function" ? options(this.session) : options;
    const store = own.store ?? this.store;
    const handle = this.session({ ...defaults, ...own, store } as expressSession.SessionOptions);
    this.#watch(store);
    this.#base = await listen(this.#t, (request, response) => {
      const expressRequest = request as unknown as Request;
      before?.(expressRequest, response);
      void handle(expressRequest, response as never, (error?: unknown) => {
        if (error === undefined) (route ?? end)(expressRequest, response, this);
        else this.#fail(error, response);
      });
    });
  }

  /** Sends a request as the visitor, and notes all that came of it. */
  async visit(
    path: string = "/",
    { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ): Promise<{ readonly status: number; readonly body: string; readonly id: string | undefined }> {
    const cookie: Record<string, string> = this.cookie === undefined ? {} : { cookie: this.cookie };
    const response = await fetch(this.#base + path, {
      method,
      redirect: "manual",
      headers: { ...cookie, ...headers },
    });
    const body = await response.text();
    const fields = response.headers.getSetCookie();
    for (const field of fields) {
      const [pair = ""] = field.split(";", 1);
      this.#noteId(idIn(pair));
      this.cookie = pair;
    }
    // Errors of the end of a response are told one turn later.
    await nextTurn();
    await nextTurn();
    const calls = this.#calls.splice(0).filter(isNoReadBeforeWrite);
    this.protocol.push(`${method} ${path} -> ${response.status} ${body}`);
    for (const line of [...fields.map(describeCookie), ...calls]) this.protocol.push(`  ${line}`);
    return { status: response.status, body, id: idIn(this.cookie ?? "") };
  }

  /** The protocol with ids by their order of appearance. */
  lines(): readonly string[] {
    return this.protocol.map((line) =>
      this.#ids.reduce((text, id, n) => text.replaceAll(id, `<id ${n + 1}>`), line),
    );
  }

  /** From now on the method answers an error. */
  breakStore(method: string): void {
    const fail = (id: string, ...args: unknown[]): void => {
      this.#calls.push(`store.${method} ${id} fails`);
      (args.at(-1) as (error: Error) => void)(new Error("boom"));
    };
    Object.assign(this.store, { [method]: fail });
  }

  note(line: string): void {
    this.protocol.push(line);
  }

  #noteId(id: string | undefined): void {
    // Not those of the application's own making.
    if (id?.length === 32 && !this.#ids.includes(id)) this.#ids.push(id);
  }

  #fail(error: unknown, response: ServerResponse): void {
    const { message } = error as Error;
    if (response.headersSent) this.#calls.push(`late error: ${message}`);
    else response.writeHead(500).end(message);
  }

  #watch(store: expressSession.Store): void {
    for (const name of ["get", "set", "touch", "destroy"] as const) {
      const method = store[name]?.bind(store) as ((...args: unknown[]) => void) | undefined;
      if (method === undefined) continue;
      const watched = (id: string, ...args: unknown[]): void => {
        const data = typeof args[0] === "function" ? "" : ` ${describeData(args[0])}`;
        this.#noteId(id);
        this.#calls.push(`store.${name} ${id}${data}`);
        method(id, ...args);
      };
      Object.assign(store, { [name]: watched });
    }
  }
}

/** Ours looks before it writes back, which is a listed deviation. */
function isNoReadBeforeWrite(call: string, n: number, calls: readonly string[]): boolean {
  const next = calls[n + 1] ?? "";
  // The first one of a request loads the session.
  return n === 0 || !(call.startsWith("store.get ") && next.startsWith(call.replace("get", "set")));
}

/** The same names and attributes, in their order; the end as a time from now. `SameSite=Lax` is a listed deviation. */
function describeCookie(field: string): string {
  return `set-cookie ${field
    .replace("; SameSite=Lax", "")
    .replace(/=s%3A([^;.]*)\.[^;]*/, "=$1")
    .replace(/Expires=([^;]*)/, (_, date: string) => `Expires=${fromNow(date)}`)}`;
}

function describeData(data: unknown): string {
  return JSON.stringify(data).replace(
    /"expires":"([^"]*)"/,
    (_, date: string) => `"expires":${fromNow(date)}`,
  );
}

function fromNow(date: string): string {
  const seconds = Math.round((Date.parse(date) - Date.now()) / 1000);
  return `${seconds >= 0 ? "+" : ""}${seconds} s`;
}

export function idIn(pair: string): string | undefined {
  return /=s:(.*)\.[^.]*$/.exec(decodeURIComponent(pair))?.[1];
}

function end(_request: IncomingMessage, response: ServerResponse): void {
  response.end();
}
