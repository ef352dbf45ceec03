import assert from "node:assert/strict";
import express from "express";
import { test } from "node:test";
import { alice, bob } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { ask, observedAuth, serveApp } from "../support/served-app.ts";

/**
 * The threat: a request of another site's page in a browser so old that it says nothing about where the request comes
 * from. `csrf: 'token'` asks such requests for a token that only our own pages can have.
 */

const options = { csrf: "token", baseUrl: "https://app.example.com" } as const;
const ownPage = { "sec-fetch-site": "same-origin" } as const;

async function tokenOf(auth: Parameters<typeof ask>[0], cookie: string): Promise<string> {
  const { json } = await ask(auth, "/auth/csrf", { headers: { cookie } });
  return String(json["token"]);
}

async function signedInTwice() {
  const observed = observedAuth(options);
  const { auth } = observed;
  const signIn = async (user: typeof alice | typeof bob): Promise<string> => {
    const answer = await ask(auth, "/auth/register", {
      method: "POST",
      headers: ownPage,
      body: user,
    });
    return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  };
  const cookie = await signIn(alice);
  const other = await signIn(bob);
  const [token, foreign] = [await tokenOf(auth, cookie), await tokenOf(auth, other)];
  observed.store.takeCalls();
  return { ...observed, cookie, token, foreign };
}

test("a good token passes, and every other is refused before the store is asked", async () => {
  const { auth, store, cookie, token, foreign } = await signedInTwice();
  const refresh = (headers: Record<string, string>) =>
    ask(auth, "/auth/refresh", { method: "POST", headers: { cookie, ...headers } });
  assert.equal((await refresh({ "x-csrf-token": token })).status, 200);
  assert.equal((await refresh(ownPage)).status, 200, "what a modern browser says is enough");
  store.takeCalls();

  const changed = (index: number): string => {
    const bytes = Buffer.from(token, "base64url");
    bytes.writeUInt8((bytes[index] ?? 0) ^ 1, index);
    return bytes.toString("base64url");
  };
  const bad = [
    "",
    foreign,
    changed(0),
    changed(31),
    changed(32),
    changed(63),
    token.slice(1),
    `${token}A`,
    `${token}=`,
    token.toUpperCase(),
    "A".repeat(token.length),
    Buffer.alloc(64, 7).toString("base64url"),
    `${token}, ${token}`,
  ];
  for (const value of bad) {
    const answer = await refresh({ "x-csrf-token": value });
    assert.equal(answer.json["code"], "cross_site_request", value);
  }
  assert.equal((await refresh({})).json["code"], "cross_site_request");
  const stranger = { "x-csrf-token": token, origin: "https://attacker.example" };
  assert.equal(
    (await refresh(stranger)).json["code"],
    "cross_site_request",
    "a token is not a pardon",
  );
  assert.deepEqual(store.takeCalls(), []);
});

test("the token is masked anew for every page, so that compression does not give it away", async () => {
  const { auth, cookie } = await signedInTwice();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(auth, cookie)));
  assert.equal(new Set(tokens).size, 20);
  for (const part of [(token: string) => token.slice(0, 10), (token: string) => token.slice(-10)]) {
    assert.equal(new Set(tokens.map(part)).size, 20);
  }
  for (const token of tokens) {
    const headers = { cookie, "x-csrf-token": token };
    assert.equal((await ask(auth, "/auth/refresh", { method: "POST", headers })).status, 200);
  }
});

test("a token does not outlive its session id", async () => {
  const { auth, cookie, token } = await signedInTwice();
  const headers = { cookie, "x-csrf-token": token };
  const again = await ask(auth, "/auth/sign-in", { method: "POST", headers, body: alice });
  assert.equal(again.status, 200);
  const newCookie = again.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const stale = { cookie: newCookie, "x-csrf-token": token };
  const answer = await ask(auth, "/auth/refresh", { method: "POST", headers: stale });
  assert.equal(answer.json["code"], "cross_site_request");
});

test("who has no session any more can still sign out, without a token", async () => {
  const { auth, cookie, token } = await signedInTwice();
  await ask(auth, "/auth/sign-out", { method: "POST", headers: { cookie, "x-csrf-token": token } });
  for (const headers of [{}, { cookie, "x-csrf-token": token }]) {
    assert.equal((await ask(auth, "/auth/sign-out", { method: "POST", headers })).status, 204);
  }
});

test("a form sends the token in the field _csrf, and a sign-in form needs one as well", async (context) => {
  const app = await serveApp(context, { csrf: "token" }, [express.urlencoded({ extended: false })]);
  const client = new Client(app.base);
  const form = (path: string, fields: Record<string, string>) =>
    client.post(path, new URLSearchParams(fields).toString(), {
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  assert.equal((await form("/login?userId=u1", {})).status, 403);
  assert.equal(client.cookie, "");
  const guest = String((await client.get("/auth/csrf")).json["token"]);
  assert.equal((await form("/login?userId=u1", { _csrf: guest })).status, 200);
  assert.equal((await form("/logout", { _csrf: guest })).status, 403, "the guest's token");
  assert.equal((await client.get("/profile")).status, 200);
  const token = String((await client.get("/auth/csrf")).json["token"]);
  assert.equal((await form("/logout", { _csrf: token })).status, 200);
  assert.equal((await client.get("/profile")).status, 401);
});
