import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type RequestListener } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { test } from "node:test";
import { gracefulStop } from "./graceful-stop.ts";

async function listening(listener: RequestListener, graceMs: number) {
  const server = createServer(listener);
  const stop = gracefulStop(server, graceMs);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, stop, port: (server.address() as AddressInfo).port };
}

test("does not wait for connections without a request", { timeout: 5_000 }, async () => {
  const { server, stop, port } = await listening(() => undefined, 60_000);
  const accepted = once(server, "connection");
  const silent = connect(port, "127.0.0.1");
  await accepted;
  await Promise.all([once(silent, "close"), stop()]);
});

test("answers a request that is under way, and stops with it", { timeout: 5_000 }, async () => {
  const asked = Promise.withResolvers<() => void>();
  const { stop, port } = await listening(
    (_request, response) => asked.resolve(() => response.end("late")),
    60_000,
  );
  const request = get({ port, host: "127.0.0.1" });
  const answer = await asked.promise;
  const stopped = stop();
  answer();
  const [response] = await once(request, "response");
  assert.equal(String(await response.setEncoding("utf8").toArray()), "late");
  await stopped;
});

test("cuts off what is not answered after the grace", { timeout: 5_000 }, async () => {
  const asked = Promise.withResolvers<void>();
  const { stop, port } = await listening(() => asked.resolve(), 20);
  const request = get({ port, host: "127.0.0.1" });
  const failed = once(request, "error");
  await asked.promise;
  await stop();
  await failed.catch((error: unknown) => assert.match(String(error), /socket hang up/));
});
