import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { testSecret } from "../support/auth.ts";
import { Client, type Answer } from "../support/client.ts";
import type { NodeProcess } from "../support/node-process.ts";
import { startExample, startLater } from "../support/timed-example.ts";

const folder = "jsonwebtoken-drop-in";
const files = ["with-jsonwebtoken.ts", "app.ts"] as const;
const env = { JWT_SECRET: testSecret };
const ada = { name: "ada", password: "first program ever" };

const start = (t: TestContext, file: string): Promise<NodeProcess> =>
  startExample(t, `${folder}/${file}`, { env });

function profile(url: string, token: string): Promise<Answer> {
  return new Client(url).get("/profile", { headers: { authorization: `Bearer ${token}` } });
}

async function logIn(url: string): Promise<string> {
  const { json } = await new Client(url).post("/login", ada);
  return String(json["token"]);
}

for (const file of files) {
  test(`${file} knows who logged in, and nobody else`, async (t) => {
    const { url } = await start(t, file);
    const wrong = await new Client(url).post("/login", { ...ada, password: "first" });
    assert.deepEqual([wrong.status, wrong.json], [401, { message: "Wrong name or password" }]);
    assert.equal((await new Client(url).get("/profile")).status, 401);

    const token = await logIn(url);
    const known = await profile(url, token);
    assert.deepEqual([known.status, known.json], [200, { user: { id: "1", name: "ada" } }]);

    for (const [forged, message] of [
      [`${token.slice(0, -4)}AAAA`, "invalid signature"],
      ["nonsense", "jwt malformed"],
      [`${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`, "jwt signature is required"],
    ] as const) {
      const { status, json } = await profile(url, forged);
      assert.deepEqual([status, json], [403, { name: "JsonWebTokenError", message }]);
    }
  });

  test(`${file} refuses a token after its hour, and says since when`, async (t) => {
    const first = await start(t, file);
    const token = await logIn(first.url);
    const { url } = await startLater(t, `${folder}/${file}`, first, { env, aheadMs: 61 * 60_000 });
    const { status, json } = await profile(url, token);
    const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
      readonly exp: number;
    };
    assert.deepEqual(
      [status, json],
      [
        401,
        {
          name: "TokenExpiredError",
          message: "jwt expired",
          expiredAt: new Date(exp * 1000).toISOString(),
        },
      ],
    );
  });
}

test("each accepts the tokens of the other", async (t) => {
  const [theirs, ours] = await Promise.all(files.map((file) => start(t, file)));
  assert.ok(theirs !== undefined && ours !== undefined);
  assert.equal((await profile(ours.url, await logIn(theirs.url))).status, 200);
  assert.equal((await profile(theirs.url, await logIn(ours.url))).status, 200);
});

test("both are the same but for one line", () => {
  const [theirs = [], ours = []] = files.map((file) =>
    readFileSync(new URL(`../../examples/${folder}/${file}`, import.meta.url), "utf8").split("\n"),
  );
  assert.deepEqual(
    ours.filter((line, n) => line !== theirs[n]),
    ['import jwt from "symbolon/compat/jsonwebtoken";'],
  );
});
