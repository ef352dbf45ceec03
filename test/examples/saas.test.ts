import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { Client as Postgres } from "pg";
import { createClient } from "redis";
import { demoPassword } from "../../examples/saas/demo.ts";
import { postgresUrl } from "../stores/databases.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { Client, type Answer } from "../support/client.ts";
import { NodeProcess } from "../support/node-process.ts";

const file = "examples/saas/app.ts";
const nowhere = { POSTGRES_URL: "postgres://127.0.0.1:1/none", REDIS_URL: "redis://127.0.0.1:1" };
const redisUrl = process.env["SYMBOLON_TEST_REDIS"] ?? "redis://127.0.0.1:6379";

const sqlite = {
  AUTH_SECRET: testSecret,
  DATABASE: join(temporaryFolder(), "saas.db"),
  ...nowhere,
};

/** A schema and a prefix of this file's own, removed after its tests; or why there are none. */
async function bothDatabases(): Promise<Record<string, string> | string> {
  const place = `symbolon_test_${randomBytes(6).toString("hex")}`;
  const postgres = new Postgres({ connectionString: postgresUrl, connectionTimeoutMillis: 1_000 });
  const redis = createClient({ url: redisUrl, socket: { reconnectStrategy: false } });
  redis.on("error", () => undefined);
  try {
    await Promise.all([postgres.connect(), redis.connect()]);
  } catch (error) {
    const told = `did not run: PostgreSQL and Redis do not both answer: ${String(error)}`;
    if (process.env["CI"] !== undefined) throw new Error(told, { cause: error });
    return told;
  }
  after(async () => {
    await postgres.query(`drop schema if exists ${place} cascade`);
    for await (const keys of redis.scanIterator({ MATCH: `{${place}:*`, COUNT: 1_000 })) {
      if (keys.length > 0) await redis.del(keys);
    }
    await Promise.all([postgres.end(), redis.close()]);
  });
  const urls = { POSTGRES_URL: postgresUrl, REDIS_URL: redisUrl };
  return { AUTH_SECRET: testSecret, SAAS_PLACE: place, ...urls };
}

/** A browser of somebody's, who has said who they are. */
async function signIn(url: string, name: string, tenant?: string): Promise<Client> {
  const client = new Client(url);
  const email = `${name}@example.com`;
  const { status } = await client.post("/auth/sign-in", { email, password: demoPassword });
  assert.equal(status, 200);
  if (tenant !== undefined) assert.equal((await enter(client, tenant)).status, 204);
  return client;
}

const enter = (client: Client, tenant: string): Promise<Answer> =>
  client.post(`/api/tenants/${tenant}/enter`);

interface Row {
  readonly id: string;
}

async function rowsOf(client: Client, path: string): Promise<readonly Row[]> {
  const { status, text } = await client.get(path);
  assert.equal(status, 200, text);
  return JSON.parse(text) as Row[];
}

interface Me {
  readonly tenantId: string | null;
  readonly tenants: readonly { readonly id: string; readonly role: string }[];
}

const rolesOf = async (client: Client): Promise<Record<string, string>> => {
  const { tenants } = (await client.get("/api/me")).json as unknown as Me;
  return Object.fromEntries(tenants.map(({ id, role }) => [id, role]));
};

async function idOf(client: Client): Promise<string> {
  const { json } = await client.get("/auth/session");
  return (json["user"] as { readonly id: string }).id;
}

async function devicesOf(client: Client): Promise<number> {
  const { json } = await client.get("/auth/sessions");
  return (json["sessions"] as readonly unknown[]).length;
}

/** Asks a service that follows the log until its answer is another: within the lease. While it cannot say (503), nobody is let in. */
async function untilNot(status: number, ask: () => Promise<Answer>): Promise<Answer> {
  const begun = performance.now();
  for (;;) {
    const askedAfterMs = performance.now() - begun;
    const answer = await ask();
    if (answer.status !== status && answer.status !== 503) return answer;
    assert.ok(askedAfterMs < (answer.status === status ? 2_000 : 10_000), `still ${answer.status}`);
    await pause(10);
  }
}

const both = await bothDatabases();
const databases: readonly (readonly [string, Record<string, string> | string, RegExp])[] = [
  ["SQLite", sqlite, /Stores: all in SQLite .*PostgreSQL: connect ECONNREFUSED/],
  ["PostgreSQL and Redis", both, /Stores: sessions on Redis .*tenants on PostgreSQL/],
];

for (const [name, env, told] of databases) {
  describe(`the dashboard on ${name}`, { skip: typeof env === "string" && env }, () => {
    let running: NodeProcess;
    let url: string;
    before(async () => {
      running = await NodeProcess.start([file], env as Record<string, string>);
      ({ url } = running);
    });
    after(async () => {
      assert.equal(await running.end(), 0, running.output);
    });

    test("says which stores it took, and who there is", async () => {
      while (!running.output.includes("olga@example.com")) await pause(10);
      assert.match(running.output, told);
      assert.match(running.output, /ada@example\.com +admin of acme, member of globex/);
    });

    test("refuses a role that was taken away with the next request; the billing service has the token renewed first", async () => {
      const ada = await signIn(url, "ada", "acme");
      const grace = await signIn(url, "grace", "acme");
      const [members, invoices] = ["/api/tenants/acme/members", "/billing/tenants/acme/invoices"];
      for (const path of [members, invoices]) assert.equal((await grace.get(path)).status, 200);
      const member = `${members}/${await idOf(grace)}`;
      const sent = { method: "PATCH", body: { role: "member" } };
      assert.equal((await ada.send(member, sent)).status, 204);

      assert.equal((await grace.get(members)).json["code"], "forbidden");
      assert.equal((await grace.get("/api/tenants/acme/projects")).status, 200);
      const outdated = await untilNot(200, () => grace.get(invoices));
      assert.equal(outdated.status, 401);
      assert.match(outdated.headers.get("www-authenticate") ?? "", /^Bearer error="invalid_token"/);
      assert.equal((await grace.post("/auth/refresh")).status, 200);
      assert.equal((await grace.get(invoices)).status, 403);
      assert.deepEqual(await rolesOf(grace), { acme: "member" });

      await ada.send(member, { method: "PATCH", body: { role: "admin" } });
      assert.equal((await grace.get(members)).status, 200);
    });

    test("reaches no row of another tenant, by no id and by no path", async () => {
      const edith = await signIn(url, "edith", "globex");
      const ada = await signIn(url, "ada", "acme");
      const kinds = ["/api/tenants/TENANT/projects", "/billing/tenants/TENANT/invoices"];
      for (const kind of kinds) {
        const theirs = await rowsOf(edith, kind.replace("TENANT", "globex"));
        const ours = await rowsOf(ada, kind.replace("TENANT", "acme"));
        assert.ok(theirs.length > 0 && ours.length > 0);
        const known = new Set(theirs.map(({ id }) => id));
        assert.ok(ours.every(({ id }) => !known.has(id)));
        for (const { id } of theirs) {
          const [here, there] = ["acme", "globex"].map(
            (one) => `${kind.replace("TENANT", one)}/${id}`,
          );
          assert.equal((await ada.get(`${here}`)).status, 404);
          assert.equal((await ada.get(`${there}`)).status, 403);
          for (const path of [here, there]) {
            assert.ok([403, 404, 405].includes((await ada.delete(`${path}`)).status));
          }
          assert.equal((await edith.get(`${there}`)).status, 200);
        }
      }
      assert.equal((await ada.get("/api/tenants/globex/members")).status, 403);
    });

    test("switches by another session: the one before ends, and what an old tab sends ends up nowhere", async () => {
      const ada = await signIn(url, "ada", "acme");
      const copy = new Client(url, { cookie: ada.cookie });
      const before = await devicesOf(ada);
      assert.equal((await enter(ada, "globex")).status, 204);
      assert.equal((await copy.get("/api/me")).json["code"], "session_revoked");
      assert.equal(await devicesOf(ada), before);
      const late = await ada.post("/api/tenants/acme/projects", { name: "In the wrong tab" });
      assert.deepEqual(
        [late.status, late.json["detail"]],
        [403, "You are in another workspace now."],
      );
      assert.equal((await ada.get("/api/tenants/globex/members")).status, 403);
      assert.equal((await ada.get("/api/tenants/globex/projects")).status, 200);
    });

    test("lets somebody in and out again while they are signed in", async () => {
      const ada = await signIn(url, "ada", "acme");
      const alan = await signIn(url, "alan");
      assert.equal((await enter(alan, "acme")).status, 403);
      const members = "/api/tenants/acme/members";
      const invitation = { email: "alan@example.com", role: "member" };
      assert.equal((await ada.post(members, invitation)).status, 204);
      assert.equal((await ada.post(members, invitation)).status, 422);
      assert.deepEqual(await rolesOf(alan), { acme: "member" });
      assert.equal((await enter(alan, "acme")).status, 204);
      assert.equal((await alan.get("/api/tenants/acme/projects")).status, 200);

      assert.equal((await ada.delete(`${members}/${await idOf(alan)}`)).status, 204);
      assert.equal((await alan.get("/api/tenants/acme/projects")).status, 403);
      assert.equal((await enter(alan, "acme")).status, 403);
      assert.deepEqual(await rolesOf(alan), {});
    });

    test("leaves a tenant one administrator, when two dismiss each other at once", async () => {
      for (let round = 0; round < 3; round += 1) {
        const [ada, grace] = [await signIn(url, "ada", "acme"), await signIn(url, "grace", "acme")];
        const [adaId, graceId] = [await idOf(ada), await idOf(grace)];
        const dismiss = (client: Client, userId: string): Promise<Answer> =>
          client.send(`/api/tenants/acme/members/${userId}`, {
            method: "PATCH",
            body: { role: "member" },
          });
        const [one, other] = await Promise.all([dismiss(ada, graceId), dismiss(grace, adaId)]);
        assert.deepEqual(new Set([one.status, other.status]), new Set([204, 403]));
        const [left, dismissed] = one.status === 204 ? [ada, graceId] : [grace, adaId];
        const path = `/api/tenants/acme/members/${dismissed}`;
        const back = await left.send(path, { method: "PATCH", body: { role: "admin" } });
        assert.equal(back.status, 204);
      }
    });

    test("has the sessions say what the directory says, when two administrators change one person at once", async () => {
      const [ada, edith] = [await signIn(url, "ada", "acme"), await signIn(url, "edith", "globex")];
      const alan = await signIn(url, "alan");
      const alanId = await idOf(alan);
      const tenants = { acme: ada, globex: edith };
      const change = async (tenant: keyof typeof tenants, role: string): Promise<void> => {
        const path = `/api/tenants/${tenant}/members/${alanId}`;
        const { status } = await tenants[tenant].send(path, { method: "PATCH", body: { role } });
        assert.equal(status, 204);
      };
      for (const [tenant, admin] of Object.entries(tenants)) {
        const body = { email: "alan@example.com", role: "member" };
        assert.equal((await admin.post(`/api/tenants/${tenant}/members`, body)).status, 204);
      }
      for (const [acme, globex] of [
        ["admin", "member"],
        ["member", "admin"],
        ["admin", "admin"],
      ]) {
        await Promise.all([change("acme", acme ?? ""), change("globex", globex ?? "")]);
        assert.deepEqual(await rolesOf(alan), { acme, globex });
      }
      for (const [tenant, admin] of Object.entries(tenants)) {
        assert.equal((await admin.delete(`/api/tenants/${tenant}/members/${alanId}`)).status, 204);
      }
    });

    test("ends what is in a tenant that is suspended, and nothing else", async () => {
      const edith = await signIn(url, "edith", "globex");
      const adaThere = await signIn(url, "ada", "globex");
      const adaElsewhere = await signIn(url, "ada", "acme");
      const olga = await signIn(url, "olga");
      assert.equal((await edith.post("/api/operator/tenants/globex/suspend")).status, 403);
      const { json } = await olga.post("/api/operator/tenants/globex/suspend");
      assert.ok(Number(json["sessions"]) >= 2);
      for (const client of [edith, adaThere]) {
        assert.equal((await client.get("/api/me")).json["code"], "session_revoked");
        const billed = await untilNot(503, () => client.get("/billing/tenants/globex/invoices"));
        assert.equal(
          billed.status,
          401,
          "the service elsewhere, too: the suspension was propagated",
        );
        assert.equal((await client.post("/auth/refresh")).json["code"], "session_revoked");
      }
      assert.equal((await adaElsewhere.get("/api/tenants/acme/projects")).status, 200);
      const again = await signIn(url, "edith");
      assert.equal((await enter(again, "globex")).json["detail"], "Globex Energy is suspended.");
      assert.equal((await olga.post("/api/operator/tenants/globex/resume")).status, 204);
      assert.equal((await enter(again, "globex")).status, 204);
    });
  });
}
