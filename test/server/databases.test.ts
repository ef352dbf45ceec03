import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { pino } from "pino";
import { readServerConfig, startServer } from "symbolon/server";
import { symbolon } from "../cli/run-command.ts";
import { ownServersMissing } from "../stores/redis/where.ts";
import { serverFor } from "../stores/redis/own-server.ts";
import { alice, testSecret } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { NodeProcess } from "../support/node-process.ts";
import { ownMysql, ownPostgres, type OwnDatabase } from "../support/own-database.ts";
import { startStandalone } from "../support/standalone.ts";

const [postgres, mysql] = [await ownPostgres(), await ownMysql()];
const noRedis = ownServersMissing();
const without = (database: OwnDatabase | string): string | false =>
  typeof database === "string" ? database : false;

/** What a person does: registers, comes back on another device, throws that one out, leaves. */
async function liveWith(url: string): Promise<void> {
  const [laptop, phone] = [new Client(url), new Client(url)];
  assert.equal((await laptop.post("/auth/register", alice)).status, 201);
  assert.equal((await phone.post("/auth/sign-in", alice)).status, 200);
  const { json } = await laptop.get("/auth/sessions");
  assert.equal((json["sessions"] as unknown[]).length, 2);
  assert.equal((await laptop.send("/auth/sessions", { method: "DELETE" })).json["revoked"], 1);
  assert.equal((await phone.get("/auth/session")).status, 401);
  assert.equal((await laptop.get("/auth/session")).status, 200);
  assert.equal((await laptop.get("/readyz")).text, "ready");
  assert.equal((await laptop.post("/auth/sign-out")).status, 204);
  assert.equal((await laptop.get("/auth/session")).status, 401);
}

describe("the standalone server", () => {
  test("keeps everything in PostgreSQL", { skip: without(postgres) }, async (t) => {
    const { url, run } = await (postgres as OwnDatabase).another();
    await liveWith((await startStandalone(t, { SYMBOLON_STORE: url })).url);
    assert.deepEqual(await run("select email from symbolon_users"), [[alice.email]]);
  });

  test("keeps everything in MySQL or MariaDB", { skip: without(mysql) }, async (t) => {
    const { url, run } = await (mysql as OwnDatabase).another();
    const mariadb = url.replace("mysql:", "mariadb:");
    await liveWith((await startStandalone(t, { SYMBOLON_STORE: mariadb })).url);
    assert.deepEqual(await run("select email from symbolon_users"), [[alice.email]]);
  });

  test(
    "keeps sessions in Redis and accounts in PostgreSQL",
    { skip: noRedis || without(postgres) },
    async (t) => {
      const { port } = await serverFor(t);
      const { url, run } = await (postgres as OwnDatabase).another();
      const pair = `redis://127.0.0.1:${port}/1?prefix=auth, ${url}`;
      const server = await startStandalone(t, { SYMBOLON_STORE: pair });
      await liveWith(server.url);
      assert.equal((await new Client(server.url).post("/auth/sign-in", alice)).status, 200);
      assert.deepEqual(await run("select email from symbolon_users"), [[alice.email]]);
      assert.deepEqual(await run("select count(*) from symbolon_sessions"), [["0"]]);
      await server.close();
    },
  );

  test(
    "lets go of what it connected to when it stops, so that its process can end",
    { skip: noRedis || without(postgres) },
    async (t) => {
      const { port } = await serverFor(t);
      const { url, run } = await (postgres as OwnDatabase).another();
      const server = await startCommand(t, `redis://127.0.0.1:${port},${url}`);
      assert.equal((await new Client(server.url).post("/auth/register", alice)).status, 201);
      assert.equal(await server.end(), 0, server.output);
      const others = "datname = current_database() and pid <> pg_backend_pid()";
      assert.deepEqual(await run(`select pid from pg_stat_activity where ${others}`), []);
    },
  );

  test(
    "refuses in one process what was signed out in another",
    { skip: without(postgres) },
    async (t) => {
      const { url } = await (postgres as OwnDatabase).another();
      const [one, other] = await Promise.all([startCommand(t, url), startCommand(t, url)]);
      const here = new Client(one.url);
      assert.equal((await here.post("/auth/register", alice)).status, 201);
      const cookie = here.jar.getCookieStringSync(one.url);
      const there = new Client(other.url, { cookie });
      assert.equal((await there.get("/auth/session")).status, 200);
      assert.equal((await here.post("/auth/sign-out")).status, 204);
      await comesTrue(async () => (await there.get("/auth/session")).status === 401);
    },
  );

  test("has its tables migrated by hand in production", { skip: without(postgres) }, async (t) => {
    const { url } = await (postgres as OwnDatabase).another();
    const production = { SYMBOLON_STORE: url, NODE_ENV: "production", HOST: "127.0.0.1" };
    const settings = { ...production, PORT: "0", SYMBOLON_SECRET: testSecret };
    await assert.rejects(
      startServer(readServerConfig(settings), pino({ level: "silent" })),
      /migration 0 of \d+: run `npx symbolon migrate`/,
    );
    assert.equal((await symbolon(["migrate"], production)).code, 0);
    await startStandalone(t, production);
  });

  test("has them migrated by itself where that is said", { skip: without(postgres) }, async (t) => {
    const { url } = await (postgres as OwnDatabase).another();
    const start = (environment: Readonly<Record<string, string>>) =>
      startStandalone(t, { SYMBOLON_STORE: url, ...environment });
    const production = { NODE_ENV: "production", HOST: "127.0.0.1" };
    await assert.rejects(start({ SYMBOLON_AUTO_MIGRATE: "false" }), /run `npx symbolon migrate`/);
    await liveWith((await start({ ...production, SYMBOLON_AUTO_MIGRATE: "true" })).url);
  });

  test(
    "starts while its store is away, and is ready when it comes",
    { skip: noRedis },
    async (t) => {
      const redis = await serverFor(t);
      await redis.kill();
      const server = await startCommand(t, `redis://:${canary}@127.0.0.1:${redis.port},memory:`);
      const client = new Client(server.url);
      assert.equal((await client.get("/healthz")).status, 200);
      assert.equal((await client.get("/readyz")).status, 503);
      assert.equal((await client.post("/auth/register", alice)).status, 503);
      await redis.restart();
      await comesTrue(async () => (await client.get("/readyz")).status === 200);
      assert.equal((await client.post("/auth/register", alice)).status, 201);
      await redis.kill();
      await comesTrue(async () => (await client.get("/readyz")).status === 503);
      assert.equal(await server.end(), 0, server.output);
      assert.doesNotMatch(server.output, new RegExp(canary));
      assert.match(server.output, /the store does not answer/);
    },
  );

  for (const scheme of ["postgres", "mysql"]) {
    test(`starts while ${scheme} is away, and its password shows nowhere`, async (t) => {
      const server = await startCommand(
        t,
        `${scheme}://admin:${canary}@127.0.0.1:1/auth?x=${canary}`,
      );
      const client = new Client(server.url);
      assert.equal((await client.get("/readyz")).status, 503);
      assert.equal((await client.post("/auth/sign-in", alice)).status, 503);
      assert.equal(await server.end(), 0, server.output);
      assert.doesNotMatch(server.output, new RegExp(`${canary}|admin`));
      assert.match(server.output, new RegExp(`Stored in +${scheme}://…@127.0.0.1:1/auth\n`));
    });
  }

  test("does not start with a password that is wrong", { skip: without(mysql) }, async () => {
    const url = new URL((mysql as OwnDatabase).url);
    [url.username, url.password] = ["nobody_there", canary];
    const { code, out, err } = await symbolon(["serve"], { SYMBOLON_STORE: url.href, PORT: "0" });
    assert.equal(code, 1);
    assert.match(err, /did not start: .*Access denied/);
    assert.doesNotMatch(out + err, new RegExp(canary));
  });

  test("does not start with Redis alone, and shows the pair to write", async () => {
    const settings = { SYMBOLON_STORE: `redis://:${canary}@localhost:1`, PORT: "0" };
    const { code, out, err } = await symbolon(["serve"], settings);
    assert.equal(code, 1);
    assert.match(err, /keeps sessions, not accounts.*redis:\/\/\S+,postgres:\/\//);
    assert.doesNotMatch(out + err, new RegExp(canary));
  });

  for (const [what, parameter, reason] of [
    ["PostgreSQL", "sslmode=require", /does not support SSL|self-signed|certificate/],
    ["PostgreSQL", "ssl=true", /does not support SSL|self-signed|certificate/],
  ] as const) {
    test(`passes ${parameter} on to ${what}`, { skip: without(postgres) }, async () => {
      const settings = { SYMBOLON_STORE: `${(postgres as OwnDatabase).url}?${parameter}` };
      const { code, err } = await symbolon(["serve"], { ...settings, PORT: "0" });
      assert.equal(code, 1);
      assert.match(err, reason);
    });
  }
});

const canary = "canary-of-the-store";

/** `symbolon serve` in a process of its own, until the test ends. */
async function startCommand(t: TestContext, store: string): Promise<NodeProcess> {
  const server = await NodeProcess.start(["src/cli/main.ts", "serve"], {
    SYMBOLON_STORE: store,
    SYMBOLON_SECRET: testSecret,
  });
  t.after(() => server.end("SIGKILL"));
  return server;
}

/** Within ten seconds, which is several leases. */
async function comesTrue(question: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await question())) {
    assert.ok(performance.now() < deadline, "it did not come true within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
