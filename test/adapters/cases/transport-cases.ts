import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { alice, bob } from "../../support/auth.ts";
import { crossSite, type HttpCase, type ServedApp } from "../http-case.ts";
import { openSocket } from "../open-socket.ts";

/** Sends to a route of the application, and reads no more than the head of its answer. */
function begin(
  { base, carrier }: ServedApp,
  path: string,
  query: Readonly<Record<string, string>> = {},
  signal: AbortSignal | null = null,
): Promise<Response> {
  const delivery = carrier === "header" ? { delivery: "body" } : {};
  const fields = new URLSearchParams({ ...query, ...delivery });
  return fetch(`${base}${path}?${fields.toString()}`, { method: "POST", signal });
}

/** A request whose body comes in pieces, with time between them. */
function inPieces(body: AsyncIterable<string>, signal: AbortSignal | null = null): RequestInit {
  const init: RequestInit & { readonly duplex: "half" } = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: Readable.toWeb(Readable.from(body)) as ReadableStream<string>,
    duplex: "half",
    signal,
  };
  return init;
}

async function* pieces(text: string): AsyncGenerator<string> {
  for (const piece of text.match(/.{1,16}/g) ?? []) {
    yield piece;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What adapters make of HTTP itself: several fields of one name, bodies in pieces, requests that break off. */
export const transportCases: readonly HttpCase[] = [
  {
    name: "sets our cookies beside several of the application's, each in a field of its own",
    carriers: ["cookie"],
    async run(app) {
      const { headers } = await app.visitor().post("/cached-login?userId=u1");
      const fields = headers.getSetCookie();
      const ours = { session: 1, hybrid: 2, jwt: 1 }[app.strategy];
      assert.equal(fields.length, 2 + ours);
      assert.ok(fields.includes("theme=dark") && fields.includes("lang=en"), fields.join("\n"));
    },
  },
  {
    name: "keeps the cookie of a route that signs in and then refuses",
    carriers: ["cookie"],
    async run({ visitor }) {
      const client = visitor();
      const refused = await client.post("/refused-login?userId=u1");
      assert.deepEqual([refused.status, refused.json["code"]], [403, "forbidden"]);
      assert.equal(refused.headers.get("cache-control"), "private, no-store");
      assert.equal((await client.get("/profile")).json["userId"], "u1");
    },
  },
  {
    name: "sends the cookie with the head of an answer that goes on for longer, and none after it",
    carriers: ["cookie"],
    async run(app) {
      const { visitor } = app;
      const gate = `${app.base} streamed`;
      const response = await begin(app, "/streamed-login", { userId: "u1", gate });
      assert.equal(response.headers.get("cache-control"), "private, no-store");
      const cookies = response.headers.getSetCookie().map((field) => field.split(";")[0]);
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await reader?.read())?.value, "begun, ", "the first piece has not waited");
      const headers = { cookie: cookies.join("; ") };
      assert.equal((await visitor().get("/profile", { headers })).json["userId"], "u1");
      await visitor().post(`/open-gate?${new URLSearchParams({ gate }).toString()}`);
      assert.equal((await reader?.read())?.value, "TypeError", "a sign-in that comes too late");
    },
  },
  {
    name: "reads a body that comes in pieces",
    carriers: ["cookie"],
    async run({ base, visitor }) {
      await visitor().register(alice);
      const answer = await fetch(`${base}/auth/sign-in`, inPieces(pieces(JSON.stringify(alice))));
      assert.equal(answer.status, 200);
    },
  },
  {
    name: "reads a form that a parser has read, or has not",
    async run({ visitor }) {
      const client = visitor();
      await client.login("u1");
      const form = new URLSearchParams({ token: client.token, token_type_hint: "access_token" });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await visitor().post("/auth/revoke", form.toString(), { headers });
      assert.equal(answer.status, 200, answer.text);
      assert.equal((await client.get("/profile")).json["code"], "session_revoked");
    },
  },
  {
    name: "goes on when a client breaks off in the middle of its request, or of the answer",
    carriers: ["cookie"],
    async run(app) {
      const { base, visitor } = app;
      const upload = new AbortController();
      const body = async function* (): AsyncGenerator<string> {
        yield '{"email":';
        upload.abort();
        await new Promise(() => undefined);
      };
      await assert.rejects(fetch(`${base}/auth/sign-in`, inPieces(body(), upload.signal)));

      const download = new AbortController();
      const gate = `${base} aborted`;
      const response = await begin(app, "/streamed-login", { userId: "u1", gate }, download.signal);
      const reader = response.body?.getReader();
      await reader?.read();
      download.abort();
      await assert.rejects(async () => reader?.read());

      const client = visitor();
      await client.post(`/open-gate?${new URLSearchParams({ gate }).toString()}`);
      assert.equal((await client.register(bob)).status, 201);
      assert.equal((await client.get("/auth/session")).status, 200);
    },
  },
  {
    name: "answers HEAD of a guarded route as GET, without the body",
    async run({ visitor }) {
      const client = visitor();
      const stranger = await client.send("/profile", { method: "HEAD" });
      assert.deepEqual([stranger.status, stranger.text], [401, ""]);
      assert.match(stranger.headers.get("content-type") ?? "", /^application\/problem\+json/);
      await client.login("u1");
      const known = await client.send("/profile", { method: "HEAD" });
      assert.deepEqual([known.status, known.text], [200, ""]);
    },
  },
  {
    name: "leaves paths beside its routes to the application",
    carriers: ["cookie"],
    async run({ visitor }) {
      for (const path of ["/auth", "/auth/", "/auth/unknown", "/auth/sessions/a.b/c"]) {
        const answer = await visitor().get(path);
        assert.equal(answer.status, 404, path);
        assert.equal(answer.json["code"], undefined, path);
      }
    },
  },
  {
    name: "opens a WebSocket for whoever is signed in, from a page of ours, and closes it with the login",
    needs: "sockets",
    async run({ base, carrier, visitor, pass }) {
      const client = visitor();
      await client.login("u1");
      const headers = { ...client.credential(), origin: new URL(base).origin };
      const url = `${base.replace(/^http/, "ws")}/socket`;
      const opened = await openSocket(url, headers);
      assert.ok("closed" in opened, JSON.stringify(opened));
      assert.equal(opened.greeting, "u1");

      assert.deepEqual(await openSocket(url, {}), { status: 401 });
      const foreign = await openSocket(url, { ...headers, origin: crossSite.origin });
      if (carrier === "cookie") assert.deepEqual(foreign, { status: 403 });
      else assert.ok("closed" in foreign, "a header is nothing that a browser adds by itself");

      await client.post("/auth/sign-out");
      await pass(1_000);
      assert.deepEqual(await opened.closed, [4401, "session_revoked"]);
    },
  },
];
