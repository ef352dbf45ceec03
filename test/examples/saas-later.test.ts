import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import type { Auth } from "symbolon";
import { publishStanding } from "../../examples/saas/access.ts";
import type { Directory } from "../../examples/saas/directory.ts";
import { demoPassword } from "../../examples/saas/demo.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import type { NodeProcess } from "../support/node-process.ts";
import { startExample, startLater } from "../support/timed-example.ts";

/* The dashboard of `saas.test.ts` after a restart: days later, or after a crash. And what it does not offer. */

const folder = temporaryFolder();
const day = 24 * 60 * 60_000;
const settings = (name: string): Record<string, string> => ({
  AUTH_SECRET: testSecret,
  DATABASE: join(folder, `${name}.db`),
  POSTGRES_URL: "postgres://127.0.0.1:1/none",
});

const start = (t: TestContext, env: Record<string, string>): Promise<NodeProcess> =>
  startExample(t, "saas/app.ts", { env });

async function signIn(url: string, name: string): Promise<Client> {
  const client = new Client(url);
  const sent = { email: `${name}@example.com`, password: demoPassword };
  assert.equal((await client.post("/auth/sign-in", sent)).status, 200);
  return client;
}

test("a login lasts no longer by switching between tenants", async (t) => {
  const env = settings("lifetime");
  let running = await start(t, env);
  const ada = await signIn(running.url, "ada");
  assert.equal((await ada.post("/api/tenants/acme/enter")).status, 204);
  const switches = [
    [29, "globex"],
    [58, "acme"],
    [87, "globex"],
  ] as const;
  for (const [days, tenant] of switches) {
    running = await startLater(t, "saas/app.ts", running, { env, aheadMs: days * day });
    assert.equal((await ada.post("/auth/refresh")).status, 200);
    assert.equal((await ada.post(`/api/tenants/${tenant}/enter`)).status, 204);
  }
  await startLater(t, "saas/app.ts", running, { env, aheadMs: 90 * day + 60_000 });
  assert.equal(
    (await ada.post("/auth/refresh")).status,
    200,
    "the session of the last switch lives",
  );
  assert.equal((await ada.post("/api/tenants/acme/enter")).json["code"], "session_expired");
});

test("what a process that was killed had changed reaches the sessions when the next one starts", async (t) => {
  const env = settings("crash");
  const first = await start(t, env);
  const grace = await signIn(first.url, "grace");
  assert.equal((await grace.post("/api/tenants/acme/enter")).status, 204);
  const { json } = await grace.get("/auth/session");
  const { id } = json["user"] as { readonly id: string };
  await first.end("SIGKILL");

  const database = new DatabaseSync(String(env["DATABASE"]));
  database.prepare("update memberships set role = 'member' where user_id = ?").run(id);
  database.prepare("update people set changes = changes + 1 where user_id = ?").run(id);
  database.close();
  await startExample(t, "saas/app.ts", { env, port: first.port });
  assert.equal((await grace.get("/api/tenants/acme/projects")).status, 200);
  assert.equal((await grace.get("/api/tenants/acme/members")).status, 403);
});

test("a standing that changed while it was being published is published again", async () => {
  const standings = [{ roles: { acme: "admin" } }, { roles: { acme: "member" } }];
  const written: unknown[] = [];
  let changes = 1;
  const directory = {
    changesOf: async () => changes,
    standingOf: async () => standings[changes - 1],
    markPublished: async (_: string, upTo: number) => upTo === changes,
  };
  const sessions = {
    async updateAll(_: string, { claims }: { readonly claims: object }) {
      written.push(claims);
      changes = 2; // another administrator, just now
    },
  };
  await publishStanding(
    { sessions } as unknown as Auth,
    directory as unknown as Directory,
    "user-1",
  );
  assert.deepEqual(written, standings);
});

test("nobody registers, no other site's page acts, and billing is only read", async (t) => {
  const { url } = await start(t, settings("refusals"));
  const stranger = { email: "mallory@example.com", password: "a phrase of her own" };
  for (const path of ["/auth/register", "/auth/register/", "/AUTH/Register", "/auth/%72egister"]) {
    assert.equal((await new Client(url).post(path, stranger)).status, 404, path);
  }
  const ada = await signIn(url, "ada");
  const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  const foreign = await ada.post("/api/tenants/acme/enter", undefined, { headers });
  assert.equal(foreign.json["code"], "cross_site_request");
  assert.equal((await ada.post("/api/tenants/acme/enter")).status, 204);
  assert.equal((await ada.post("/billing/tenants/acme/invoices", {})).status, 405);
  for (const path of ["/api/me", "/billing/tenants/acme/invoices", "/api/operator/tenants"]) {
    assert.equal((await new Client(url).get(path)).status, 401, path);
  }
});

test("an administrator who names a user that cannot be does not keep the next start from happening", async (t) => {
  const env = settings("nobody");
  const first = await start(t, env);
  const grace = await signIn(first.url, "grace");
  assert.equal((await grace.post("/api/tenants/acme/enter")).status, 204);
  for (const userId of ["x".repeat(300), "nobody"]) {
    const member = `/api/tenants/acme/members/${userId}`;
    const change = { method: "PATCH", body: { role: "member" } };
    assert.equal((await grace.send(member, change)).status, 403);
    assert.equal((await grace.send(member, { method: "DELETE" })).status, 403);
  }
  await first.end();
  const second = await startExample(t, "saas/app.ts", { env, port: first.port });
  assert.equal((await new Client(second.url).get("/api/me")).status, 401);
});
