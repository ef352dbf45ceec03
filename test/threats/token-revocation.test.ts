import assert from "node:assert/strict";
import { test } from "node:test";
import { createGuard } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { passTime } from "../support/pass-time.ts";
import {
  minute,
  engine,
  head,
  jarOf,
  cookieOf,
  call,
  browser,
  tokens,
  works,
  open,
  deaf,
} from "../support/token-attacks.ts";

test("a token of a revoked signing key is not remembered by who learns of it while it judges", async () => {
  const clock = new FakeClock();
  const store = deaf(memoryStore());
  const { auth: a } = engine({ strategy: "hybrid", store, clock });
  const { auth: b } = engine({ strategy: "hybrid", store, clock });
  await a.ready();
  await b.ready();
  await passTime(clock, 1_000);
  await works(b, (await tokens(a, "warm")).at);
  await a.sessions.revokeAll({ userId: "somebody" });
  const { at } = await tokens(a, "u");
  const active = (await a.keys.list()).find(
    (key) => key.use === "signing" && key.state === "active",
  );
  await a.keys.revoke(active?.id ?? "");
  // Within the lease either answer is right.
  await works(b, at);
  await passTime(clock, 10_000);
  assert.equal(await works(a, at), false);
  assert.equal(await works(b, at), false, "10 s after the key was revoked");
});

test("control: who hears of the key before the token comes refuses it", async () => {
  const clock = new FakeClock();
  const store = deaf(memoryStore());
  const { auth: a } = engine({ strategy: "hybrid", store, clock });
  const { auth: b } = engine({ strategy: "hybrid", store, clock });
  await a.ready();
  await b.ready();
  const { at } = await tokens(a, "u");
  const active = (await a.keys.list()).find(
    (key) => key.use === "signing" && key.state === "active",
  );
  await a.keys.revoke(active?.id ?? "");
  await passTime(clock, 10_000);
  assert.equal(await works(b, at), false);
});

test("jwt: who is banned while the password changes has no login afterwards", async () => {
  const { auth } = engine({ strategy: "jwt" });
  const { authorization = "" } = await tokens(auth, "u");
  const request = await auth.open(head({ authorization }), open);
  await auth.sessions.revokeAll({ userId: "u" });
  const replaced = await request.replaceSecret("password_changed").catch(() => null);
  assert.equal(replaced && (await works(auth, replaced.accessToken ?? "")), null);
});

test("jwt: the same with everybody's logins ended", async () => {
  const { auth } = engine({ strategy: "jwt" });
  const { authorization = "" } = await tokens(auth, "u");
  const request = await auth.open(head({ authorization }), open);
  await auth.sessions.revokeAll({ everyone: true });
  const replaced = await request.replaceSecret("password_changed").catch(() => null);
  assert.equal(replaced && (await works(auth, replaced.accessToken ?? "")), null);
});

test("hybrid: who is banned while the secret is replaced has no session afterwards", async () => {
  const inner = memoryStore();
  let ban = async (): Promise<unknown> => undefined;
  const store = {
    ...inner,
    sessions: {
      ...inner.sessions,
      async readData(id: string) {
        const data = await inner.sessions.readData(id);
        await ban();
        return data;
      },
    },
  };
  const { auth } = engine({ strategy: "hybrid", store });
  const { authorization = "" } = await tokens(auth, "u");
  const request = await auth.open(head({ authorization }), open);
  ban = () => auth.sessions.revokeAll({ userId: "u" });
  const replaced = await request.replaceSecret("password_changed").catch(() => null);
  assert.equal(replaced && (await works(auth, replaced.accessToken ?? "")), null);
});

for (const strategy of ["session", "hybrid"] as const) {
  test(`${strategy}: who ends the owner's session does not outlive the change of password`, async () => {
    const { auth } = engine({ strategy });
    const owner = await tokens(auth, "u");
    const thief = await tokens(auth, "u");
    const request = await auth.open(head({ authorization: owner["authorization"] ?? "" }), open);
    await auth.sessions.revokeAll({ userId: "u", except: thief.sid });
    await assert.rejects(request.replaceSecret("password_changed"));
    assert.equal(await works(auth, thief.at), false);
  });
}

test("a refresh cookie that a sibling host planted does not make the victim another user", async () => {
  const { auth } = engine({ strategy: "hybrid" });
  const attacker = cookieOf(await browser(auth, "attacker"), "_refresh");
  const victim = await browser(auth, "victim");
  const headers = { cookie: `${attacker}; ${cookieOf(victim)}` };
  const answer = await call(auth, "/auth/refresh", { headers });
  const jar = jarOf(answer.headers.getSetCookie(), new Map());
  const access = [...jar].find(([name]) => name.endsWith("_access"))?.[1] ?? "";
  const principal = await auth.authenticate({ authorization: `Bearer ${access}` });
  assert.notEqual(principal?.userId, "attacker");
});

test("garbage under the refresh cookie's name does not keep the victim from refreshing", async () => {
  const { auth } = engine({ strategy: "hybrid" });
  const victim = await browser(auth, "victim");
  const headers = { cookie: `__Secure-sym_refresh=garbage; ${cookieOf(victim)}` };
  assert.equal((await call(auth, "/auth/refresh", { headers })).status, 200);
});

test("cookies.domain that is set later does not leave two refresh cookies of one name", async () => {
  const store = memoryStore();
  const { auth: before } = engine({ strategy: "hybrid", store });
  const { auth: after } = engine({ strategy: "hybrid", store, cookies: { domain: "example.com" } });
  const names = (jar: Map<string, string>): string[] =>
    [...jar.keys()].filter((name) => name.includes("refresh"));
  assert.notDeepEqual(names(await browser(before, "u")), names(await browser(after, "u")));
});

test("a planted access cookie does not win over the victim's own when that has expired", async () => {
  const { auth, clock } = engine({ strategy: "hybrid", cookies: { domain: "example.com" } });
  const victim = cookieOf(await browser(auth, "victim"), "_access");
  await passTime(clock, 6 * minute);
  const attacker = cookieOf(await browser(auth, "attacker"), "_access");
  const request = await auth.open(head({ cookie: `${attacker}; ${victim}` }, "GET"), open);
  assert.notEqual(request.principal?.userId, "attacker");
});

test("jwt: DELETE /auth/sessions ends the user's other logins", async () => {
  const { auth } = engine({ strategy: "jwt" });
  const mine = await tokens(auth, "u");
  const thief = await tokens(auth, "u");
  const headers = { authorization: mine["authorization"] ?? "" };
  const answer = await call(auth, "/auth/sessions", { method: "DELETE", headers });
  assert.equal(answer.status, 200);
  assert.equal(await works(auth, thief.at), false);
  assert.equal(await works(auth, mine.at), true);
});

test("jwt: what was refused for its old claims is not accepted in an outage", async () => {
  const inner = memoryStore();
  let isDown = false;
  const sync: typeof inner.revocation.sync = async (request) => {
    if (isDown) throw new Error("down");
    return inner.revocation.sync(request);
  };
  const store = { ...inner, revocation: { ...inner.revocation, sync } };
  const { auth, clock } = engine({ strategy: "jwt", store });
  const { authorization = "" } = await tokens(auth, "u", { claims: { role: "admin" } });
  await passTime(clock, 1_000);
  await auth.sessions.updateAll("u", { claims: { role: "none" } });
  const guard = createGuard({ outage: { staleFor: "30s" } });
  const judge = async () =>
    guard(await auth.open(head({ authorization }, "GET"), open))?.code ?? "accepted";
  assert.equal(await judge(), "token_outdated");
  isDown = true;
  await passTime(clock, 5_000);
  assert.notEqual(await judge(), "accepted");
});

for (const strategy of ["hybrid", "jwt"] as const) {
  for (const moment of ["before", "after"] as const) {
    test(`${strategy}: a connection that is bound ${moment} the key of its token is revoked closes`, async () => {
      const clock = new FakeClock();
      const store = deaf(memoryStore());
      const { auth: here } = engine({ strategy, store, clock });
      const { auth: there } = engine({ strategy, store, clock });
      await Promise.all([here.ready(), there.ready()]);
      const { authorization = "" } = await tokens(here, "u");
      const principal = await here.authenticate({ authorization });
      assert.ok(principal !== null);
      const reasons: string[] = [];
      const bind = () => here.bind(principal, (reason) => reasons.push(reason));
      if (moment === "before") bind();
      await passTime(clock, 1_000);
      assert.deepEqual(reasons, []);
      const active = (await there.keys.list()).find(
        (key) => key.use === "signing" && key.state === "active",
      );
      await there.keys.revoke(active?.id ?? "");
      await passTime(clock, 2_000);
      if (moment === "after") bind();
      assert.deepEqual(reasons, ["session_revoked"]);
    });
  }
}
