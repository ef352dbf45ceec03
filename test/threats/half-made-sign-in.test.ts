import assert from "node:assert/strict";
import { test } from "node:test";
import { CookieJar } from "../../src/http/cookie-jar.ts";
import { testAuth } from "../support/auth.ts";

test("a sign-in whose first data does not fit opens no session and sets no cookie", async () => {
  const { auth } = testAuth();
  const started: string[] = [];
  auth.on("session.started", ({ sessionId }) => started.push(sessionId));
  for (const data of [{ big: "x".repeat(70_000) }, { bad: 1n as unknown as string }]) {
    const jar = new CookieJar();
    const request = await auth.open({ method: "POST", headers: {} }, jar);
    await assert.rejects(request.signIn({ userId: "u1", data }));
    assert.deepEqual(jar.fields, []);
    assert.equal(request.status, "anonymous");
  }
  assert.deepEqual(await auth.sessions.list("u1"), []);
  for (const id of started) assert.equal(await auth.sessions.get(id), null);
});
