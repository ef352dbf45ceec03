import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as requestOver, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { pino } from "pino";
import { useControl } from "../../src/lab/controls.ts";
import { HostedColumn } from "../../src/lab/hosted-column.ts";
import { send } from "../../src/lab/send.ts";
import type { Exchange } from "../../src/lab/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "symbolon-lab-"));
const attackerOrigin = "http://attacker.localhost:1";
let column: HostedColumn;
const server = createServer((request, response) => column.tap.handle(request, response));

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let id = 0;
  column = new HostedColumn("session", {
    origin: `http://session.lab.localhost:${port}`,
    labOrigin: `http://lab.localhost:${port}`,
    attackerOrigin,
    folder,
    ticket: "ticket-of-this-test",
    program: new URL("tiny-column-process.ts", import.meta.url),
    logger: pino({ level: "silent" }),
    nextId: () => (id += 1),
  });
  await column.reset();
});

after(async () => {
  await column.close();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

describe("a column of the lab", () => {
  test("hands a request on as it came, and records its bytes and what the store was asked", async () => {
    const { answer, body } = await browse("POST", "/sign-in", ["X-Some", "a", "x-some", "b"], "ä!");
    assert.deepEqual(answer.headers["set-cookie"], ["tiny=ada", "other=1; Path=/"]);
    const seen = JSON.parse(body) as { rawHeaders: string[]; body: string };
    assert.equal(seen.body, "ä!");
    assert.deepEqual(seen.rawHeaders.slice(0, 6), ["Host", hostOf(), "X-Some", "a", "x-some", "b"]);
    assert.ok(!seen.rawHeaders.some((each) => /symbolon-lab/i.test(each)));

    const exchange = await newest();
    assert.equal(exchange.request.startLine, "POST /sign-in HTTP/1.1");
    assert.equal(exchange.request.body, "ä!");
    assert.equal(exchange.request.bodyBytes, 3);
    const head = [
      exchange.request.startLine,
      ...exchange.request.headers.map((pair) => pair.join(": ")),
    ];
    assert.equal(exchange.request.headBytes, Buffer.byteLength(`${head.join("\r\n")}\r\n\r\n`));
    assert.equal(exchange.response.headers.filter(([name]) => name === "Set-Cookie").length, 2);
    assert.deepEqual([exchange.storeReads, exchange.storeWrites, exchange.status], [0, 1, 200]);
    assert.deepEqual([exchange.by, exchange.process], ["person", 1]);
    assert.deepEqual((await column.state()).tables[0]?.rows, [["ada"]]);
  });

  test("tells the attacker's page, and the attacker's machine, from the person", async () => {
    await browse("GET", "/", ["Origin", attackerOrigin]);
    assert.equal((await newest()).by, "attacker's page");
    await browse("GET", "/", ["Sec-Fetch-Site", "cross-site"]);
    assert.equal((await newest()).by, "attacker's page");
    const { exchange } = await send(column.origin, column.tap, { method: "GET", path: "/" });
    assert.equal((await newest()).by, "attacker");
    assert.equal((await newest()).id, exchange);
    await browse("GET", "/", ["X-Symbolon-Lab-Own", "guessed"]);
    assert.equal((await newest()).by, "person");
  });

  test("answers nobody who does not come through the tap", async () => {
    const { port } = column.fleet.pick() ?? { port: 0 };
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(response.status, 421);
  });

  test("has a clock that can be moved, in new processes too, and real processes", async () => {
    const earlier = await ask();
    await useControl(column, "move-clock", { byMs: 3_600_000 });
    await useControl(column, "second-process", { running: true });
    const [one, other] = [await ask(), await ask()];
    assert.notEqual(one.pid, other.pid);
    for (const { now } of [one, other]) {
      assert.ok(now - Date.now() > 3_590_000, "an hour ahead");
    }
    await useControl(column, "restart", {});
    const later = await ask();
    assert.ok(![earlier.pid, one.pid, other.pid].includes(later.pid));
    assert.ok(later.now - Date.now() > 3_590_000);
    assert.equal((await browse("GET", "/api/me", ["Cookie", "tiny=ada"])).answer.statusCode, 200);
    await useControl(column, "second-process", { running: false });
    assert.equal(column.fleet.processes.length, 1);
  });

  test("loses its store as by a driver whose server is away, and has it back", async () => {
    await useControl(column, "store", { running: false });
    const away = await browse("GET", "/api/me", ["Cookie", "tiny=ada"]);
    assert.deepEqual([away.answer.statusCode, away.body], [503, "ECONNREFUSED"]);
    await useControl(column, "restart", {});
    assert.equal((await browse("GET", "/api/me", ["Cookie", "tiny=ada"])).answer.statusCode, 503);
    await useControl(column, "store", { running: true });
    assert.equal((await browse("GET", "/api/me", ["Cookie", "tiny=ada"])).answer.statusCode, 200);
  });

  test("is measured: what a check costs, and how long a revocation takes", async () => {
    await browse("GET", "/api/me", ["Cookie", "tiny=ada"]);
    const check = await useControl(column, "measure-check", {});
    assert.ok((check.figure?.value ?? 0) > 0);
    const revocation = await useControl(column, "measure-revocation", {});
    assert.equal(revocation.done.possible, true);
    assert.ok((revocation.figure?.value ?? Infinity) < 10_000);
    const again = await useControl(column, "measure-revocation", {});
    assert.equal(again.figure?.value, null);
  });

  test("refuses an input that is none", async () => {
    await assert.rejects(useControl(column, "move-clock", { byMs: -1 }), { name: "ValiError" });
    await assert.rejects(useControl(column, "store", {}), { name: "ValiError" });
  });

  test("leaves no process behind", async () => {
    const pids = column.fleet.processes.map(({ pid }) => pid);
    assert.equal(pids.length, 1);
    await column.close();
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });
});

async function ask(): Promise<{ readonly pid: number; readonly now: number }> {
  return JSON.parse((await browse("GET", "/")).body) as { pid: number; now: number };
}

async function browse(
  method: string,
  path: string,
  rawHeaders: readonly string[] = [],
  body = "",
): Promise<{ readonly answer: IncomingMessage; readonly body: string }> {
  const { port } = new URL(column.origin);
  const length = body === "" ? [] : ["Content-Length", String(Buffer.byteLength(body))];
  const headers = ["Host", hostOf(), ...rawHeaders, ...length];
  const request = requestOver({ host: "127.0.0.1", port, method, path, headers, agent: false });
  request.end(body);
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  return { answer, body: await text(answer) };
}

function hostOf(): string {
  return new URL(column.origin).host;
}

async function newest(): Promise<Exchange> {
  const { exchanges } = await column.state();
  const last = exchanges.at(-1);
  assert.ok(last);
  return last;
}
