import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { FaultProxy } from "./fault-proxy.ts";

const echo = createServer((socket) => {
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
});
echo.listen(0, "127.0.0.1");
await once(echo, "listening");
after(() => echo.close());

/** Long enough for what is not held back to arrive, also on a busy machine. */
const aMoment = 60;

async function proxied(t: { after(end: () => Promise<void>): void }): Promise<FaultProxy> {
  const proxy = await FaultProxy.start((echo.address() as AddressInfo).port);
  t.after(() => proxy.close());
  return proxy;
}

async function connected(proxy: FaultProxy): Promise<Socket & { said: string; fate: string }> {
  const socket = Object.assign(connect(proxy.port, "127.0.0.1"), { said: "", fate: "" });
  socket.setEncoding("utf8").on("data", (text: string) => (socket.said += text));
  socket.on("error", (error: NodeJS.ErrnoException) => (socket.fate = error.code ?? "error"));
  await once(socket, "connect");
  return socket;
}

async function hears(socket: Socket & { said: string }, text: string): Promise<void> {
  while (socket.said !== text) await once(socket, "data");
}

/** `once` would fail with the error that is expected here. */
function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.on("close", resolve));
}

test("forwards both ways, in order", async (t) => {
  const socket = await connected(await proxied(t));
  for (const letter of "abc") socket.write(letter);
  await hears(socket, "abc");
  socket.destroy();
});

test("a stalled way holds back what comes, also of new connections, and lets it go when healed", async (t) => {
  const proxy = await proxied(t);
  const old = await connected(proxy);
  old.write("1");
  await hears(old, "1");
  proxy.stall("down");
  const fresh = await connected(proxy);
  old.write("2");
  fresh.write("3");
  await pause(aMoment);
  assert.deepEqual([old.said, fresh.said], ["1", ""]);
  proxy.heal();
  await Promise.all([hears(old, "12"), hears(fresh, "3")]);
  old.destroy();
  fresh.destroy();
});

test("a delayed way takes its time and keeps the order", async (t) => {
  const proxy = await proxied(t);
  const socket = await connected(proxy);
  proxy.delay({ up: 80, down: 40 });
  const sentAt = performance.now();
  socket.write("a");
  socket.write("b");
  await hears(socket, "ab");
  assert.ok(performance.now() - sentAt >= 119);
  socket.destroy();
});

test("a reset is one, and new connections work", async (t) => {
  const proxy = await proxied(t);
  const socket = await connected(proxy);
  socket.write("a");
  await hears(socket, "a");
  proxy.reset();
  await closed(socket);
  assert.equal(socket.fate, "ECONNRESET");
  const next = await connected(proxy);
  next.write("b");
  await hears(next, "b");
  next.destroy();
});

test("a half-open connection swallows what is written and says nothing, until it is healed with a reset", async (t) => {
  const proxy = await proxied(t);
  const socket = await connected(proxy);
  socket.write("a");
  await hears(socket, "a");
  proxy.halfOpen();
  socket.write("b");
  await pause(aMoment);
  assert.deepEqual([socket.said, socket.fate, socket.destroyed], ["a", "", false]);
  const next = await connected(proxy);
  next.write("c");
  await hears(next, "c");
  next.destroy();
  proxy.heal();
  await closed(socket);
  assert.equal(socket.fate, "ECONNRESET");
});

test("while it refuses, new connections come to nothing and open ones go on", async (t) => {
  const proxy = await proxied(t);
  const open = await connected(proxy);
  open.write("a");
  await hears(open, "a");
  proxy.refuse();
  const refused = connect(proxy.port, "127.0.0.1");
  refused.on("error", () => refused.destroy());
  await closed(refused);
  open.write("b");
  await hears(open, "ab");
  open.destroy();
});
