import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { IncomingMessage } from "node:http";
import { connect, Socket } from "node:net";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { AuthError } from "symbolon";
import { admitUpgrade, authenticateUpgrade, refuseUpgrade } from "symbolon/node";
import { readAnswer, openSocket } from "../support/raw-http.ts";
import { observedAuth } from "../support/served-app.ts";
import { serveSockets, signedIn } from "../support/served-sockets.ts";

/**
 * The threat: cross-site WebSocket hijacking. A page of another site opens a WebSocket to us; the browser adds the cookie
 * and asks nobody, since WebSockets know no CORS; and the page talks and listens as the victim.
 */

const own = "https://app.example.com";
const partner = "https://partner.example";

const foreign: readonly Readonly<Record<string, string>>[] = [
  { origin: "https://attacker.example" },
  { origin: "https://evil.app.example.com" },
  { origin: "https://blog.example.com" },
  { origin: "https://example.com" },
  { origin: "http://app.example.com" },
  { origin: "https://app.example.com:8443" },
  { origin: "https://app.example.com.attacker.example" },
  { origin: "null" },
  { origin: "" },
  { origin: "file://" },
  // What Firefox and Safari say besides.
  { origin: "https://attacker.example", "sec-fetch-site": "cross-site" },
  { origin: "https://blog.example.com", "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "cross-site" },
];

describe("a WebSocket with the victim's cookie", () => {
  test("is opened by no page but ours, and the store is not asked for the others", async (t) => {
    const { auth, store } = observedAuth({ baseUrl: own });
    const served = await serveSockets(t, auth);
    const { cookie } = await signedIn(auth, "victim");
    const refused: unknown[] = [];
    auth.on("request.refused", ({ code, origin }) => refused.push([code, origin]));
    for (const headers of foreign) {
      store.takeCalls();
      const answer = await served.open({ cookie, ...headers });
      const row = JSON.stringify(headers);
      assert.ok("status" in answer, `${row} was admitted`);
      assert.equal(answer.status, 403, row);
      assert.equal(JSON.parse(answer.body).code, "cross_site_request");
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.deepEqual(store.takeCalls(), [], row);
    }
    assert.equal(served.sockets.clients.size, 0);
    assert.deepEqual(refused[0], ["cross_site_request", "https://attacker.example"]);
    const { socket } = await served.admitted({ cookie, origin: own });
    socket.send("hello");
    const [reply] = (await once(socket, "message")) as [Buffer];
    assert.equal(reply.toString(), "victim said hello");
  });

  test("is opened by a trusted origin, and without baseUrl by the host that was asked", async (t) => {
    const trusting = observedAuth({ baseUrl: own, trustedOrigins: [partner] });
    const served = await serveSockets(t, trusting.auth);
    const { cookie } = await signedIn(trusting.auth, "victim");
    await served.admitted({ cookie, origin: partner });

    const { auth } = observedAuth();
    const byHost = await serveSockets(t, auth);
    const local = await signedIn(auth, "victim");
    await byHost.admitted({ ...local, origin: `http://localhost:${byHost.port}` });
    for (const origin of ["http://localhost", "http://attacker.example", "null"]) {
      const answer = await byHost.open({ cookie: local.cookie, origin });
      assert.equal("status" in answer && answer.status, 403, origin);
    }
  });

  test("is opened without an Origin, by what is no browser; not where CSRF tokens are asked for", async (t) => {
    for (const [csrf, admitted] of [
      ["origin", true],
      ["token", false],
    ] as const) {
      const { auth } = observedAuth({ baseUrl: own, csrf });
      const served = await serveSockets(t, auth);
      const { cookie } = await signedIn(auth, "victim");
      const answer = await served.open({ cookie });
      assert.equal("socket" in answer, admitted, csrf);
    }
  });

  test("is refused also when the request does not call itself an upgrade", async () => {
    const { auth } = observedAuth({ baseUrl: own });
    const { cookie } = await signedIn(auth, "victim");
    const request = new IncomingMessage(new Socket());
    Object.assign(request, { method: "GET", url: "/" });
    Object.assign(request.headers, { cookie, origin: "https://attacker.example" });
    await assert.rejects(authenticateUpgrade(auth, request), { code: "cross_site_request" });
  });
});

test("a token in the Authorization header opens a WebSocket from any origin; in the query it opens none", async (t) => {
  const { auth } = observedAuth({ baseUrl: own });
  const served = await serveSockets(t, auth);
  const { authorization } = await signedIn(auth, "native");
  await served.admitted({ authorization });
  await served.admitted({ authorization, origin: "https://attacker.example" });
  const token = authorization.slice("Bearer ".length);
  for (const name of ["token", "access_token", "sessionToken"]) {
    const answer = await served.open({ origin: own }, `/?${name}=${token}`);
    assert.equal("status" in answer && answer.status, 401, name);
  }
  const offered = { origin: own, "sec-websocket-protocol": `symbolon.bearer.${token}` };
  const answer = await served.open(offered);
  assert.equal("status" in answer && answer.status, 401);
});

test("no WebSocket opens with a missing, forged, expired, revoked or ambiguous credential, nor for a guest", async (t) => {
  const { auth, clock } = observedAuth({ baseUrl: own, session: { idle: "1h" } });
  const served = await serveSockets(t, auth);
  const expired = await signedIn(auth, "alice");
  clock.advance(3_600_001);
  const revoked = await signedIn(auth, "bob");
  await auth.sessions.revoke(revoked.id);
  const [one, two] = [await signedIn(auth, "carol"), await signedIn(auth, "dave")];
  const guest = await auth.respond(
    new Request(own),
    async ({ data }) => {
      await data.set("visits", 1);
      return new Response();
    },
    { encrypted: true },
  );
  const [guestCookie = ""] = guest.headers.getSetCookie()[0]?.split(";") ?? [];
  assert.match(guestCookie, /^__Host-sym=sys_/);
  const cases: readonly [Record<string, string>, number, string][] = [
    [{}, 401, "unauthenticated"],
    [{ cookie: "__Host-sym=garbage" }, 401, "unauthenticated"],
    [
      { cookie: `${one.cookie.slice(0, -1)}${one.cookie.endsWith("A") ? "B" : "A"}` },
      401,
      "unauthenticated",
    ],
    [{ cookie: expired.cookie }, 401, "session_expired"],
    [{ cookie: revoked.cookie }, 401, "session_revoked"],
    [{ authorization: revoked.authorization }, 401, "session_revoked"],
    [{ cookie: `${one.cookie}; ${two.cookie}` }, 400, "duplicate_cookie"],
    [{ cookie: guestCookie }, 401, "unauthenticated"],
  ];
  for (const [headers, status, code] of cases) {
    const answer = await served.open({ origin: own, ...headers });
    assert.ok("status" in answer, code);
    assert.deepEqual([answer.status, JSON.parse(answer.body).code], [status, code]);
    assert.equal("www-authenticate" in answer.headers, status === 401);
  }
});

test("a guard's conditions hold for upgrades too", async (t) => {
  const { auth, clock } = observedAuth({ baseUrl: own });
  const claims = ({ userId }: { userId: string }): boolean => userId === "admin";
  const served = await serveSockets(t, auth, { guard: { maxAge: "5m", claims } });
  const reader = await signedIn(auth, "reader");
  const forbidden = await served.open({ cookie: reader.cookie, origin: own });
  assert.equal("status" in forbidden && forbidden.status, 403);
  const { cookie } = await signedIn(auth, "admin");
  await served.admitted({ cookie, origin: own });
  clock.advance(300_001);
  const stale = await served.open({ cookie, origin: own });
  assert.ok("status" in stale);
  assert.equal(stale.status, 401);
  assert.match(String(stale.headers["www-authenticate"]), /max_age="300"/);
});

test("an outage is answered 503 on the raw socket with the time to wait, and the connection ends", async (t) => {
  const { auth, store, clock } = observedAuth({ baseUrl: own });
  const served = await serveSockets(t, auth);
  const { cookie } = await signedIn(auth, "alice");
  auth.on("store.failed", () => undefined);
  store.failure = new Error("the database has gone");
  clock.advance(60_000);
  const socket = await openSocket(served.port);
  socket.write(
    `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\nOrigin: ${own}\r\nCookie: ${cookie}\r\n\r\n`,
  );
  const answer = await readAnswer(socket);
  assert.equal(answer.status, 503);
  assert.match(answer.head, /\r\nretry-after: \d+\r\n/);
  assert.match(answer.head, /\r\nconnection: close$/m);
  assert.equal(JSON.parse(answer.body).code, "store_unavailable");
  assert.doesNotMatch(answer.body, /database/);
});

describe("a refused upgrade", () => {
  test("tells nothing of an error that is not ours, which goes on to the application", async () => {
    const { auth } = observedAuth();
    const { cookie } = await signedIn(auth, "alice");
    const request = new IncomingMessage(new Socket());
    Object.assign(request.headers, { cookie, host: "localhost" });
    const socket = new PassThrough();
    const claims = (): boolean => {
      throw new RangeError("secret inside");
    };
    await assert.rejects(admitUpgrade(auth, request, socket, { claims }), RangeError);
    const answer = String(socket.read());
    assert.match(answer, /^HTTP\/1\.1 500 /);
    assert.doesNotMatch(answer, /secret inside/);
  });

  test("cannot be made to say more than one answer by a line break in a header", () => {
    const socket = new PassThrough();
    const headers = { "x-why": "a\r\nset-cookie: b=c" };
    const error = new AuthError("forbidden", { headers });
    assert.throws(() => refuseUpgrade(socket, error), TypeError);
    assert.ok(socket.destroyed);
  });

  test("lets go of a client that keeps its half of the connection open", async () => {
    const socket = new PassThrough();
    refuseUpgrade(socket, new AuthError("unauthenticated"));
    await once(socket, "close");
  });

  test("survives a client that has gone, before it is judged and after", async (t) => {
    const { auth, store } = observedAuth();
    const { cookie } = await signedIn(auth, "alice");
    const other = observedAuth({ store: store.store });
    const held = store.hold("sessions.find");
    const request = new IncomingMessage(new Socket());
    Object.assign(request.headers, { cookie, host: "localhost" });
    const socket = new PassThrough();
    const admitted = admitUpgrade(other.auth, request, socket);
    await held.reached;
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.destroy(new Error("ECONNRESET"));
    await closed;
    held.release();
    assert.equal(await admitted, null);
    assert.equal(EventEmitter.listenerCount(socket, "error"), 0);
    refuseUpgrade(socket, new AuthError("unauthenticated"));

    const served = await serveSockets(t, auth);
    const gone = connect(served.port, "127.0.0.1");
    gone.on("error", () => undefined);
    gone.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    gone.resetAndDestroy();
    const answer = await served.open({});
    assert.equal("status" in answer && answer.status, 401, "the server is still there");
  });
});
