import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import express, { type Request, type RequestHandler, type Response } from "express";
import { expressAuth, requireAuth } from "symbolon/express";
import { admit, sectionOf, type BenchOptions } from "../harness/bench.ts";
import { failed, type Entrant } from "../harness/contestant.ts";
import { byEffort } from "../harness/effort.ts";
import { FreshHeaders, type RawHeaders } from "../harness/headers.ts";
import { inFlight } from "../harness/in-flight.ts";
import type { Part } from "../harness/report.ts";
import { measure } from "../harness/rounds.ts";
import { compareExtras } from "./extras.ts";
import { expressSessionWorld } from "./express-session.ts";
import { handWrittenGuard } from "./floors.ts";
import { symbolonWorld } from "./symbolon.ts";

/** Before a route, and which cookies it lets through. */
interface Guarded {
  readonly middleware: readonly RequestHandler[];
  readonly cookies: readonly string[];
  readonly settle?: () => Promise<void>;
  readonly counts?: () => Readonly<Record<string, number>>;
  readonly close?: () => Promise<void>;
}

/** Who hands a request to the guard and then to the route: Express, or nobody, which leaves the middleware alone. */
type Host = "Express" | "alone";

const descriptions: Readonly<Record<Host, { readonly title: string; readonly what: string }>> = {
  Express: { title: "a guarded request in Express 5, in process", what: "The whole application" },
  alone: {
    title: "a guarded request without Express",
    what: "The middleware and the route, called by hand,",
  },
};

/** Only what waits for the event loop gains by it; all get the same. */
const width = 64;

/**
 * What a guard adds to a request: stored pairs of a request and a response are handled without a socket, whose noise is
 * larger than the guard.
 */
export async function measureExpress(options: BenchOptions): Promise<Part> {
  const inExpress = await measureHost("Express", options);
  const alone = await measureHost("alone", options);
  return {
    sections: [...inExpress.sections, ...alone.sections],
    targets: [...inExpress.targets, ...alone.targets],
  };
}

async function measureHost(host: Host, options: BenchOptions): Promise<Part> {
  const sessions = byEffort(options.effort, { full: 10_000, quick: 2_000, tiny: 20 });
  const bare = `${host}: no guard`;
  const byHand = `${host}: hand-written`;
  const ours = `${host}: symbolon`;
  const theirs = `${host}: express-session`;
  const entrants: Entrant[] = [
    { name: bare, make: () => handling(host, "floor", unguarded(sessions)) },
    { name: byHand, make: () => handling(host, "floor", handWritten(sessions)) },
    { name: ours, make: async () => handling(host, "symbolon", await symbolonGuard(sessions)) },
    {
      name: theirs,
      make: async () => ({
        ...(await handling(host, "peer", expressSessionGuard(sessions))),
        note: "also touches the session in its store when the response ends, on every request",
      }),
    },
  ];
  const contestants = await admit(entrants, options);
  if (contestants.length === 0) return { sections: [], targets: [] };
  const { rounds } = options.effort;
  // What a guard adds is a small difference of large figures.
  const figures = await measure(contestants, { ...options.effort, rounds: 2 * rounds }, bare);
  for (const contestant of contestants) await contestant.close?.();
  const { title, what } = descriptions[host];
  const section = sectionOf(
    title,
    `${what} on stored pairs of request and response, ${width} in flight; the baseline is the same without a guard. Symbolon's guard is expressAuth and requireAuth.`,
    figures,
    bare,
  );
  const extras = compareExtras(figures, { host, bare, byHand, ours, theirs });
  return { sections: [section, ...extras.sections], targets: extras.targets };
}

async function handling(
  host: Host,
  kind: "symbolon" | "peer" | "floor",
  guarded: Guarded,
): ReturnType<Entrant["make"]> {
  const { middleware, cookies, ...rest } = guarded;
  const handle = host === "Express" ? expressApplication(middleware) : chain(middleware);
  const fresh = new FreshHeaders(cookies);
  const socket = new Socket();
  return {
    ...rest,
    kind,
    batch(count) {
      const inputs = fresh.take(count).map((headers) => new Exchange(socket, headers));
      return () => inFlight(inputs, width, (exchange) => exchange.handledBy(handle));
    },
  };
}

type Handle = (request: Request, response: Response) => void;

function expressApplication(middleware: readonly RequestHandler[]): Handle {
  const app = express();
  app.disable("x-powered-by");
  app.get("/profile", ...middleware, answer);
  return app;
}

function chain(middleware: readonly RequestHandler[]): Handle {
  const [first, second] = middleware;
  if (first === undefined) return answer;
  if (second === undefined) {
    return (request, response) => void first(request, response, () => answer(request, response));
  }
  return (request, response) =>
    void first(request, response, () => second(request, response, () => answer(request, response)));
}

function answer(_request: Request, response: Response): void {
  response.end("ok");
}

/** A stored pair of a request and its response. */
class Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(socket: Socket, headers: RawHeaders) {
    this.#request = Object.assign(new IncomingMessage(socket), {
      method: "GET",
      url: "/profile",
      httpVersion: "1.1",
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      headers,
    });
    this.#response = new ServerResponse(this.#request);
  }

  handledBy(handle: Handle): Promise<void> {
    const response = this.#response;
    return new Promise((resolve, reject) => {
      // Without a socket a response never says that it has finished.
      const end = response.end.bind(response) as (chunk?: unknown) => ServerResponse;
      response.end = (chunk?: unknown) => {
        end(chunk);
        if (response.statusCode === 200) resolve();
        else reject(failed("Express"));
        return response;
      };
      handle(this.#request as Request, response as Response);
    });
  }
}

function unguarded(sessions: number): Guarded {
  return { middleware: [], cookies: handWrittenGuard(sessions).cookies };
}

function handWritten(sessions: number): Guarded {
  const { cookies, check } = handWrittenGuard(sessions);
  const guard: RequestHandler = (request, response, next) => {
    if (check(request.headers as RawHeaders) !== null) return next();
    response.statusCode = 401;
    response.end();
  };
  return { middleware: [guard], cookies };
}

async function symbolonGuard(sessions: number): Promise<Guarded> {
  const { auth, counted, cookies, seeAll } = await symbolonWorld(sessions);
  return {
    middleware: [expressAuth(auth), requireAuth()],
    cookies,
    settle: seeAll,
    counts: () => ({ "store calls": counted.calls() }),
    close: () => auth.close(),
  };
}

function expressSessionGuard(sessions: number): Guarded {
  const { middleware, cookies } = expressSessionWorld(sessions);
  const guard: RequestHandler = (request, response, next) => {
    if (request.session.userId !== undefined) return next();
    response.statusCode = 401;
    response.end();
  };
  return { middleware: [middleware, guard], cookies };
}
