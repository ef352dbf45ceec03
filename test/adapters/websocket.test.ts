import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, test, type TestContext } from "node:test";
import type { Auth, Store } from "symbolon";
import { bindWebSocket, closeCodes, type ClosableWebSocket } from "symbolon/node";
import { memoryStore } from "symbolon/stores/memory";
import { WebSocket } from "ws";
import { passTime } from "../support/pass-time.ts";
import { observedAuth, type ObservedAuth } from "../support/served-app.ts";
import {
  serveSockets,
  signedIn,
  type Closing,
  type ServedSockets,
} from "../support/served-sockets.ts";

const minute = 60_000;
const revoked: Closing = { code: 4401, reason: "session_revoked" };
const expired: Closing = { code: 4401, reason: "session_expired" };

/** A store without hints, so that only polls bring news. */
function withoutHints(store: Store): Store {
  const revocation = { ...store.revocation };
  delete revocation.onHint;
  return { ...store, revocation };
}

interface OpenedHere {
  readonly here: ObservedAuth;
  readonly there: Auth;
  readonly served: ServedSockets;
  readonly closed: Promise<Closing>;
  readonly id: string;
  readonly cookie: string;
}

/** Two engines on one store: a user's WebSocket is open at `here`, and is ended from `there`. */
async function openHere(
  t: TestContext,
  input: { readonly tenantId?: string } = {},
): Promise<OpenedHere> {
  const store = memoryStore();
  const here = observedAuth({ store });
  const there = observedAuth({ store }).auth;
  const served = await serveSockets(t, here.auth);
  const { cookie, id } = await signedIn(there, "alice", input);
  const { closed } = await served.admitted({ cookie });
  return { here, there, served, closed, id, cookie };
}

describe("a bound WebSocket is closed in another process", { timeout: 20_000 }, () => {
  test("when its session is revoked", async (t) => {
    const { there, closed, id } = await openHere(t);
    await there.sessions.revoke(id);
    assert.deepEqual(await closed, revoked);
  });

  test("when the user signs out", async (t) => {
    const { there, closed, cookie } = await openHere(t);
    await there.signOut({ method: "POST", headers: { host: "localhost", cookie } });
    assert.deepEqual(await closed, revoked);
  });

  test("when the browser signs in again, so that another session takes the place of this one", async (t) => {
    const { there, closed, cookie } = await openHere(t);
    const request = { method: "POST", headers: { host: "localhost", cookie } };
    await there.signIn({ userId: "bob" }, request);
    assert.deepEqual(await closed, revoked);
  });

  for (const target of [{ userId: "alice" }, { tenantId: "acme" }, { everyone: true }] as const) {
    test(`when all sessions of ${JSON.stringify(target)} are revoked`, async (t) => {
      const { there, closed } = await openHere(t, { tenantId: "acme" });
      await there.sessions.revokeAll(target);
      assert.deepEqual(await closed, revoked);
    });
  }

  test("by the next poll when no hint comes, which is within the lease", async (t) => {
    const store = memoryStore();
    const { auth, clock } = observedAuth({ store: withoutHints(store) });
    const there = observedAuth({ store }).auth;
    const served = await serveSockets(t, auth);
    const { cookie, id } = await signedIn(there, "alice");
    const { closed } = await served.admitted({ cookie });
    await there.sessions.revoke(id);
    clock.advance(500);
    assert.deepEqual(await closed, revoked);
  });
});

describe("a bound WebSocket", { timeout: 20_000 }, () => {
  test("stays open when others are revoked, claims change, and all but its session end", async (t) => {
    const { there, here, served, closed, id } = await openHere(t);
    const other = await signedIn(there, "bob");
    let synced = Promise.withResolvers<void>();
    here.auth.on("revocation.lag", ({ entries }) => entries > 0 && synced.resolve());
    for (const act of [
      () => there.sessions.revoke(other.id),
      () => there.sessions.updateAll("alice", { claims: { role: "admin" } }),
      () => there.sessions.revokeAll({ userId: "alice", except: id }),
    ]) {
      synced = Promise.withResolvers();
      await act();
      await synced.promise;
    }
    assert.equal(served.sockets.clients.size, 1);
    await there.sessions.revoke(id);
    assert.deepEqual(await closed, revoked);
  });

  test("is closed when its session is not used for too long, though it stayed open", async (t) => {
    const { auth, clock } = observedAuth({ session: { idle: "3m" } });
    const served = await serveSockets(t, auth);
    const { cookie } = await signedIn(auth, "alice");
    const { closed, socket } = await served.admitted({ cookie });
    await passTime(clock, 2.5 * minute);
    socket.send("a message is no use of the session");
    await once(socket, "message");
    await passTime(clock, minute);
    assert.deepEqual(await closed, expired);
  });

  test("stays open for as long as the application says that the session is in use, up to its absolute end", async (t) => {
    const { auth, clock } = observedAuth({ session: { idle: "3m", absolute: "9m" } });
    const served = await serveSockets(t, auth);
    const { cookie } = await signedIn(auth, "alice");
    const { closed, socket } = await served.admitted({ cookie });
    const upgrade = { method: "GET", headers: { host: "localhost", cookie, upgrade: "websocket" } };
    for (const _ of [1, 2, 3, 4]) {
      await passTime(clock, 2 * minute);
      await auth.refresh(upgrade);
      socket.send("still here");
      await once(socket, "message");
    }
    await passTime(clock, minute + 500);
    assert.deepEqual(await closed, expired);
  });

  test("is closed at once when the session ended between the answer and the binding", async (t) => {
    const { auth } = observedAuth();
    const { cookie, id } = await signedIn(auth, "alice");
    const beforeBind = async (): Promise<void> => void (await auth.sessions.revoke(id));
    const served = await serveSockets(t, auth, { beforeBind });
    const { closed } = await served.admitted({ cookie });
    assert.deepEqual(await closed, revoked);
  });

  test("is closed with another code when nobody can say for too long, so that clients come back", async (t) => {
    const { auth, clock, store } = observedAuth();
    const served = await serveSockets(t, auth, { bind: { staleFor: "10s" } });
    const { cookie } = await signedIn(auth, "alice");
    const { closed } = await served.admitted({ cookie });
    store.failure = new Error("the database has gone");
    auth.on("store.failed", () => undefined);
    await passTime(clock, 12_000);
    assert.equal([...served.sockets.clients][0]?.readyState, WebSocket.OPEN);
    await passTime(clock, 1_000);
    assert.deepEqual(await closed, { code: 4503, reason: "store_unavailable" });
  });
});

/** What a client's frames look like; the mask is zero. */
const frames = {
  text: (letter: string) => Buffer.from([0x81, 0x81, 0, 0, 0, 0, letter.charCodeAt(0)]),
  ping: Buffer.from([0x89, 0x80, 0, 0, 0, 0]),
  close: Buffer.from([0x88, 0x80, 0, 0, 0, 0]),
};

/** A peer that asks for a WebSocket and says what it likes, when it likes. */
function rawPeer(t: TestContext, port: number, cookie: string, ...said: readonly Buffer[]): Socket {
  const peer = connect(port, "127.0.0.1");
  t.after(() => peer.destroy());
  const head =
    `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\nCookie: ${cookie}\r\n\r\n`;
  peer.write(Buffer.concat([Buffer.from(head), ...said]));
  return peer;
}

test("a peer that speaks no WebSocket is cut off, and the process goes on", async (t) => {
  const { auth } = observedAuth();
  const served = await serveSockets(t, auth);
  const { cookie } = await signedIn(auth, "alice");
  const peer = rawPeer(t, served.port, cookie, Buffer.from([0xff, 0xff, 0xff, 0xff]));
  await once(peer.resume(), "close");
  assert.ok("socket" in (await served.open({ cookie })));
});

describe("a peer that goes on when its session has ended", { timeout: 20_000 }, () => {
  test("is not heard any more, and is cut off after five seconds", async (t) => {
    const { auth } = observedAuth();
    const served = await serveSockets(t, auth);
    const { cookie, id } = await signedIn(auth, "alice");
    const peer = rawPeer(t, served.port, cookie);
    await once(peer, "data");
    const [socket] = served.sockets.clients;
    assert.ok(socket !== undefined);
    const heard = once(socket, "message");
    peer.write(frames.text("a"));
    await heard;
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const told = new Promise((resolve) => peer.on("data", resolve));
    await auth.sessions.revoke(id);
    await told;
    const pinged = once(socket, "ping");
    peer.write(Buffer.concat([frames.text("b"), frames.ping]));
    await pinged;
    assert.deepEqual(served.heard, ["alice: a"]);
    const gone = once(peer, "close");
    t.mock.timers.tick(4_999);
    assert.equal(served.sockets.clients.size, 1);
    t.mock.timers.tick(1);
    await gone;
    assert.equal(served.sockets.clients.size, 0);
  });

  test("is not heard at all when it ended before the binding, also by who begins to listen after that", async (t) => {
    const { auth } = observedAuth();
    const { cookie, id } = await signedIn(auth, "alice");
    const beforeBind = async (): Promise<void> => void (await auth.sessions.revoke(id));
    const served = await serveSockets(t, auth, { beforeBind });
    const peer = rawPeer(t, served.port, cookie, frames.text("a"), frames.close);
    peer.resume();
    await once(peer, "close");
    assert.deepEqual(served.heard, []);
  });
});

/** A WebSocket of another make. */
class OtherSocket extends EventEmitter implements ClosableWebSocket {
  readyState = 1;
  readonly calls: string[] = [];
  addEventListener(type: "close", listener: () => void): void {
    this.on(type, listener);
  }
  close(code: number, reason: string): void {
    this.calls.push(`close ${code} ${reason}`);
  }
}

describe("bindWebSocket", () => {
  test("takes a socket like a browser's, and unbinds when that closes", async () => {
    const { auth } = observedAuth();
    const { cookie, id } = await signedIn(auth, "alice");
    const principal = await auth.authenticate({ host: "localhost", cookie });
    assert.ok(principal !== null);
    const [ends, gone, unbound] = [new OtherSocket(), new OtherSocket(), new OtherSocket()];
    bindWebSocket(auth, principal, ends);
    bindWebSocket(auth, principal, gone);
    bindWebSocket(auth, principal, unbound)();
    gone.emit("close");
    const closed = Object.assign(new OtherSocket(), { readyState: 3 });
    bindWebSocket(auth, principal, closed);
    assert.deepEqual(closed.eventNames(), [], "nothing is kept for a socket that has closed");
    await auth.sessions.revoke(id, { propagated: true });
    assert.deepEqual(ends.calls, ["close 4401 session_revoked"]);
    assert.deepEqual([...gone.calls, ...unbound.calls, ...closed.calls], []);
    ends.emit("close");
  });

  test("refuses a principal that is a copy, and keeps nothing for it", async () => {
    const { auth } = observedAuth();
    const { cookie } = await signedIn(auth, "alice");
    const principal = await auth.authenticate({ host: "localhost", cookie });
    assert.ok(principal !== null);
    const socket = new OtherSocket();
    assert.throws(() => bindWebSocket(auth, { ...principal }, socket), TypeError);
    assert.deepEqual(socket.eventNames(), []);
  });

  test("has a code for every reason that a client may be sent", () => {
    for (const code of Object.values(closeCodes)) assert.ok(code >= 4000 && code <= 4999);
  });
});
