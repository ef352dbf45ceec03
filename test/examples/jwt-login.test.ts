import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { HybridClient } from "../../examples/jwt-login/hybrid-client.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { Client, type Answer } from "../support/client.ts";
import type { NodeProcess } from "../support/node-process.ts";
import { startExample, startLater } from "../support/timed-example.ts";

const env = { AUTH_SECRET: testSecret, DATABASE: join(temporaryFolder(), "example.db") };
const ada = { name: "ada", password: "first program ever" };
const minute = 60_000;

/** Each on a database that the others use too, as somebody does who tries one after the other. */
const start = (t: TestContext, file: string): Promise<NodeProcess> =>
  startExample(t, `jwt-login/${file}`, { env });
const restart = (
  t: TestContext,
  file: string,
  before: NodeProcess,
  aheadMs: number,
): Promise<NodeProcess> => startLater(t, `jwt-login/${file}`, before, { env, aheadMs });

const asBearer = (token: string): Client => new Client("", { authorization: `Bearer ${token}` });

async function assertRefused(answer: Promise<Answer>, code: string): Promise<void> {
  const { status, json } = await answer;
  assert.deepEqual([status, json["code"]], [401, code]);
}

for (const file of ["bearer.ts", "cookie.ts", "hybrid.ts"]) {
  test(`${file} knows nobody without a token, and refuses a wrong password`, async (t) => {
    const client = new Client((await start(t, file)).url);
    for (const body of [{ ...ada, password: "first" }, undefined]) {
      const { status, json } = await client.post("/login", body);
      assert.deepEqual([status, json], [401, { message: "Wrong name or password" }]);
    }
    await assertRefused(client.get("/profile"), "unauthenticated");
    assert.equal(client.cookie, "");
  });
}

describe("bearer.ts", () => {
  test("answers a token that is good until it is logged out, also after a restart", async (t) => {
    const first = await start(t, "bearer.ts");
    const login = await new Client(first.url).post("/login", ada);
    assert.deepEqual(login.headers.getSetCookie(), []);
    const token = String(login.json["token"]);
    assert.match(token, /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    const { url } = await restart(t, "bearer.ts", first, 10 * minute);
    const { json } = await asBearer(token).get(`${url}/profile`);
    assert.deepEqual(
      [json["userId"], json["claims"], json["carrier"]],
      ["1", { name: "ada" }, "header"],
    );

    await asBearer(token).post(`${url}/logout`);
    await assertRefused(asBearer(token).get(`${url}/profile`), "session_revoked");
  });

  test("refuses a token that was changed, and one that has had its time", async (t) => {
    const first = await start(t, "bearer.ts");
    const { json } = await new Client(first.url).post("/login", ada);
    const token = String(json["token"]);
    const [head = "", payload = "", signature = ""] = token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: "2" })).toString("base64url");
    const changed = asBearer([head, forged, signature].join("."));
    await assertRefused(changed.get(`${first.url}/profile`), "invalid_token");
    const { url } = await restart(t, "bearer.ts", first, 16 * minute);
    await assertRefused(asBearer(token).get(`${url}/profile`), "token_expired");
  });
});

describe("cookie.ts", () => {
  test("keeps the token where no script reads it, until it is logged out", async (t) => {
    const { url } = await start(t, "cookie.ts");
    const client = new Client(url);
    const login = await client.post("/login", ada);
    assert.deepEqual(login.json, { message: "Hello, ada" });
    const [cookie = "", ...others] = login.headers.getSetCookie();
    assert.match(cookie, /^sym_access=eyJ[^;]+; (?=.*HttpOnly)(?=.*SameSite=Lax)/);
    assert.deepEqual(others, []);
    assert.equal((await client.get("/profile")).json["userId"], "1");

    const copy = new Client(url, { cookie: client.cookie });
    const fromElsewhere = { headers: { "sec-fetch-site": "cross-site" } };
    assert.equal((await copy.post("/logout", {}, fromElsewhere)).status, 403);
    assert.equal((await copy.get("/profile")).status, 200);
    await client.post("/logout");
    assert.equal(client.cookie, "");
    await assertRefused(copy.get("/profile"), "session_revoked");
  });
});

describe("hybrid.ts", () => {
  test("has a browser's tokens renewed by POST /auth/refresh, until it logs out", async (t) => {
    const first = await start(t, "hybrid.ts");
    const client = new Client(first.url);
    const login = await client.post("/login", ada);
    assert.deepEqual(login.json, { message: "Hello, ada" });
    for (const cookie of login.headers.getSetCookie()) assert.match(cookie, /HttpOnly/);
    const { url } = await restart(t, "hybrid.ts", first, 6 * minute);
    await assertRefused(client.get("/profile"), "token_expired");
    assert.equal((await client.post("/auth/refresh")).status, 200);
    assert.equal((await client.get("/profile")).json["userId"], "1");

    const copy = new Client(`${url}/auth/refresh`, {
      cookie: client.jar.getCookieStringSync(`${url}/auth/refresh`),
    });
    await client.post("/logout");
    await assertRefused(copy.post(""), "session_revoked");
    await assertRefused(client.get("/profile"), "unauthenticated");
  });

  test("has a program's tokens renewed as often as need be", async (t) => {
    const first = await start(t, "hybrid.ts");
    const client = new HybridClient(first.url);
    assert.equal(await client.logIn("ada", "first"), false);
    assert.equal((await client.get("/profile")).status, 401);
    assert.equal(await client.logIn(ada.name, ada.password), true);
    let running = first;
    for (const aheadMs of [0, 6 * minute, 12 * minute, 3 * 24 * 60 * minute]) {
      if (aheadMs > 0) running = await restart(t, "hybrid.ts", running, aheadMs);
      const answers = await Promise.all(["/profile", "/profile"].map((path) => client.get(path)));
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200],
      );
    }
    await restart(t, "hybrid.ts", running, 11 * 24 * 60 * minute);
    assert.equal((await client.get("/profile")).status, 401);
  });
});
