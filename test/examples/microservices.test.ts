import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { alice, testSecret } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { freePort, NodeProcess } from "../support/node-process.ts";

/* Three processes, by real HTTP and in real time. */

const folder = "examples/microservices";
const issuerPort = await freePort();
const env = {
  AUTH_SECRET: testSecret,
  DATABASE: join(temporaryFolder(), "issuer.db"),
  ISSUER: `http://localhost:${issuerPort}`,
  ORDERS_SECRET: "rXq0Yw4o1s9Zk3vN6xT7bL5mR8cE2pUd-orders",
  INVOICES_SECRET: "h2Kc8Lr5Vb1Ny7Qf3Wm9Tz6Jd4Gs0Xp-invoices",
};
const leaseMs = 2_000;

const startIssuer = () => NodeProcess.start([`${folder}/issuer.ts`], env, issuerPort);

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

describe("the example of microservices", () => {
  const client = new Client(env.ISSUER);
  let issuer: NodeProcess;
  let services: readonly NodeProcess[];

  before(async () => {
    issuer = await startIssuer();
    services = await Promise.all(
      ["orders", "invoices"].map((name) => NodeProcess.start([`${folder}/${name}.ts`], env)),
    );
    const { status } = await client.post("/auth/register", { ...alice, delivery: "body" });
    assert.equal(status, 201);
  });
  after(async () => {
    for (const each of [issuer, ...services]) await each.end("SIGKILL");
  });

  const signIn = async (): Promise<Tokens> =>
    (await client.post("/auth/sign-in", { ...alice, delivery: "body" })).json["tokens"] as Tokens;

  const asBearer = (base: string, { accessToken }: Tokens): Client =>
    new Client(base, { authorization: `Bearer ${accessToken}` });

  const ask = async (tokens: Tokens) => {
    const [orders, invoices] = services.map(({ url }) => asBearer(url, tokens));
    return Promise.all([orders?.get("/orders"), invoices?.get("/invoices")]);
  };
  const statuses = async (tokens: Tokens): Promise<string> =>
    (await ask(tokens)).map((answer) => answer?.status).join();

  /** How long it takes until both answer so: milliseconds. */
  async function untilBoth(tokens: Tokens, expected: string): Promise<number> {
    const begun = performance.now();
    while ((await statuses(tokens)) !== expected) {
      assert.ok(performance.now() - begun < 10_000, `never ${expected}`);
      await pause(10);
    }
    return performance.now() - begun;
  }

  test("both services know who asks, from the token alone", async () => {
    const [orders, invoices] = await ask(await signIn());
    assert.deepEqual([orders?.status, invoices?.status], [200, 200]);
    assert.deepEqual([orders?.json["of"], invoices?.json["of"]], [alice.email, alice.email]);
    assert.equal(await statuses({ accessToken: "eyJ.forged.token", refreshToken: "" }), "401,401");
    for (const { url } of services) {
      assert.equal((await new Client(url).get("/orders")).status, 401);
    }
  });

  test("a session that another device ends is refused by both within the lease, and no other", async () => {
    const [lost, own] = [await signIn(), await signIn()];
    for (const tokens of [lost, own]) assert.equal(await statuses(tokens), "200,200");
    const { json } = await asBearer(env.ISSUER, lost).get("/auth/session");
    const { id } = json["session"] as { readonly id: string };
    const ended = await asBearer(env.ISSUER, own).delete(`/auth/sessions/${id}`);
    assert.equal(ended.status, 204);
    assert.ok((await untilBoth(lost, "401,401")) < leaseMs);
    assert.equal(await statuses(own), "200,200");
    assert.equal(
      (await client.post("/auth/refresh", { refreshToken: lost.refreshToken })).status,
      401,
    );
  });

  test("a token that was refreshed is as good", async () => {
    const { refreshToken } = await signIn();
    const { json } = await client.post("/auth/refresh", { refreshToken });
    assert.equal(await statuses(json["tokens"] as Tokens), "200,200");
  });

  test("both go on without the issuer, also past the lease, and learn what they missed", async () => {
    const tokens = await signIn();
    assert.equal(await statuses(tokens), "200,200");
    await issuer.end("SIGKILL");
    const downSince = performance.now();
    while (performance.now() - downSince < leaseMs + 500) {
      assert.equal(await statuses(tokens), "200,200");
      await pause(100);
    }
    issuer = await startIssuer();
    assert.equal((await asBearer(env.ISSUER, tokens).post("/auth/sign-out")).status, 204);
    await untilBoth(tokens, "401,401");
  });

  test("each process ends when it is told to", async () => {
    for (const each of [...services, issuer]) {
      assert.equal(await each.end(), 0, each.output);
    }
  });

  test("the services import of Symbolon only what verifies tokens", () => {
    for (const name of ["orders", "invoices"]) {
      const text = readFileSync(new URL(`../../${folder}/${name}.ts`, import.meta.url), "utf8");
      const imported = [...text.matchAll(/from "(symbolon[^"]*)"/g)].map(([, entry]) => entry);
      assert.deepEqual(imported, ["symbolon/tokens"]);
    }
  });
});
