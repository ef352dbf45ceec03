import assert from "node:assert/strict";
import { once } from "node:events";
import {
  get,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { describe, test, type TestContext } from "node:test";
import { bindResponse, bindServerSentEvents, nodeAuth, type LongResponse } from "symbolon/node";
import { memoryStore } from "symbolon/stores/memory";
import { listen } from "../support/listen.ts";
import { passTime } from "../support/pass-time.ts";
import { openSocket } from "../support/raw-http.ts";
import { observedAuth, type ObservedAuth } from "../support/served-app.ts";
import { signedIn } from "../support/served-sockets.ts";

const eventStream = { "content-type": "text/event-stream" };

type Bind = (response: LongResponse) => () => void;

/** Two engines on one store, and a server on the first whose route `answer` is given its binding. */
async function serve(
  t: TestContext,
  bind: typeof bindResponse,
  answer: (response: ServerResponse, bind: Bind) => unknown,
): Promise<ObservedAuth & { base: string; cookie: string; revoke: () => Promise<unknown> }> {
  const store = memoryStore();
  const here = observedAuth({ store, session: { idle: "3m" } });
  const there = observedAuth({ store }).auth;
  const { cookie, id } = await signedIn(there, "alice");
  const open = nodeAuth(here.auth);
  const base = await listen(t, async (request: IncomingMessage, response: ServerResponse) => {
    const principal = (await open(request, response))?.principal;
    if (principal) answer(response, (each) => bind(here.auth, principal, each));
    else response.writeHead(401).end();
  });
  return { ...here, base, cookie, revoke: () => there.sessions.revoke(id) };
}

/** Asks, and answers once the head and the first bytes have come. */
async function ask(
  url: string,
  cookie: string,
): Promise<{ response: IncomingMessage; read: () => string }> {
  const request = get(url, { headers: { cookie } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  // A body that breaks off is what is tested.
  for (const each of [request, response]) each.on("error", () => undefined);
  await once(response, "data");
  return { response, read: () => text };
}

function sendEvents(response: ServerResponse, bind: Bind): void {
  response.writeHead(200, eventStream);
  response.write("data: one\n\n");
  bind(response);
}

describe("an event stream that is bound", { timeout: 20_000 }, () => {
  test("says why it ends, when its session is revoked in another process", async (t) => {
    const { base, cookie, revoke } = await serve(t, bindServerSentEvents, sendEvents);
    const { response, read } = await ask(base, cookie);
    await revoke();
    await once(response, "end");
    assert.equal(
      read(),
      'data: one\n\nevent: session-ended\ndata: {"reason":"session_revoked"}\n\n',
    );
    assert.equal(
      (await fetch(base, { headers: { cookie } })).status,
      401,
      "as who comes back hears",
    );
  });

  test("says so when its session expires", async (t) => {
    const { base, cookie, clock } = await serve(t, bindServerSentEvents, sendEvents);
    const { response, read } = await ask(base, cookie);
    const ended = once(response, "end");
    await passTime(clock, 180_500);
    await ended;
    assert.match(read(), /\n\nevent: session-ended\ndata: \{"reason":"session_expired"\}\n\n$/);
  });

  test("says nothing of an end in an outage, only when to come back", async (t) => {
    const { auth, base, cookie, clock, store } = await serve(t, bindServerSentEvents, sendEvents);
    const { response, read } = await ask(base, cookie);
    const ended = once(response, "end");
    auth.on("store.failed", () => undefined);
    store.failure = new Error("the database has gone");
    await passTime(clock, 33_000);
    await ended;
    assert.equal(read(), "data: one\n\nretry: 5000\n\n");
  });

  test("does not end the process when it is written to after its end, and cuts off who does not read", async (t) => {
    let sent: ServerResponse | null = null;
    const { base, cookie, revoke } = await serve(t, bindServerSentEvents, (response, bind) => {
      sendEvents(response, bind);
      sent = response;
    });
    const socket = await openSocket(Number(new URL(base).port));
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
    await once(socket, "data");
    socket.pause();
    assert.ok(sent !== null);
    const response: ServerResponse = sent;
    // More than the buffers of both ends hold, so that the last event waits behind it.
    response.write(`data: ${"x".repeat(16_000_000)}\n\n`);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const ended = once(response, "prefinish");
    await revoke();
    await ended;
    response.write("data: two\n\n");
    await setImmediate();
    response.write("data: three\n\n");
    t.mock.timers.tick(4_999);
    assert.equal(response.destroyed, false);
    const closed = once(response, "close");
    t.mock.timers.tick(1);
    await closed;
    socket.destroy();
  });

  test("is cut off rather than made up when its head was not sent", async (t) => {
    const { base, cookie, revoke } = await serve(t, bindServerSentEvents, (response, bind) => {
      bind(response);
      void revoke();
    });
    await assert.rejects(fetch(base, { headers: { cookie } }), TypeError);
  });
});

describe("a long response that is bound", { timeout: 20_000 }, () => {
  const endless = (response: ServerResponse, bind: Bind): void => {
    response.writeHead(200);
    response.write("first");
    bind(response);
  };

  test("breaks off when its session ends, so that nobody takes the part for the whole", async (t) => {
    const { base, cookie, revoke } = await serve(t, bindResponse, endless);
    const { response, read } = await ask(base, cookie);
    const closed = new Promise((resolve) => response.on("close", resolve));
    await revoke();
    await closed;
    assert.deepEqual([read(), response.complete], ["first", false]);
  });

  test("breaks off visibly also where only the end of the connection ends a body", async (t) => {
    const { base, cookie, revoke } = await serve(t, bindResponse, endless);
    const socket = await openSocket(Number(new URL(base).port));
    socket.write(`GET / HTTP/1.0\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
    await once(socket, "data");
    const error = new Promise((resolve) => socket.on("error", resolve));
    await revoke();
    assert.equal(((await error) as NodeJS.ErrnoException).code, "ECONNRESET");
  });

  test("stops the source that it is made from", async (t) => {
    const outcome = Promise.withResolvers<unknown>();
    const { base, cookie, revoke } = await serve(t, bindResponse, (response, bind) => {
      bind(response);
      const source = Readable.from(
        (function* () {
          for (;;) yield "x".repeat(10_000);
        })(),
      );
      pipeline(source, response).then(outcome.resolve, outcome.resolve);
    });
    const { response } = await ask(base, cookie);
    await revoke();
    assert.equal(
      ((await outcome.promise) as NodeJS.ErrnoException).code,
      "ERR_STREAM_PREMATURE_CLOSE",
    );
    assert.equal(response.complete, false);
  });

  test("ends as it would have when its session lives, and keeps nothing bound", async (t) => {
    const bound: LongResponse[] = [];
    const { base, cookie, revoke } = await serve(t, bindResponse, (response, bind) => {
      bind(response);
      bound.push(response);
      response.end("all of it");
    });
    const answer = await fetch(base, { headers: { cookie } });
    assert.equal(await answer.text(), "all of it");
    const [response] = bound;
    assert.ok(response?.destroyed);
    await revoke();
  });

  test("is not bound when it has closed already", async (t) => {
    const listeners = Promise.withResolvers<readonly [before: number, after: number]>();
    const { base, cookie } = await serve(t, bindResponse, (response, bind) => {
      response.on("close", () => {
        const before = response.listenerCount("close");
        bind(response);
        listeners.resolve([before, response.listenerCount("close")]);
      });
      response.end("done");
    });
    await (await fetch(base, { headers: { cookie } })).text();
    const [before, after] = await listeners.promise;
    assert.equal(after, before);
  });
});

describe("over HTTP/2", { timeout: 20_000 }, () => {
  for (const [what, bind, expected] of [
    ["a long response is reset", bindResponse, "ERR_HTTP2_STREAM_ERROR"],
    ["an event stream says why it ends", bindServerSentEvents, undefined],
  ] as const) {
    test(what, async (t) => {
      const { auth } = observedAuth();
      const { cookie, id } = await signedIn(auth, "alice");
      const answer = async (
        headers: IncomingHttpHeaders,
        response: Http2ServerResponse,
      ): Promise<void> => {
        const principal = await auth.authenticate({ ...headers, host: "localhost" });
        response.writeHead(200, eventStream);
        response.write("data: one\n\n");
        assert.ok(principal !== null);
        bind(auth, principal, response);
      };
      const server = createHttp2Server(({ headers }, response) => void answer(headers, response));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const session = connectHttp2(`http://localhost:${(server.address() as AddressInfo).port}`);
      t.after(() => {
        session.destroy();
        server.close();
      });
      const stream = session.request({ ":path": "/", cookie });
      let [text, code] = ["", undefined as string | undefined];
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      stream.on("error", (error: NodeJS.ErrnoException) => (code = error.code));
      await once(stream, "data");
      const closed = new Promise((resolve) => stream.on("close", resolve));
      await auth.sessions.revoke(id);
      await closed;
      assert.equal(code, expected);
      assert.equal(text.includes("session-ended"), expected === undefined);
    });
  }
});
