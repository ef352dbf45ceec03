import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Client, type Answer } from "../support/client.ts";
import { NodeProcess } from "../support/node-process.ts";

const folder = "examples/express-session-drop-in";

const form = (client: Client, path: string, fields: Record<string, string>): Promise<Answer> =>
  client.send(path, {
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });

for (const file of ["before.ts", "app.ts"]) {
  test(`${file} logs in, counts, shows a message once, and logs out`, async (t) => {
    const { url } = await NodeProcess.start([`${folder}/${file}`], {
      SESSION_SECRET: "a secret of this test alone",
    }).then((started) => {
      t.after(() => started.end("SIGKILL"));
      return started;
    });
    const client = new Client(url);
    const toLogin = await client.get("/");
    assert.deepEqual([toLogin.status, toLogin.headers.get("location")], [302, "/login"]);
    assert.match((await client.get("/login")).text, /Please log in first/);
    assert.doesNotMatch((await client.get("/login")).text, /Please log in first/);

    await form(client, "/login", { name: "ada", password: "wrong" });
    assert.match((await client.get("/login")).text, /Wrong name or password/);

    const planted = client.cookie;
    const login = await form(client, "/login", { name: "ada", password: "first program ever" });
    assert.deepEqual([login.status, login.headers.get("location")], [302, "/"]);
    assert.notEqual(client.cookie, planted);
    assert.match((await client.get("/")).text, /Hello, ada\. You have seen this page 1 times/);
    assert.match((await client.get("/")).text, /this page 2 times/);

    const kept = client.cookie;
    await form(client, "/logout", {});
    for (const cookie of [planted, kept]) {
      assert.equal((await new Client(url, { cookie }).get("/")).status, 302);
    }
  });
}

test("the two differ in the line that imports express-session", () => {
  const [before, after] = ["before.ts", "app.ts"].map((file) =>
    readFileSync(new URL(`../../${folder}/${file}`, import.meta.url), "utf8").split("\n"),
  );
  const changed = before?.flatMap((line, n) => (line === after?.[n] ? [] : [line, after?.[n]]));
  assert.deepEqual(changed, [
    'import session from "express-session";',
    'import session from "symbolon/compat/express-session";',
  ]);
  assert.equal(before?.length, after?.length);
});
