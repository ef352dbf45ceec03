import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { alice } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import {
  ask,
  cookieOf,
  observedAuth,
  registered,
  serveApp,
  openGuest,
} from "../support/served-app.ts";

/**
 * The threat: the attacker puts a session cookie of theirs into the victim's browser, waits for the victim to sign
 * in, and is then signed in with the cookie that they know.
 */

const [id, secret] = [(cookie: string) => parts(cookie)[0], (cookie: string) => parts(cookie)[1]];

/** The session that a credential is for, and what proves it. */
function parts(cookie: string): readonly [string, string] {
  const access = /_access=([^;]+)/.exec(cookie)?.[1];
  if (access !== undefined) {
    const [, payload = "", signature = ""] = access.split(".");
    const { sid } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { sid: string };
    return [sid, signature];
  }
  const [, id = "", secret = ""] = /=sys_([\w-]{22})\.([\w-]{54})/.exec(cookie) ?? [];
  return [id, secret];
}

/** Those whose sign-in may come over a guest's session. */
for (const strategy of ["session", "hybrid"] as const) {
  test(`${strategy}: a planted guest cookie is worth nothing a millisecond after the victim signed in with it`, async (context) => {
    const { base, clock } = await serveApp(context, { strategy });
    const attacker = new Client(base);
    await attacker.get("/visits");
    await attacker.get("/visits");
    const planted = attacker.cookie;

    const victim = new Client(base);
    const signedIn = await victim.post("/login?userId=victim", undefined, {
      headers: { cookie: planted },
    });
    assert.equal(signedIn.status, 200);
    assert.notEqual(id(victim.cookie), id(planted), "a new session id");
    assert.notEqual(secret(victim.cookie), secret(planted), "a new secret");
    clock.advance(1);

    assert.equal((await attacker.get("/status")).json["status"], "refused");
    assert.equal((await attacker.get("/profile")).status, 401);
    assert.equal((await attacker.get("/auth/session")).json["code"], "session_revoked");
    assert.equal((await victim.get("/profile")).json["userId"], "victim");
    assert.equal((await victim.get("/visits")).json["visits"], 3, "the guest's data has moved");
  });

  test(`${strategy}: a write that was under way in the guest's session fails once the guest has signed in`, async () => {
    const { auth, store } = observedAuth({ strategy });
    const guest = cookieOf(await openGuest(auth));
    const slow = await auth.open({ method: "POST", headers: { cookie: guest } }, nowhere);
    const held = store.hold("sessions.writeData");
    const write = slow.data.set("role", "planted");
    await held.reached;

    const signedIn = await auth.signIn(
      { userId: "victim" },
      { method: "POST", headers: { cookie: guest } },
    );
    held.release();
    await assert.rejects(write, { code: "session_revoked" });

    const cookie = signedIn.cookies[0]?.split(";")[0] ?? "";
    const victim = await auth.open({ method: "GET", headers: { cookie } }, nowhere);
    assert.equal(victim.principal?.userId, "victim");
    assert.equal(await victim.data.get("role"), undefined);
  });

  test(`${strategy}: a token that the server never issued is not adopted, by reading, writing or signing in`, async (context) => {
    const { base, auth, store } = await serveApp(context, { strategy });
    await auth.ready();
    store.takeCalls();
    const made = `sym=sys_${randomBytes(16).toString("base64url")}.${randomBytes(40).toString("base64url")}`;
    const reader = new Client(base);
    assert.equal((await reader.get("/status", { headers: { cookie: made } })).status, 200);
    assert.deepEqual(store.takeCalls(), [], "nothing is looked up, nothing is made");
    assert.equal(reader.cookie, "");

    for (const [method, path] of [
      ["GET", "/visits"],
      ["POST", "/login?userId=victim"],
    ] as const) {
      const client = new Client(base);
      await client.send(path, { method, headers: { cookie: made } });
      assert.notEqual(id(client.cookie), "", `${path} starts a session`);
      assert.notEqual(id(client.cookie), id(made));
      assert.equal(
        (await client.get("/status", { headers: { cookie: made } })).json["status"],
        "refused",
      );
    }
  });

  test(`${strategy}: signing in over an earlier login ends it, also over another user's, whose data stays theirs`, async (context) => {
    const { base, auth } = await serveApp(context, { strategy });
    const attacker = new Client(base);
    await attacker.post("/login?userId=attacker");
    await attacker.get("/visits");

    const victim = new Client(base);
    await victim.post("/login?userId=victim", undefined, { headers: { cookie: attacker.cookie } });
    assert.equal((await attacker.get("/profile")).status, 401);
    assert.deepEqual(await auth.sessions.list("attacker"), []);
    assert.equal((await victim.get("/visits")).json["visits"], 1, "not the attacker's count");
  });

  test(`${strategy}: a CSRF token of the planted guest session is worth nothing in the session after it`, async () => {
    const { auth } = observedAuth({ csrf: "token", strategy });
    const issued = await ask(auth, "/auth/csrf");
    const planted = cookieOf(issued);
    const token = String(issued.json["token"]);
    const headers = { cookie: planted, "x-csrf-token": token };
    const victim = cookieOf(
      await ask(auth, "/auth/register", { method: "POST", headers, body: alice }),
    );
    const forged = { cookie: victim, "x-csrf-token": token };
    const answer = await ask(auth, "/auth/refresh", { method: "POST", headers: forged });
    assert.equal(answer.json["code"], "cross_site_request");
  });
}

for (const strategy of ["session", "hybrid", "jwt"] as const) {
  test(`${strategy}: signing in again changes the session id and the secret every time`, async () => {
    const { auth } = observedAuth({ strategy });
    const seen = [await registered(auth, alice)];
    for (let time = 0; time < 3; time += 1) {
      const body = alice;
      const cookie = seen.at(-1) ?? "";
      seen.push(
        cookieOf(await ask(auth, "/auth/sign-in", { method: "POST", body, headers: { cookie } })),
      );
    }
    assert.equal(new Set(seen.map(id)).size, 4);
    assert.equal(new Set(seen.map(secret)).size, 4);
    for (const cookie of seen.slice(0, -1)) {
      assert.equal((await ask(auth, "/auth/session", { headers: { cookie } })).status, 401);
    }
  });

  test(`${strategy}: a change of password replaces the secret, so that a copied cookie dies at once`, async () => {
    const { auth } = observedAuth({ strategy });
    const before = await registered(auth, alice);
    const changed = await ask(auth, "/auth/password", {
      method: "POST",
      headers: { cookie: before },
      body: { currentPassword: alice.password, newPassword: "a whole new phrase" },
    });
    assert.equal(changed.status, 204);
    assert.notEqual(secret(cookieOf(changed)), secret(before));
    assert.equal((await ask(auth, "/auth/session", { headers: { cookie: before } })).status, 401);
    const cookie = cookieOf(changed);
    assert.equal((await ask(auth, "/auth/session", { headers: { cookie } })).status, 200);
  });
}

const nowhere = { assertOpen: () => undefined, setCookie: () => undefined };
