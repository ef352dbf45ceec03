import assert from "node:assert/strict";
import { test } from "node:test";
import { alice, bob } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { CountingHasher } from "../support/counting-hasher.ts";
import { ask, observedAuth, serveApp, type ObservedAuth } from "../support/served-app.ts";

/**
 * The threat: a page of another site signs the victim in as the attacker, who later reads what the victim left there.
 */

const foreign = [
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site", origin: "https://evil.example.com" },
  { "sec-fetch-site": "cross-site", origin: "https://app.example.com" },
  { origin: "https://attacker.example" },
  { origin: "null" },
] as const;

async function withBob(): Promise<ObservedAuth & { readonly hasher: CountingHasher }> {
  const hasher = new CountingHasher();
  const accounts = { password: { hasher } };
  const observed = observedAuth({ accounts, baseUrl: "https://app.example.com" });
  await ask(observed.auth, "/auth/register", { method: "POST", body: bob });
  hasher.hashed = 0;
  hasher.verified = 0;
  observed.store.takeCalls();
  return { ...observed, hasher };
}

test("another site's page signs nobody in and registers nobody, and no password is looked at", async () => {
  const { auth, store, hasher } = await withBob();
  for (const headers of foreign) {
    for (const [path, body] of [
      ["/auth/sign-in", bob],
      ["/auth/register", alice],
    ] as const) {
      const answer = await ask(auth, path, { method: "POST", headers, body });
      assert.equal(answer.json["code"], "cross_site_request", `${path} ${JSON.stringify(headers)}`);
      assert.deepEqual(answer.headers.getSetCookie(), []);
    }
  }
  assert.deepEqual([hasher.hashed, hasher.verified], [0, 0]);
  assert.deepEqual(
    store.takeCalls(),
    [],
    "no attempt is counted, so nobody is locked out this way",
  );
});

test("a form of another site cannot even ask: sign-in reads nothing but application/json", async () => {
  const { auth, hasher } = await withBob();
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
  ]) {
    const answer = await ask(auth, "/auth/sign-in", {
      method: "POST",
      headers: { "content-type": type },
      body: { ...bob, delivery: "body" },
    });
    assert.equal(answer.status, 415);
  }
  assert.equal(hasher.verified, 0);
});

test("an application's own sign-in is refused in the same way, by every unsafe method", async (context) => {
  const { base, auth, store } = await serveApp(context);
  for (const headers of [foreign[0], foreign[1], foreign[3], foreign[4]]) {
    const client = new Client(base);
    const answer = await client.post("/login?userId=attacker", undefined, { headers });
    assert.equal(answer.json["code"], "cross_site_request");
    assert.equal(client.cookie, "");
    for (const method of ["PUT", "DELETE", "PATCH", "post", "get"]) {
      const signIn = auth.signIn({ userId: "attacker" }, { method, headers });
      await assert.rejects(signIn, { code: "cross_site_request" }, method);
    }
    const upgrade = { method: "GET", headers: { ...headers, upgrade: "websocket" } };
    await assert.rejects(auth.signIn({ userId: "attacker" }, upgrade), {
      code: "cross_site_request",
    });
  }
  assert.deepEqual(store.takeCalls(), []);
});

test("a link in a mail and a provider's callback sign in by GET: they bring a secret of their own", async () => {
  const { auth } = observedAuth({ baseUrl: "https://app.example.com" });
  const from = (mode: string, dest: string) => ({
    method: "GET",
    headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": dest },
  });
  const followed = await auth.signIn({ userId: "u1" }, from("navigate", "document"));
  assert.equal(followed.cookies.length, 1);
  // An image, a script or a frame of another site that points at the same address is not the user following it.
  const asked = [
    from("no-cors", "image"),
    from("cors", "empty"),
    from("navigate", "iframe"),
    { method: "GET", headers: { "sec-fetch-site": "cross-site" } },
    { method: "GET", headers: { origin: "https://evil.example" } },
  ];
  for (const request of asked) {
    await assert.rejects(auth.signIn({ userId: "u1" }, request), { code: "cross_site_request" });
  }
});

test("a victim who is signed in stays signed in as themselves", async (context) => {
  const { base } = await serveApp(context);
  const victim = new Client(base);
  await victim.post("/login?userId=victim");
  // Once as browsers do with SameSite=Lax (no cookie), once as a sibling host that is the same site could.
  for (const headers of [{ ...foreign[0], cookie: "" }, foreign[1]]) {
    const answer = await victim.post("/login?userId=attacker", undefined, { headers });
    assert.equal(answer.status, 403);
  }
  assert.equal((await victim.get("/profile")).json["userId"], "victim");
});

test("clients that are no browsers sign in: with tokens in the body, or saying nothing about an origin", async () => {
  const { auth } = await withBob();
  const inBody = await ask(auth, "/auth/sign-in", {
    method: "POST",
    body: { ...bob, delivery: "body" },
  });
  assert.equal(inBody.status, 200);
  assert.deepEqual(inBody.headers.getSetCookie(), [], "a browser would keep nothing of it");
  const plain = await ask(auth, "/auth/sign-in", { method: "POST", body: bob });
  assert.equal(plain.status, 200);
  assert.equal(plain.headers.getSetCookie().length, 1);
});

test("our own pages and trusted ones sign in", async () => {
  const trustedOrigins = ["https://partner.example"];
  const { auth } = observedAuth({ baseUrl: "https://app.example.com", trustedOrigins });
  await ask(auth, "/auth/register", { method: "POST", body: bob });
  for (const headers of [
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "none" },
    { origin: "https://app.example.com" },
    { "sec-fetch-site": "cross-site", origin: "https://partner.example" },
  ]) {
    assert.equal(
      (await ask(auth, "/auth/sign-in", { method: "POST", headers, body: bob })).status,
      200,
    );
  }
});
