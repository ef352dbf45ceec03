import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { NodeProcess } from "../support/node-process.ts";

const root = new URL("../../", import.meta.url).pathname;
const ada = { name: "ada", password: "first program ever" };

/** The example with its decorators turned into calls, where it finds the repository's packages. */
async function builtExample(): Promise<string> {
  const folder = join(root, "data", `nest-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  after(() => rmSync(folder, { recursive: true }));
  const outfile = join(folder, "app.mjs");
  await build({
    entryPoints: [join(root, "examples/nest/app.ts")],
    tsconfig: join(root, "examples/nest/tsconfig.json"),
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    outfile,
  });
  return outfile;
}

test("examples/nest is written as the types ask", () => {
  const args = [join(root, "node_modules/.bin/tsc"), "-p", "examples/nest"];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

test("app.ts knows who logged in until they log out, and heeds no other site", async (t) => {
  const env = { AUTH_SECRET: testSecret, DATABASE: join(temporaryFolder(), "example.db") };
  const started = await NodeProcess.start([await builtExample()], env);
  t.after(() => started.end("SIGKILL"));
  const client = new Client(started.url);
  assert.equal((await client.get("/profile")).json["code"], "unauthenticated");
  assert.equal((await client.post("/login", { ...ada, password: "first program" })).status, 401);
  const login = await client.post("/login", ada);
  assert.deepEqual([login.status, login.json], [200, { message: "Hello, ada" }]);
  const { userId, claims } = (await client.get("/profile")).json;
  assert.deepEqual([userId, claims], ["1", { name: "ada" }]);
  const foreign = { headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" } };
  assert.equal((await client.post("/logout", undefined, foreign)).status, 403);
  assert.deepEqual((await client.post("/logout")).json, { message: "Goodbye" });
  assert.equal((await client.get("/profile")).status, 401);
});
