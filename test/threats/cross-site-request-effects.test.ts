import assert from "node:assert/strict";
import { test } from "node:test";
import { alice } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { ask, observedAuth, registered, serveApp } from "../support/served-app.ts";

/**
 * The threat: a page of another site cannot use the victim's cookie, because `SameSite` keeps it out of the request;
 * but the answer to a request without one can still take things from the victim's browser.
 */

const own = "https://app.example.com";
const crossSite = { "sec-fetch-site": "cross-site", origin: "https://attacker.example" } as const;

test("another site's page cannot make a sign-out wipe the victim's storage, with a cookie or without", async () => {
  const { auth } = observedAuth({ baseUrl: own });
  const cookie = await registered(auth, alice);
  for (const headers of [
    crossSite,
    { ...crossSite, cookie },
    { ...crossSite, cookie: "__Host-sym=x" },
  ]) {
    const answer = await ask(auth, "/auth/sign-out", { method: "POST", headers });
    assert.equal(answer.json["code"], "cross_site_request");
    assert.equal(answer.headers.get("clear-site-data"), null);
    assert.deepEqual(answer.headers.getSetCookie(), []);
  }
  assert.equal((await ask(auth, "/auth/session", { headers: { cookie } })).status, 200);
  assert.equal((await ask(auth, "/auth/sign-out", { method: "POST" })).status, 204);
});

test("an application that signs out by itself refuses such a request too, without taking the cookie away", async () => {
  const { auth } = observedAuth({ baseUrl: own });
  const cookie = await registered(auth, alice);
  const request = { method: "POST", headers: { ...crossSite, cookie } };
  await assert.rejects(auth.signOut(request), { code: "cross_site_request" });
  assert.ok(await auth.authenticate({ cookie }));
  const { cookies } = await auth.signOut({ method: "GET", headers: { ...crossSite, cookie } });
  assert.equal(
    cookies.length,
    1,
    "a link of another site may lead to a sign-out page that works by GET",
  );
});

test("another site's form cannot replace the victim's cookie by a guest's", async (context) => {
  const { base, store } = await serveApp(context);
  const victim = new Client(base);
  await victim.post("/login?userId=victim");
  store.takeCalls();
  // As a browser sends the form: SameSite=Lax leaves the cookie out, but what the answer sets would be kept.
  const attack = await fetch(`${base}/note`, { method: "POST", headers: crossSite });
  assert.equal(attack.status, 403);
  assert.deepEqual(attack.headers.getSetCookie(), []);
  assert.deepEqual(store.takeCalls(), []);
  const visit = await fetch(`${base}/note`, { method: "POST" });
  assert.equal(visit.headers.getSetCookie().length, 1, "from our own pages a guest gets a session");
});
