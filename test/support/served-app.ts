import express, { type RequestHandler } from "express";
import type { Auth, AuthOptions } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import type { FakeClock } from "symbolon/testing";
import type { TestContext } from "node:test";
import { addRoutes } from "../adapters/express-app.ts";
import { testAuth } from "./auth.ts";
import { readAnswer, type Answer, type Sent } from "./client.ts";
import { InstrumentedStore } from "./instrumented-store.ts";
import { listen } from "./listen.ts";

/** An engine whose store calls can be seen, held and failed. */
export interface ObservedAuth {
  readonly auth: Auth;
  readonly clock: FakeClock;
  readonly store: InstrumentedStore;
}

/** `testAuth` on an instrumented memory store; its warnings are nobody's concern. */
export function observedAuth(options: Partial<AuthOptions> = {}): ObservedAuth {
  const store = new InstrumentedStore(options.store ?? memoryStore());
  const { auth, clock } = testAuth({ ...options, store: store.store });
  auth.on("warning", () => undefined);
  return { auth, clock, store };
}

/**
 * The application of the adapter suite on Express, on a loopback port: the account routes, `POST /login?userId=…`,
 * `GET /profile`, `GET /status`, `POST /logout`, `GET /visits`, `POST /note` (writes into the session's data).
 */
export async function serveApp(
  context: Pick<TestContext, "after">,
  options: Partial<AuthOptions> = {},
  before: readonly RequestHandler[] = [],
): Promise<ObservedAuth & { readonly base: string }> {
  const observed = observedAuth(options);
  const app = express();
  for (const handler of before) app.use(handler);
  return { ...observed, base: await listen(context, addRoutes(app, observed.auth)) };
}

/** The public name of the application that is asked without a connection. */
export const appHost = "app.example.com";

/** Asks the account routes without a connection, as an application on https would. */
export async function ask(
  auth: Auth,
  path: string,
  { method = "GET", headers = {}, body, address = "192.0.2.1" }: Sent & { address?: string } = {},
): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request(`https://${appHost}${path}`, {
    method,
    headers: {
      host: appHost,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: text }),
  });
  return readAnswer(await auth.handler(request, { remoteAddress: address, encrypted: true }));
}

/** The name and the value of the session cookie that an answer sets; throws when it sets none. */
export function cookieOf({ headers, status }: Pick<Answer, "headers" | "status">): string {
  const [pair = ""] = headers.getSetCookie()[0]?.split(";") ?? [];
  if (pair === "") throw new Error(`the answer (${status}) sets no cookie`);
  return pair;
}

/** The answer of an application's route that keeps something for a stranger, and thereby opens a guest's session. */
export async function openGuest(auth: Auth): Promise<Answer> {
  const request = new Request(`https://${appHost}/visits`, { headers: { host: appHost } });
  const answer = await auth.respond(
    request,
    async ({ data }) => {
      await data.set("visits", 1);
      return new Response(null, { status: 204 });
    },
    { encrypted: true },
  );
  return readAnswer(answer);
}

/** Registers a user at the account routes and answers the session cookie. */
export async function registered(
  auth: Auth,
  user: { readonly email: string; readonly password: string },
): Promise<string> {
  return cookieOf(await ask(auth, "/auth/register", { method: "POST", body: user }));
}
