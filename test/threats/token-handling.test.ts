import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthError } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { passTime } from "../support/pass-time.ts";
import {
  base,
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
  form,
  deaf,
} from "../support/token-attacks.ts";

test("jwt: an expired token cannot fill the log", async () => {
  const store = memoryStore();
  const { auth, clock } = engine({ strategy: "jwt", store });
  const { at } = await tokens(auth, "u");
  await passTime(clock, 20 * minute);
  for (let count = 0; count < 50; count += 1) {
    await call(auth, "/auth/revoke", { body: `token=${at}`, headers: form });
  }
  const { entries } = await store.revocation.sync({
    partition: 0,
    processId: "the-reviewers-process",
    cursor: null,
    liveForMs: 1,
    keepForMs: 1,
    now: clock.now(),
  });
  assert.ok(entries.length <= 2, `${entries.length} entries by one expired token`);
});

test("csrf token: a browser that says nothing of itself refreshes with its CSRF token", async () => {
  const { auth, clock } = engine({ strategy: "hybrid", csrf: "token" });
  const jar = await browser(auth, "u");
  const plain = new Request(`${base}/auth/csrf`, { headers: { cookie: cookieOf(jar) } });
  const { token } = (await (await auth.handler(plain)).json()) as { token: string };
  await passTime(clock, 6 * minute);
  const refreshing = new Request(`${base}/auth/refresh`, {
    method: "POST",
    headers: { cookie: cookieOf(jar), "x-csrf-token": token },
  });
  assert.equal((await auth.handler(refreshing)).status, 200);
});

test("hybrid: a user who is active cannot idle out between two refreshes", () => {
  assert.throws(
    () => engine({ strategy: "hybrid", session: { idle: "9m" } }),
    /session.idle must be at least twice accessTokens.lifetime/,
  );
});

for (const strategy of ["session", "hybrid", "jwt"] as const) {
  for (const where of ["this process", "another process that nobody heard of yet"]) {
    test(`${strategy}: claims that change in ${where} while a sign-in is under way are not lost`, async () => {
      const clock = new FakeClock();
      const store = deaf(memoryStore());
      const { auth } = engine({ strategy, store, clock });
      const { auth: there } =
        where === "this process" ? { auth } : engine({ strategy, store, clock });
      await auth.ready();
      await there.ready();
      await passTime(clock, 1_000);
      const request = await auth.open(head(), open);
      const claims = { role: "admin" };
      await there.sessions.updateAll("u", { claims: { role: "none" } });
      const { tokens } = await request
        .signIn({ userId: "u", claims, delivery: "body" })
        .catch((error: unknown) => {
          assert.equal(error instanceof AuthError && error.code, "sign_in_superseded");
          return { tokens: null };
        });
      await passTime(clock, 10_000);
      const authorization = `Bearer ${tokens?.accessToken ?? tokens?.sessionToken ?? ""}`;
      const principal = await auth.authenticate({ authorization });
      assert.notEqual(principal?.claims["role"], "admin");
    });
  }

  test(`${strategy}: claims that changed before a sign-in, in another process, do not refuse it`, async () => {
    const clock = new FakeClock();
    const store = deaf(memoryStore());
    const [{ auth }, { auth: there }] = [
      engine({ strategy, store, clock }),
      engine({ strategy, store, clock }),
    ];
    await auth.ready();
    await there.sessions.updateAll("u", { claims: { role: "none" } });
    clock.advance(1);
    const { authorization = "" } = await tokens(auth, "u", { claims: { role: "none" } });
    assert.equal((await auth.authenticate({ authorization }))?.claims["role"], "none");
  });
}

test("data that is written with an expired access token is not lost", async () => {
  const { auth, clock } = engine({ strategy: "hybrid" });
  const jar = await browser(auth, "u");
  await passTime(clock, 6 * minute);
  const fields: string[] = [];
  const response = {
    assertOpen() {},
    setCookie: (_: string, field: string) => void fields.push(field),
  };
  const request = await auth.open(head({ cookie: cookieOf(jar, "_access") }), response);
  const wrote = await request.data.set("cart", "book").then(
    () => true,
    () => false,
  );
  jarOf(fields, jar);
  jarOf((await auth.refresh(head({ cookie: cookieOf(jar) }))).cookies, jar);
  const later = await auth.open(head({ cookie: cookieOf(jar) }, "GET"), open);
  assert.ok(!wrote || (await later.data.get("cart")) === "book", "written, and gone");
});

test("hybrid: who signs in again after the access token has expired ends the session before", async () => {
  const { auth, clock } = engine({ strategy: "hybrid" });
  const jar = await browser(auth, "u");
  await passTime(clock, 6 * minute);
  await auth.signIn({ userId: "other" }, head({ cookie: cookieOf(jar, "_access") }));
  assert.equal((await auth.sessions.list("u")).length, 0);
});

test("jwt: who signs in ends the login that the request came with", async () => {
  const { auth } = engine({ strategy: "jwt" });
  const jar = await browser(auth, "u");
  await auth.signIn({ userId: "u" }, head({ cookie: cookieOf(jar) }));
  assert.equal(await works(auth, [...jar.values()][0] ?? ""), false);
});

test("jwt: `revoke` with `userId` ends only what is this user's", async () => {
  const { auth } = engine({ strategy: "jwt" });
  const victim = await tokens(auth, "victim");
  await auth.sessions.revoke(victim.sid, { userId: "attacker" });
  assert.equal(await works(auth, victim.at), true);
});

const deep = Array.from({ length: 20 }).reduce<object>((inner) => ({ inner }), {});
const odd = {
  deep: { deep },
  "half a surrogate pair": { name: "\ud83d" },
  "a trap further down": { profile: JSON.parse('{"__proto__":1}') as object },
  large: { text: "x".repeat(9_000) },
};
for (const [name, claims] of Object.entries(odd)) {
  test(`claims of which no good token can be made are refused at once: ${name}`, async () => {
    const { auth } = engine({ strategy: "jwt" });
    const at = await tokens(auth, "u", { claims }).then(
      (signedIn) => signedIn.at,
      () => null,
    );
    assert.ok(at === null || (await works(auth, at)), "issued, and refused by its issuer");
  });
}

test("jwt with csrf token: there is no session that a CSRF token could be bound to", () => {
  assert.throws(() => engine({ strategy: "jwt", csrf: "token" }), /csrf: 'token' needs a session/);
});

test("inline: the route says that a refresh token was used twice, not only that the session is gone", async () => {
  const { auth, clock } = engine({ strategy: "hybrid", refresh: "inline" });
  const old = cookieOf(await browser(auth, "u"), "_refresh_inline");
  const jar = jarOf([old]);
  for (let count = 0; count < 3; count += 1) {
    jarOf((await auth.refresh(head({ cookie: cookieOf(jar, "inline") }))).cookies, jar);
    await passTime(clock, 6 * minute);
  }
  const answer = await call(auth, "/auth/refresh", { headers: { cookie: old } });
  assert.equal(((await answer.json()) as { code: string }).code, "refresh_token_reused");
});

/** A memory store of whose sessions one method is another one. */
function storeWith<Name extends "find" | "insert" | "readData" | "writeData">(
  name: Name,
  change: (
    original: ReturnType<typeof memoryStore>["sessions"][Name],
  ) => ReturnType<typeof memoryStore>["sessions"][Name],
): ReturnType<typeof memoryStore> {
  const inner = memoryStore();
  return { ...inner, sessions: { ...inner.sessions, [name]: change(inner.sessions[name]) } };
}

test("hybrid: who has changed the claims itself does not go on with the old ones in an outage", async () => {
  let isDown = false;
  const store = storeWith("find", (find) => async (id) => {
    if (isDown) throw new Error("down");
    return find(id);
  });
  const { auth, clock } = engine({ strategy: "hybrid", store });
  const { authorization = "" } = await tokens(auth, "u", { claims: { role: "admin" } });
  await passTime(clock, 1_000);
  await auth.sessions.updateAll("u", { claims: { role: "none" } });
  isDown = true;
  const request = await auth.open(head({ authorization }, "GET"), open);
  const isAccepted = request.acceptStale(30_000);
  assert.ok(!isAccepted || request.principal?.claims["role"] !== "admin");
});

test("hybrid: a replaced secret that cannot be delivered leaves no session that nobody can use", async () => {
  let isDown = false;
  const store = storeWith("writeData", (writeData) => async (id, change) => {
    if (isDown) throw new Error("down");
    return writeData(id, change);
  });
  const { auth } = engine({ strategy: "hybrid", store });
  const { authorization = "", at } = await tokens(auth, "u", { data: { first: 1 } });
  const request = await auth.open(head({ authorization }), open);
  isDown = true;
  await assert.rejects(request.replaceSecret("password_changed"));
  const left = await auth.sessions.list("u");
  assert.ok(
    left.length === 0 || (await works(auth, at)),
    "signed out, and a session that nobody holds",
  );
});

test("hybrid: where the next session cannot begin, copies of the old one's tokens are not good any more", async () => {
  let isDown = false;
  const store = storeWith("insert", (insert) => async (session, replaces, stamp) => {
    if (isDown) throw new Error("down");
    return insert(session, replaces, stamp);
  });
  const { auth } = engine({ strategy: "hybrid", store });
  const { authorization = "", rt: refreshToken = "", at } = await tokens(auth, "u");
  const request = await auth.open(head({ authorization }), open);
  isDown = true;
  await assert.rejects(request.replaceSecret("password_changed"), { code: "store_unavailable" });
  assert.equal(await works(auth, at), false);
  await assert.rejects(auth.refresh(head(), { refreshToken }), { code: "session_revoked" });
});

test("an access token is not accepted after its session's absolute end", async () => {
  const { auth, clock } = engine({
    strategy: "hybrid",
    accessTokens: { lifetime: "60s" },
    session: { idle: "2m", absolute: "2m" },
  });
  await passTime(clock, 500);
  const { rt = "" } = await tokens(auth, "u");
  await passTime(clock, 90_000);
  const { tokens: fresh } = await auth.refresh(
    { method: "POST", headers: {} },
    { refreshToken: rt },
  );
  const at = fresh?.accessToken ?? "";
  assert.equal(await works(auth, at), true);
  await passTime(clock, 30_500);
  assert.equal(await works(auth, at), false);
});

test("forged refresh tokens tell nothing of which sessions there are", async () => {
  const { auth } = engine({ strategy: "hybrid" });
  const { rt = "" } = await tokens(auth, "u");
  const forged = (...at: number[]): string => {
    const bytes = Buffer.from(rt.slice(4), "base64url");
    for (const index of at) bytes[index] = (bytes[index] ?? 0) ^ 1;
    return `syr_${bytes.toString("base64url")}`;
  };
  const code = async (refreshToken: string): Promise<unknown> =>
    (
      (await (await call(auth, "/auth/refresh", { body: { refreshToken } })).json()) as {
        code: string;
      }
    ).code;
  assert.equal(await code(forged(0)), await code(forged(0, 8)));
});

test("jwt: claims of one login that change outdate its token, in every process, and no other's", async () => {
  const clock = new FakeClock();
  const store = deaf(memoryStore());
  const [{ auth: here }, { auth: there }] = [
    engine({ strategy: "jwt", store, clock }),
    engine({ strategy: "jwt", store, clock }),
  ];
  await Promise.all([here.ready(), there.ready()]);
  const { authorization = "" } = await tokens(here, "u", { claims: { role: "admin" } });
  const { authorization: others = "" } = await tokens(here, "u", { claims: { role: "admin" } });
  const principal = await there.authenticate({ authorization });
  assert.ok(principal !== null);
  await passTime(clock, 1_000);
  const change = { claims: { role: "none" } };
  assert.equal(await here.sessions.update(principal.sessionId, change), null);
  await passTime(clock, 2_000);
  for (const auth of [here, there]) {
    const outdated = await auth.open(head({ authorization }, "GET"), open);
    assert.equal(outdated.error?.code, "token_outdated");
    assert.notEqual(await auth.authenticate({ authorization: others }), null);
  }
});
