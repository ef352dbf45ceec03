import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Auth } from "symbolon";
import { testAuth } from "../support/auth.ts";

const orders = { id: "orders", secret: "orders-2N7q8Zk3vN1xT7bL5mR9cY2wH6d" } as const;
const origin = "https://app.example.com";

function start(strategy: "session" | "hybrid" | "jwt") {
  const { auth, clock } = testAuth({ strategy, baseUrl: origin, resourceServers: [orders] });
  const credentials = Buffer.from(`${orders.id}:${orders.secret}`).toString("base64");
  const post = (path: string, fields: Record<string, string>, headers: object = {}) =>
    auth.handler(
      new Request(origin + path, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { ...headers },
      }),
    );
  return {
    auth,
    clock,
    post,
    introspect: async (token: string): Promise<Record<string, unknown>> => {
      const answer = await post(
        "/auth/introspect",
        { token },
        { authorization: `Basic ${credentials}` },
      );
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      return (await answer.json()) as Record<string, unknown>;
    },
    signIn: (userId = "u1") => signInByBody(auth, userId),
  };
}

async function signInByBody(auth: Auth, userId: string) {
  const { tokens, session } = await auth.signIn(
    { userId, tenantId: "t1", claims: { role: "admin", scope: "read write" }, delivery: "body" },
    { method: "POST", headers: {} },
  );
  const credential = tokens?.accessToken ?? tokens?.sessionToken ?? "";
  return { credential, refreshToken: tokens?.refreshToken ?? "", session };
}

for (const strategy of ["session", "hybrid", "jwt"] as const) {
  describe(`with the strategy ${strategy}`, () => {
    test("a service is told what a token is worth, until it is revoked", async () => {
      const { auth, introspect, signIn } = start(strategy);
      const { credential, session } = await signIn();
      const told = await introspect(credential);
      const { active, sub, sid, tenant_id: tenant, role, scope, acr, amr } = told;
      assert.deepEqual(
        { active, sub, sid, tenant, role, scope, acr, amr },
        {
          active: true,
          sub: "u1",
          sid: session.id,
          tenant: "t1",
          role: "admin",
          scope: "read write",
          acr: "aal1",
          amr: ["pwd"],
        },
      );
      assert.equal(told["iss"], strategy === "session" ? undefined : origin);
      assert.ok(Number(told["exp"]) > Number(told["iat"]));
      await auth.sessions.revoke(session.id);
      assert.deepEqual(await introspect(credential), { active: false });
    });

    test("whoever holds a token can make it useless, and is answered alike when it is already", async () => {
      const { introspect, post, signIn } = start(strategy);
      const [one, other] = [await signIn(), await signIn()];
      for (let nth = 0; nth < 2; nth += 1) {
        const answer = await post("/auth/revoke", { token: one.credential });
        assert.equal(answer.status, 200);
        assert.equal(await answer.text(), "");
      }
      assert.deepEqual(await introspect(one.credential), { active: false });
      assert.equal((await introspect(other.credential))["active"], true);
    });
  });
}

test("a refresh token is for no service, and revoking it ends its session and no other", async () => {
  const { introspect, post, signIn } = start("hybrid");
  const [one, other] = [await signIn(), await signIn()];
  assert.deepEqual(await introspect(one.refreshToken), { active: false });
  await post("/auth/revoke", { token: one.refreshToken });
  assert.deepEqual(await introspect(one.credential), { active: false });
  assert.equal((await introspect(other.credential))["active"], true);
});

test("a token that nobody issued ends nothing", async () => {
  const { introspect, post, signIn } = start("hybrid");
  const { credential, refreshToken } = await signIn();
  const forged = `${refreshToken.slice(0, -4)}AAAA`;
  const [head = "", payload = ""] = credential.split(".");
  for (const token of [forged, `${head}.${payload}.${"A".repeat(86)}`, "sys_x", "x", "a.b.c"]) {
    assert.equal((await post("/auth/revoke", { token })).status, 200);
    assert.deepEqual(await introspect(token), { active: false });
  }
  assert.equal((await introspect(credential))["active"], true);
});

test("an access token that has expired still ends its session", async () => {
  const { auth, clock, post, signIn } = start("hybrid");
  const { credential, session } = await signIn();
  clock.advance(600_000);
  await post("/auth/revoke", { token: credential });
  assert.equal(await auth.sessions.get(session.id), null);
});

test("only services that show who they are are told anything, and only of a form", async () => {
  const { post, signIn, auth } = start("hybrid");
  const { credential } = await signIn();
  for (const authorization of ["", "Basic b3JkZXJzOndyb25n", `Bearer ${credential}`]) {
    const answer = await post("/auth/introspect", { token: credential }, { authorization });
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic /);
  }
  for (const path of ["/auth/revoke"]) {
    assert.equal((await post(path, {})).status, 422);
    const json = new Request(origin + path, {
      method: "POST",
      body: JSON.stringify({ token: credential }),
      headers: { "content-type": "application/json" },
    });
    assert.equal((await auth.handler(json)).status, 415);
  }
});
