import type { ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import type { Request } from "express";
import type { SessionOptions } from "express-session";
import { listen } from "../../support/listen.ts";
import { compat, type SessionModule } from "./implementations.ts";

export type Routes = Readonly<
  Record<string, (request: Request, response: ServerResponse) => unknown>
>;

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  /** The cookies that were set, as a browser sends them. */
  readonly cookie: string | undefined;
}

export type Visit = (
  path: string,
  cookie?: string,
  request?: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> },
) => Promise<Answer>;

/** A server whose routes have sessions. */
export async function serve(
  t: Pick<TestContext, "after">,
  routes: Routes,
  options: Partial<SessionOptions> & { readonly [ours: string]: unknown } = {},
  session: SessionModule = compat,
): Promise<Visit> {
  const handle = session({
    secret: "keyboard cat",
    resave: false,
    saveUninitialized: false,
    ...options,
  });
  const base = await listen(t, (request, response) =>
    handle(request as unknown as Request, response as never, (error?: unknown) => {
      const [path = ""] = (request.url ?? "").split("?");
      if (error === undefined) void routes[path]?.(request as unknown as Request, response);
      else if (!response.headersSent)
        response
          .writeHead((error as { status?: number }).status ?? 500)
          .end((error as Error).message);
    }),
  );
  return async (path, cookie, { method = "GET", headers = {} } = {}) => {
    const response = await fetch(base + path, {
      method,
      redirect: "manual",
      headers: cookie === undefined ? headers : { cookie, ...headers },
    });
    return {
      status: response.status,
      body: await response.text(),
      headers: response.headers,
      cookie: response.headers.getSetCookie()[0]?.split(";", 1)[0],
    };
  };
}

/** A door that requests wait at. */
export class Gate {
  readonly #opened = Promise.withResolvers<void>();
  readonly #arrived = Promise.withResolvers<void>();

  /** Waits until the gate is opened. */
  async pass(): Promise<void> {
    this.#arrived.resolve();
    await this.#opened.promise;
  }

  /** Waits until somebody waits. */
  arrived(): Promise<void> {
    return this.#arrived.promise;
  }

  open(): void {
    this.#opened.resolve();
  }
}
