import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readServerConfig, startServer } from "symbolon/server";
import { pino } from "pino";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { alice, testSecret } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { openSocket, sendRaw } from "../support/raw-http.ts";
import { startStandalone } from "../support/standalone.ts";

const folder = temporaryFolder();

test("says that it is healthy and ready, also to a load balancer that speaks HTTP/1.0", async (t) => {
  const { url, port } = await startStandalone(t);
  const client = new Client(url);
  for (const [path, text] of [
    ["/healthz", "ok"],
    ["/readyz", "ready"],
  ] as const) {
    const answer = await client.get(path);
    assert.deepEqual([answer.status, answer.text], [200, text]);
    const old = await sendRaw(port, `GET ${path} HTTP/1.0\r\n\r\n`);
    assert.deepEqual([old.status, old.body], [200, text]);
  }
});

test("serves assets under names that hold their hash, to be kept for ever", async (t) => {
  const client = new Client((await startStandalone(t)).url);
  const { text } = await client.get("/");
  const paths = [...text.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, path = ""]) => path);
  assert.equal(paths.length, 2);
  for (const path of paths) {
    const asset = await client.get(path);
    assert.equal(asset.status, 200);
    assert.equal(asset.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.match(asset.headers.get("content-type") ?? "", /^(?:text\/css|image\/svg\+xml)/);
    assert.equal(asset.headers.get("x-content-type-options"), "nosniff");
    const other = path.replace(/[\w-]{4}(?=\.\w+$)/, "zzzz");
    assert.notEqual(other, path);
    assert.equal((await client.get(other)).status, 404);
  }
});

test("lets no cache keep a page, and no other site frame it", async (t) => {
  const client = new Client((await startStandalone(t)).url);
  for (const path of ["/", "/sign-in", "/register", "/account", "/nowhere"]) {
    const { headers } = await client.get(path);
    assert.equal(headers.get("cache-control"), "no-store", path);
    assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
  }
});

test("keeps the secret that it made beside the database, and the sessions with it", async (t) => {
  const environment = {
    SYMBOLON_STORE: `sqlite:${join(folder, "kept", "app.db")}`,
    SYMBOLON_SECRET: "",
  };
  const first = await startStandalone(t, environment);
  const secretFile = join(folder, "kept", "secret");
  assert.equal(first.madeSecret, secretFile);
  assert.equal(statSync(secretFile).mode & 0o777, 0o600);
  const client = new Client(first.url);
  await client.post("/auth/register", alice);
  assert.equal(first.log.join("").includes(readFileSync(secretFile, "utf8").trim()), false);
  await first.close();

  const second = await startStandalone(t, { ...environment, PORT: String(first.port) });
  assert.equal(second.madeSecret, null);
  assert.equal((await client.get("/auth/session")).status, 200);
});

test("refuses in production what is not safe there, and leaves the port free", async () => {
  const silent = pino({ level: "silent" });
  assert.throws(() => readServerConfig({ NODE_ENV: "production" }), /SYMBOLON_SECRET is missing/);
  const production = { NODE_ENV: "production", PORT: "0", SYMBOLON_SECRET: testSecret };
  for (const [wrong, reason] of [
    [{ SYMBOLON_STORE: "memory:" }, /forgets every session/],
    [{ SYMBOLON_STORE: "sqlite::memory:" }, /forgets every session/],
    [{ SYMBOLON_SECRET: "change-me-change-me-change-me-change-me" }, /secret can be guessed/],
    [{ SYMBOLON_BASE_URL: "http://auth.example.com" }, /plain HTTP/],
  ] as const) {
    const config = readServerConfig({
      SYMBOLON_STORE: `sqlite:${join(folder, "production.db")}`,
      ...production,
      ...wrong,
    });
    await assert.rejects(startServer(config, silent), { name: "TypeError", message: reason });
  }
});

test("sends Secure cookies and keeps browsers on https where its address is https", async (t) => {
  const { port } = await startStandalone(t, {
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    SYMBOLON_STORE: `sqlite:${join(folder, "https.db")}`,
    SYMBOLON_BASE_URL: "https://auth.example.com",
  });
  const url = `http://127.0.0.1:${port}`;
  const body = new URLSearchParams({ ...alice });
  const registered = await fetch(`${url}/register`, { method: "POST", body, redirect: "manual" });
  assert.equal(registered.status, 303);
  assert.match(
    registered.headers.getSetCookie().join(),
    /^__Host-sym=sys_[^;]+; (?=.*Secure)(?=.*HttpOnly)(?=.*SameSite=Lax)(?=.*Path=\/)/,
  );
  const home = await fetch(url);
  assert.match(home.headers.get("strict-transport-security") ?? "", /^max-age=\d{7,}/);
  assert.match(await home.text(), /https:\/\/auth\.example\.com\/auth\/session/);
});

test("makes browsers forget on signing out, but not for strangers, whom any site's form could send", async (t) => {
  const { url } = await startStandalone(t);
  for (const path of ["/sign-out", "/auth/sign-out"]) {
    const client = new Client(url);
    const forgets = async (cookie: string): Promise<string | null> => {
      const { headers } = await new Client(url).post(path, undefined, { headers: { cookie } });
      return headers.get("clear-site-data");
    };
    await client.post("/auth/register", { ...alice, email: `a${path.length}@example.com` });
    const { cookie } = client;
    assert.equal(await forgets(""), null);
    assert.equal(await forgets("sym=sys_forged.forged"), null);
    assert.equal(await forgets(cookie), '"storage"');
    assert.equal(await forgets(cookie), '"storage"', "also when the session has ended elsewhere");
  }
});

test("stops at once although clients hold connections on which they never spoke", async (t) => {
  const server = await startStandalone(t);
  const silent = await openSocket(server.port);
  const startedAt = performance.now();
  await server.close();
  assert.ok(performance.now() - startedAt < 2_000);
  silent.destroy();
});
