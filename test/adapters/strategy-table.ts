import type { TestContext } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { alice } from "../support/auth.ts";
import type { Answer } from "../support/client.ts";
import { listen } from "../support/listen.ts";
import { ask } from "../support/served-app.ts";
import { strategies, type ServedApp } from "./http-case.ts";
import { serveOn, type Host } from "./http-suite.ts";
import { answerRequest } from "./plain-app.ts";

/** One difference, as it was seen. */
interface Observation {
  readonly what: string;
  readonly carrier?: "cookie" | "header";
  readonly observe: (app: ServedApp) => Promise<string>;
}

const host: Host = {
  name: "the table",
  serve: (context, auth) =>
    listen(
      context,
      getRequestListener((request) =>
        auth.respond(request, (requestAuth) => answerRequest(requestAuth, request)),
      ),
    ),
};

/** In what the strategies differ, seen from outside. */
const observations: readonly Observation[] = [
  {
    what: "cookies that a sign-in sets",
    observe: async ({ auth }) =>
      cookieNames(await ask(auth, "/auth/register", { method: "POST", body: alice })),
  },
  {
    what: '`tokens` with `delivery: "body"`',
    carrier: "header",
    async observe({ visitor }) {
      const { json } = await visitor().register(alice);
      const names = Object.keys(json["tokens"] as object).filter((name) => name.endsWith("Token"));
      return code(names);
    },
  },
  {
    what: "store reads for a login that a process sees first",
    async observe({ visitor, store }) {
      const client = visitor();
      await client.login("u1");
      store.takeCalls();
      await client.get("/profile");
      return String(store.takeCalls().length);
    },
  },
  {
    what: "the credential, not renewed, after six minutes",
    observe: (app) => later(app, 6),
  },
  {
    what: "the credential, not renewed, after twenty minutes",
    observe: (app) => later(app, 20),
  },
  {
    what: "`POST /auth/refresh` by cookie sets",
    async observe({ auth }) {
      const headers = {
        cookie: cookiesOf(await ask(auth, "/auth/register", { method: "POST", body: alice })),
      };
      return cookieNames(await ask(auth, "/auth/refresh", { method: "POST", headers }));
    },
  },
  {
    what: "`GET /auth/sessions` of a user with two logins lists",
    async observe({ visitor }) {
      const [one, two] = [visitor(), visitor()];
      await one.register(alice);
      await two.signIn(alice);
      return String(((await one.get("/auth/sessions")).json["sessions"] as unknown[]).length);
    },
  },
  {
    what: "`DELETE /auth/sessions/:id` of the other login",
    async observe({ visitor }) {
      const [one, two] = [visitor(), visitor()];
      await one.register(alice);
      await two.signIn(alice);
      const { sessionId } = (await two.get("/profile")).json;
      return said(await one.delete(`/auth/sessions/${String(sessionId)}`));
    },
  },
  {
    what: "session data, a guest's too",
    async observe({ visitor }) {
      const client = visitor();
      await client.get("/visits");
      await client.login("u1");
      const { status, json } = await client.get("/visits");
      if (status === 500) return "none: a `TypeError`";
      return json["visits"] === 2 ? "moves into the sign-in" : "is lost";
    },
  },
  {
    what: "the session's id after a change of password",
    async observe({ visitor }) {
      const client = visitor();
      await client.register(alice);
      const before = (await client.get("/profile")).json["sessionId"];
      const newPassword = "another long phrase";
      await client.post("/auth/password", { currentPassword: alice.password, newPassword });
      return (await client.get("/profile")).json["sessionId"] === before ? "the same" : "another";
    },
  },
  {
    what: "the next request after `auth.sessions.updateAll`",
    async observe({ visitor, auth }) {
      const client = visitor();
      await client.login("u1");
      await auth.sessions.updateAll("u1", { claims: { role: "admin" } });
      const answer = await client.get("/admin");
      return answer.status === 200 ? "has the new claims" : said(answer);
    },
  },
  {
    what: "`auth.bind`: an open connection after twenty minutes without a request",
    async observe({ visitor, auth, pass }) {
      const client = visitor();
      await client.login("u1");
      const principal = await auth.authenticate({ host: "localhost", ...client.credential() });
      if (principal === null) throw new Error("nobody is signed in");
      let closed = "is open";
      auth.bind(principal, (reason) => {
        closed = `was closed: ${code([reason])}`;
      });
      for (let step = 0; step < 60; step += 1) await pass(20_000);
      return closed;
    },
  },
  {
    what: "with `staleFor`, in an outage, a login that this process has not seen",
    async observe({ visitor, store, pass }) {
      const client = visitor();
      await client.login("u1");
      store.failure = new Error("the store is down");
      await pass(3_000);
      const answer = await client.get("/stale");
      return answer.status === 200 ? "goes on" : said(answer);
    },
  },
];

/** The rows of the table: what, and what each strategy does. */
export async function observedTable(context: TestContext): Promise<readonly (readonly string[])[]> {
  const rows: string[][] = [];
  for (const { what, carrier = "cookie", observe } of observations) {
    const seen: string[] = [];
    for (const strategy of strategies) {
      seen.push(await observe(await serveOn(context, host, { strategy }, carrier)));
    }
    rows.push([what, ...seen]);
  }
  return rows;
}

/** The table in Markdown. */
export function markdownOf(rows: readonly (readonly string[])[]): string {
  const heads = ["", ...strategies.map((strategy) => `\`${strategy}\``)];
  const lines = [heads, heads.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`.replace("|  |", "| |")).join("\n");
}

async function later({ visitor, pass }: ServedApp, minutes: number): Promise<string> {
  const client = visitor();
  await client.login("u1");
  await pass(minutes * 60_000);
  return said(await client.get("/profile"));
}

function said({ status, json }: Answer): string {
  return typeof json["code"] === "string" ? `${status} ${code([json["code"]])}` : String(status);
}

function cookieNames({ headers }: Answer): string {
  const names = headers.getSetCookie().map((field) => field.slice(0, field.indexOf("=")));
  return names.length === 0 ? "nothing" : code(names);
}

function cookiesOf({ headers }: Answer): string {
  return headers
    .getSetCookie()
    .map((field) => field.split(";")[0])
    .join("; ");
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
