import assert from "node:assert/strict";
import { test } from "node:test";
import { alice, bob } from "../support/auth.ts";
import type { Answer } from "../support/client.ts";
import {
  ask,
  cookieOf,
  observedAuth,
  registered,
  type ObservedAuth,
} from "../support/served-app.ts";

/**
 * The threat: a neighbouring host (`evil.example.com`), or a script that ran once, plants a second cookie of our name,
 * so that the victim works in the attacker's session, or cannot work at all.
 */

const production = { baseUrl: "https://app.example.com" } as const;
const shared = { ...production, cookies: { domain: "example.com" } } as const;

async function twoSessions(
  options = {},
): Promise<
  ObservedAuth & { readonly attacker: string; readonly victim: string; readonly name: string }
> {
  const observed = observedAuth(options);
  const attacker = await registered(observed.auth, bob);
  const victim = await registered(observed.auth, alice);
  observed.store.takeCalls();
  return { ...observed, attacker, victim, name: victim.split("=")[0] ?? "" };
}

/** The Set-Cookie fields that delete, as `domain path`. */
function expired({ headers }: Answer): readonly string[] {
  return headers.getSetCookie().map((field) => {
    assert.match(field, /^[\w-]+=; /);
    assert.match(field, /; Max-Age=0;/);
    const domain = /; Domain=([^;]+)/.exec(field)?.[1] ?? "host-only";
    return `${domain} ${/; Path=([^;]+)/.exec(field)?.[1] ?? ""}`;
  });
}

test("refuses two sessions in one request whichever comes first, asks the store nothing, says so", async () => {
  const { auth, store, attacker, victim } = await twoSessions(production);
  const events: unknown[] = [];
  auth.on("request.refused", (event) => events.push(event));
  for (const cookie of [
    `${attacker}; ${victim}`,
    `${victim}; ${attacker}`,
    `a=1; ${attacker};b=2;${victim}`,
  ]) {
    const answer = await ask(auth, "/auth/session", { headers: { cookie } });
    assert.equal(answer.status, 400);
    assert.equal(answer.json["code"], "duplicate_cookie");
    assert.deepEqual(expired(answer), ["host-only /"], "a __Host- name has no variants");
  }
  assert.deepEqual(store.takeCalls(), []);
  assert.equal(events.length, 3);
  assert.deepEqual(events[0], {
    code: "duplicate_cookie",
    method: "GET",
    origin: null,
    address: "192.0.2.1",
  });
});

test("expires every variant that the host can reach, where neighbours share the name", async () => {
  const { auth, attacker, victim } = await twoSessions(shared);
  const cookie = `${victim}; ${attacker}`;
  const answer = await ask(auth, "/auth/session", { headers: { cookie, host: "app.example.com" } });
  assert.deepEqual(
    expired(answer).toSorted(),
    ["app.example.com", "example.com", "host-only"]
      .flatMap((domain) =>
        ["/", "/auth", "/auth/", "/auth/session"].map((path) => `${domain} ${path}`),
      )
      .toSorted(),
  );
});

test("a Host that is no host name injects no attribute and no domain", async () => {
  const { auth, attacker, victim } = await twoSessions(shared);
  for (const host of [
    "evil.test; Path=/x",
    "a.b.c, d.e",
    "app.example.com\tx",
    "192.0.2.7",
    "[2001:db8::1]:80",
    "",
  ]) {
    const answer = await ask(auth, "/auth/session", {
      headers: { cookie: `${victim}; ${attacker}`, host },
    });
    assert.equal(answer.status, 400);
    const domains = new Set(expired(answer).map((variant) => variant.split(" ")[0]));
    assert.deepEqual(domains, new Set(["example.com", "host-only"]), JSON.stringify(host));
  }
});

test("a path with attributes in it injects none", async () => {
  const { auth, attacker, victim } = await twoSessions(shared);
  const headers = { cookie: `${victim}; ${attacker}` };
  const fields: string[] = [];
  const response = {
    assertOpen: () => undefined,
    setCookie: (_key: string, field: string) => fields.push(field),
  };
  await auth.open({ method: "GET", path: "/a;Domain=evil.test/b c/d", headers }, response);
  assert.ok(fields.length > 0);
  for (const field of fields) assert.doesNotMatch(field, /evil/);
});

test("equal values count as one cookie", async () => {
  const { auth, victim } = await twoSessions(production);
  const answer = await ask(auth, "/auth/session", { headers: { cookie: `${victim}; ${victim}` } });
  assert.equal(answer.status, 200);
});

test("of two secrets of one session the good one counts, in either order", async () => {
  const { auth, victim } = await twoSessions(production);
  const changed = await ask(auth, "/auth/password", {
    method: "POST",
    headers: { cookie: victim },
    body: { currentPassword: alice.password, newPassword: "a whole new phrase" },
  });
  const current = cookieOf(changed);
  for (const cookie of [`${victim}; ${current}`, `${current}; ${victim}`]) {
    assert.equal((await ask(auth, "/auth/session", { headers: { cookie } })).status, 200);
  }
});

test("signing in works in spite of two cookies, and afterwards everything does", async () => {
  const { auth, attacker, victim } = await twoSessions(production);
  const signedIn = await ask(auth, "/auth/sign-in", {
    method: "POST",
    headers: { cookie: `${attacker}; ${victim}` },
    body: alice,
  });
  assert.equal(signedIn.status, 200);
  assert.equal(
    signedIn.headers.getSetCookie().length,
    1,
    "the new cookie, and no deletion after it",
  );
  const cookie = cookieOf(signedIn);
  assert.equal((await ask(auth, "/auth/session", { headers: { cookie } })).status, 200);
});

test("garbage beside a good cookie is refused and cleared like a second session", async () => {
  const { auth, store, victim, name } = await twoSessions(production);
  for (const garbage of ["garbage", "", `"${victim.split("=")[1]}"`]) {
    for (const cookie of [`${name}=${garbage}; ${victim}`, `${victim}; ${name}=${garbage}`]) {
      const answer = await ask(auth, "/auth/session", { headers: { cookie } });
      assert.equal(answer.json["code"], "duplicate_cookie", cookie.slice(0, 40));
    }
  }
  assert.deepEqual(store.takeCalls(), []);
});

test("a spoilt copy of the good cookie does not stand in its way", async () => {
  const { auth, victim } = await twoSessions(production);
  for (const cookie of [`${victim}x; ${victim}`, `${victim}; ${victim}x`]) {
    assert.equal((await ask(auth, "/auth/session", { headers: { cookie } })).status, 200);
  }
});

test("a quoted value and another spelling of the name are not our cookie's", async () => {
  const { auth, victim, name } = await twoSessions(production);
  const value = victim.split("=")[1] ?? "";
  for (const cookie of [
    `${name}="${value}"`,
    `${name.toLowerCase()}=${value}`,
    `x${name}=${value}`,
  ]) {
    assert.equal((await ask(auth, "/auth/session", { headers: { cookie } })).status, 401, cookie);
  }
});

test("blanks that browsers keep in a name do not make it ours, so that __Host- cannot be got round", async () => {
  const { auth, attacker, victim } = await twoSessions(production);
  // A browser holds `\xA0__Host-sym` without a prefix's rules: a neighbour may set it for the whole domain.
  for (const blank of ["\u00a0", "\u000b", "\u000c", "\u0085"]) {
    for (const planted of [`${blank}${attacker}`, attacker.replace("=", `${blank}=`)]) {
      const beside = { cookie: `${planted}; ${victim}` };
      const head = { method: "GET", headers: beside };
      assert.ok(await auth.authenticate(head.headers), JSON.stringify(planted.slice(0, 14)));
      assert.equal(await auth.authenticate({ cookie: planted }), null);
    }
  }
  assert.ok(
    await auth.authenticate({ cookie: `a=1;\t ${victim}\t ` }),
    "blanks of HTTP do not matter",
  );
});

test("a cookie that HTTP/2 carries in several fields is read as one", async () => {
  const { auth, attacker, victim } = await twoSessions(production);
  assert.ok(await auth.authenticate({ cookie: ["theme=dark", victim] }));
  const auth2 = auth.open(
    { method: "GET", headers: { cookie: [attacker, victim] } },
    {
      assertOpen: () => undefined,
      setCookie: () => undefined,
    },
  );
  assert.equal((await auth2).error?.code, "duplicate_cookie");
});
