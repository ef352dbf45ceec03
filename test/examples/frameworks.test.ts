import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { startExample } from "../support/timed-example.ts";

const env = { AUTH_SECRET: testSecret, DATABASE: join(temporaryFolder(), "example.db") };
const ada = { name: "ada", password: "first program ever" };
const fromElsewhere = {
  headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
};

for (const file of ["fastify.ts", "koa.ts", "hono.ts"]) {
  test(`${file} knows who logged in until they log out, and heeds no other site`, async (t) => {
    const { url } = await startExample(t, `frameworks/${file}`, { env });
    const client = new Client(url);
    assert.equal((await client.get("/profile")).json["code"], "unauthenticated");
    for (const body of [{ ...ada, password: "first program" }, undefined]) {
      const wrong = await client.post("/login", body);
      assert.deepEqual([wrong.status, wrong.json], [401, { message: "Wrong name or password" }]);
    }

    const login = await client.post("/login", ada);
    assert.deepEqual([login.status, login.json], [200, { message: "Hello, ada" }]);
    const { cookie } = client;
    const { userId, claims } = (await client.get("/profile")).json;
    assert.deepEqual([userId, claims], ["1", { name: "ada" }]);

    assert.equal((await client.post("/logout", undefined, fromElsewhere)).status, 403);
    assert.equal((await client.get("/profile")).status, 200);
    assert.deepEqual((await client.post("/logout")).json, { message: "Goodbye" });
    assert.equal((await client.get("/profile")).status, 401);
    assert.equal((await new Client(url, { cookie }).get("/profile")).status, 401);
  });
}
