import assert from "node:assert/strict";
import { test } from "node:test";
import { alice } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { serveApp } from "../support/served-app.ts";

/**
 * The threat: who signs in again leaves the session of before behind, in nobody's browser and in the list of devices, good for
 * whoever has a copy of its refresh token.
 */

const minute = 60_000;

for (const [when, awayMs] of [
  ["at once", 0],
  ["after the access token has expired", 6 * minute],
] as const) {
  test(`a sign-in ends the browser's session of before, ${when}, and no other of the user`, async (t) => {
    const { base, clock } = await serveApp(t, { strategy: "hybrid" });
    const [browser, app] = [new Client(base), new Client(base)];
    await browser.post("/auth/register", alice);
    const inApp = await app.post("/auth/sign-in", { ...alice, delivery: "body" });
    const copy = browser.jar.getCookieStringSync(`${base}/auth/refresh`);
    clock.advance(awayMs);

    assert.equal((await browser.post("/auth/sign-in", alice)).status, 200);
    const { json } = await browser.get("/auth/sessions");
    const sessions = json["sessions"] as readonly object[];
    assert.equal(sessions.length, 2, "this one, and the app's");
    const thief = new Client(`${base}/auth/refresh`, { cookie: copy });
    assert.equal((await thief.post("")).json["code"], "session_revoked");
    const { refreshToken } = inApp.json["tokens"] as { readonly refreshToken: string };
    assert.equal((await app.post("/auth/refresh", { refreshToken })).status, 200);
  });
}

test("a guest's session that an expired access token meets ends nobody's session", async (t) => {
  const { base, clock } = await serveApp(t, { strategy: "hybrid" });
  const browser = new Client(base);
  await browser.post("/auth/register", alice);
  clock.advance(6 * minute);
  await browser.get("/visits");
  assert.equal((await browser.post("/auth/refresh")).status, 200);
});
