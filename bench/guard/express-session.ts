import { createHmac, randomBytes, randomUUID } from "node:crypto";
import session from "express-session";
import type { Request, RequestHandler, Response } from "express";
import compatSession from "symbolon/compat/express-session";
import { failed, type Entrant } from "../harness/contestant.ts";
import { FreshHeaders, type RawHeaders } from "../harness/headers.ts";
import { inFlight } from "../harness/in-flight.ts";

declare module "express-session" {
  interface SessionData {
    userId: string;
  }
}

const secret = "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs";
const maxAge = 7 * 86_400_000;

/** A module with express-session's middleware: itself, or what stands in for it. */
type SessionModule = Pick<typeof session, "MemoryStore"> &
  ((options: session.SessionOptions) => RequestHandler);

/** The middleware with the settings that its documentation recommends. */
export function sessionMiddleware(
  store: session.Store,
  make: SessionModule = session,
): RequestHandler {
  return make({ secret, store, resave: false, saveUninitialized: false, cookie: { maxAge } });
}

/** The middleware, and the cookies of sessions in its memory store. */
export function expressSessionWorld(
  sessions: number,
  make: SessionModule = session,
): {
  readonly middleware: RequestHandler;
  readonly cookies: readonly string[];
} {
  const store = new make.MemoryStore();
  const cookies = Array.from({ length: sessions }, () => {
    const { id, cookie, data } = sessionCookie();
    store.set(id, data);
    return cookie;
  });
  return { middleware: sessionMiddleware(store, make), cookies };
}

/** A new session as the middleware stores it, and the signed cookie that it sets. */
export function sessionCookie(): {
  readonly id: string;
  readonly cookie: string;
  readonly data: session.SessionData;
} {
  const id = randomBytes(24).toString("base64url");
  const expires = new Date(Date.now() + maxAge);
  const data = {
    cookie: { originalMaxAge: maxAge, expires, httpOnly: true, path: "/" },
    userId: randomUUID(),
  } as session.SessionData;
  return { id, cookie: `connect.sid=${encodeURIComponent(`s:${id}.${signatureOf(id)}`)}`, data };
}

/** Whether the middleware finds a session with somebody in it. */
export function loadSession(middleware: RequestHandler, headers: RawHeaders): Promise<boolean> {
  const request = new LeastRequest(headers);
  return new Promise((resolve, reject) => {
    middleware(
      request as unknown as Request,
      new LeastResponse() as unknown as Response,
      (error?: unknown) => {
        if (error === undefined) resolve(request.session?.userId !== undefined);
        else reject(failed("express-session"));
      },
    );
  });
}

function signatureOf(id: string): string {
  return createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, "");
}

/** As much of a request and a response as the middleware touches. */
class LeastRequest {
  readonly method = "GET";
  readonly url = "/profile";
  readonly originalUrl = "/profile";
  readonly headers: RawHeaders;
  readonly session: (session.Session & Partial<session.SessionData>) | undefined;

  constructor(headers: RawHeaders) {
    this.headers = headers;
  }
}

class LeastResponse {
  readonly statusCode = 200;
  _header: string | null = null;
  ended: () => void = () => {};

  getHeader(): undefined {
    return undefined;
  }
  setHeader(): this {
    return this;
  }
  writeHead(): this {
    this._header = "sent";
    return this;
  }
  _implicitHeader(): void {
    this.writeHead();
  }
  write(): boolean {
    return true;
  }
  end(): this {
    if (this._header === null) this.writeHead();
    this.ended();
    return this;
  }
}

/** What the store does in `setImmediate` costs a turn of the event loop, which these requests share. */
const width = 64;

/** Its middleware on its memory store, and our drop-in on its own: up to where a route begins, and to the end of the response. */
export function expressSessionEntrants(sessions: number): Entrant[] {
  const modules = { "express-session": session, "symbolon/compat/express-session": compatSession };
  return Object.entries(modules).flatMap(([name, make]) => [
    {
      name: `${name}, load`,
      make: () =>
        handling(
          sessions,
          make,
          "reads the session only; a request also touches it when it ends",
          false,
        ),
    },
    {
      name: `${name}, load + touch + end`,
      make: () =>
        handling(
          sessions,
          make,
          "also writes the new expiry to its store, on every request; Symbolon notes it once a minute",
          true,
        ),
    },
  ]);
}

async function handling(
  sessions: number,
  make: SessionModule,
  note: string,
  ends: boolean,
): ReturnType<Entrant["make"]> {
  const { middleware, cookies } = expressSessionWorld(sessions, make);
  const fresh = new FreshHeaders(cookies);
  return {
    kind: make === session ? "peer" : "symbolon",
    note: `${note}; ${width} in flight`,
    batch(count) {
      const inputs = fresh
        .take(count)
        .map((headers) => ({ request: new LeastRequest(headers), response: new LeastResponse() }));
      return () =>
        inFlight(inputs, width, async ({ request, response }) => {
          await new Promise<void>((resolve, reject) => {
            response.ended = resolve;
            middleware(
              request as unknown as Request,
              response as unknown as Response,
              (error?: unknown) => {
                if (error !== undefined || request.session?.userId === undefined) {
                  reject(failed("express-session"));
                } else if (ends) response.end();
                else resolve();
              },
            );
          });
        });
    },
  };
}
