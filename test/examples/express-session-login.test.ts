import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { NodeProcess } from "../support/node-process.ts";

const folder = "examples/express-session-login";
const env = { AUTH_SECRET: testSecret, DATABASE: join(temporaryFolder(), "example.db") };

const ada = { name: "ada", password: "first program ever" };

for (const file of ["app.ts", "with-express-session.ts"]) {
  test(`${file} knows who logged in until they log out`, async (t) => {
    const { url } = await startExample(t, file);
    const client = new Client(url);
    assert.deepEqual((await client.get("/profile")).json, { message: "Nobody is logged in" });

    const wrong = await client.post("/login", { ...ada, password: "first program" });
    assert.deepEqual([wrong.status, wrong.json], [401, { message: "Wrong name or password" }]);
    assert.equal((await client.post("/login")).status, 401);
    assert.equal((await client.get("/profile")).status, 401);

    const login = await client.post("/login", ada);
    assert.deepEqual([login.status, login.json], [200, { message: "Hello, ada" }]);
    const { cookie } = client;
    const profile = await client.get("/profile");
    assert.deepEqual([profile.status, profile.json], [200, { user: { id: "1", name: "ada" } }]);

    assert.deepEqual((await client.post("/logout")).json, { message: "Goodbye" });
    assert.deepEqual((await client.get("/profile")).json, { message: "Nobody is logged in" });
    assert.equal((await new Client(url, { cookie }).get("/profile")).status, 401);
  });
}

for (const [file, survives, refuses, replaces] of [
  ["app.ts", true, true, true],
  ["with-express-session.ts", false, false, false],
] as const) {
  test(`${file} behaves as its README tells`, async (t) => {
    const first = await startExample(t, file);
    const client = new Client(first.url);
    await client.post("/login", ada);

    const planted = client.cookie;
    await client.post("/login", { name: "grace", password: "moth in the relay" });
    assert.equal(client.cookie !== planted, replaces);

    const fromElsewhere = {
      headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    };
    const logout = await new Client(first.url, { cookie: client.cookie }).post(
      "/logout",
      {},
      fromElsewhere,
    );
    assert.equal(logout.status === 403, refuses);

    // The logout may have been carried out.
    await client.post("/login", ada);
    assert.equal((await client.get("/profile")).status, 200);
    await first.end();
    const second = await startExample(t, file, first.port);
    assert.equal(
      (await new Client(second.url, { cookie: client.cookie }).get("/profile")).status === 200,
      survives,
    );
  });
}

test("the example takes no more lines with Symbolon than with express-session", () => {
  const [own, theirs] = [linesOf("app.ts"), linesOf("with-express-session.ts")];
  assert.ok(
    own > 10 && own <= theirs,
    `${own} lines with Symbolon, ${theirs} with express-session`,
  );
});

async function startExample(t: TestContext, file: string, port?: number): Promise<NodeProcess> {
  const started = await NodeProcess.start([`${folder}/${file}`], env, port);
  t.after(() => started.end("SIGKILL"));
  return started;
}

/** The lines of a file that are neither blank nor a comment. */
function linesOf(file: string): number {
  const lines = readFileSync(new URL(`../../${folder}/${file}`, import.meta.url), "utf8").split(
    "\n",
  );
  return lines.filter((line) => !/^\s*(?:$|\/\/|\/\*|\*)/.test(line)).length;
}
