import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClientError } from "symbolon/client";
import { alice, bob } from "../support/auth.ts";
import { ClientWorld, FakeBrowser, problem, settle, until } from "../support/client-world.ts";

for (const delivery of ["cookie", "body"] as const) {
  describe(`a client with tokens in the ${delivery}`, () => {
    test("renews once for a hundred requests at once", async (t) => {
      const world = new ClientWorld(t);
      const tab = new FakeBrowser(t, world).tab({ delivery });
      await tab.register(alice);
      await world.expire();
      const all = Array.from({ length: 100 }, () => tab.fetch("/profile"));
      const statuses = await Promise.all(all.map(async (each) => (await each).status));
      assert.deepEqual(new Set(statuses), new Set([200]));
      assert.equal(world.count("POST /auth/refresh"), 1);
      assert.equal(world.count("GET /profile"), 200);
    });

    test("renews at every expiry, and is never signed out", async (t) => {
      const world = new ClientWorld(t);
      const tab = new FakeBrowser(t, world).tab({ delivery });
      await tab.register(alice);
      for (let round = 1; round <= 20; round += 1) {
        await world.expire();
        assert.equal((await tab.fetch("/profile")).status, 200);
        assert.equal(world.count("POST /auth/refresh"), round);
      }
      assert.equal(tab.session.get().status, "signed_in");
    });

    test("is signed out once, with the reason, when the session has ended", async (t) => {
      const world = new ClientWorld(t);
      const tab = new FakeBrowser(t, world).tab({ delivery });
      const { session } = await tab.register(alice);
      const seen: string[] = [];
      t.after(tab.session.subscribe(() => seen.push(tab.session.get().status)));
      await world.auth.sessions.revoke(session.id);
      await world.expire();
      const all = Array.from({ length: 20 }, () => tab.fetch("/profile"));
      for (const answer of await Promise.all(all)) assert.equal(answer.status, 401);
      assert.deepEqual(seen, ["signed_out"]);
      assert.equal(tab.session.get().error?.code, "session_revoked");
      assert.equal(world.count("POST /auth/refresh"), 1);
    });

    test("does not come back to life by a renewal that a sign-out has overtaken", async (t) => {
      const world = new ClientWorld(t);
      const tab = new FakeBrowser(t, world).tab({ delivery });
      await tab.register(alice);
      await world.expire();
      const held = world.hold("POST /auth/refresh");
      const answer = tab.fetch("/profile");
      await held.reached;
      await tab.signOut();
      held.release();
      assert.equal((await answer).status, 401);
      assert.equal(tab.session.get().status, "signed_out");
      assert.equal((await tab.fetch("/profile")).status, 401);
      assert.equal((await tab.session.reload()).status, "signed_out");
    });

    test("answers 503 while the store is away, and stays signed in", async (t) => {
      const world = new ClientWorld(t);
      const tab = new FakeBrowser(t, world).tab({ delivery });
      await tab.register(alice);
      await world.expire();
      world.store.failure = new Error("away");
      const answers = await Promise.all([tab.fetch("/profile"), tab.fetch("/profile")]);
      for (const answer of answers) {
        assert.equal(answer.status, 503);
        assert.ok(Number(answer.headers.get("retry-after")) > 0);
        const { code } = (await answer.json()) as { code: string };
        assert.equal(code, "store_unavailable");
      }
      assert.equal((await tab.session.reload()).status, "signed_in");
      world.store.failure = null;
      await world.expire();
      assert.equal((await tab.fetch("/profile")).status, 200);
    });

    test("rejects as fetch does when the network is away, and stays signed in", async (t) => {
      const world = new ClientWorld(t);
      const browser = new FakeBrowser(t, world);
      const tab = browser.tab({ delivery });
      await tab.register(alice);
      await world.expire();
      const held = world.hold("GET /profile");
      const answer = tab.fetch("/profile");
      await held.reached;
      browser.isOffline = true;
      held.release();
      await assert.rejects(answer, new TypeError("fetch failed"));
      assert.equal(tab.session.get().status, "signed_in");
      await assert.rejects(tab.sessions.list(), { code: "unreachable" });
      await assert.rejects(tab.signOut(), { code: "unreachable" });
      assert.equal((await tab.session.reload()).status, "signed_in");
      browser.isOffline = false;
      assert.equal((await tab.fetch("/profile")).status, 200);
    });

    test("does not send what one user has begun as another", async (t) => {
      const world = new ClientWorld(t);
      const tab = new FakeBrowser(t, world).tab({ delivery });
      await tab.register(bob);
      await tab.register(alice);
      await world.expire();
      const held = world.hold("POST /auth/refresh");
      const answer = tab.fetch("/notes", { method: "POST", body: "by alice" });
      await held.reached;
      await tab.signIn(bob);
      held.release();
      assert.equal((await answer).status, 401);
      assert.equal(world.count("POST /notes"), 1);
      assert.equal(tab.session.get().user?.email, bob.email);
      assert.equal((await tab.fetch("/profile")).status, 200);
    });

    test("takes no answer to the user of before for one to the user of now", async (t) => {
      const world = new ClientWorld(t);
      const tab = new FakeBrowser(t, world).tab({ delivery });
      await tab.register(bob);
      const { session } = await tab.register(alice);
      await world.auth.sessions.revoke(session.id);
      const [late, loading] = [world.hold("GET /profile"), world.hold("GET /auth/session")];
      const answers = [tab.fetch("/profile"), tab.session.reload()] as const;
      await Promise.all([late.reached, loading.reached]);
      await tab.signIn(bob);
      late.release();
      loading.release();
      assert.equal((await answers[0]).status, 401);
      assert.equal((await answers[1]).status, "signed_in");
      await settle();
      assert.equal(tab.session.get().user?.email, bob.email);
      assert.equal(world.count("GET /auth/session"), 1);
    });
  });
}

describe("a client", () => {
  for (const code of ["token_expired", "token_outdated", "invalid_token"]) {
    test(`sends again once, and no more, what is answered ${code}`, async (t) => {
      const world = new ClientWorld(t);
      const tab = new FakeBrowser(t, world).tab();
      await tab.register(alice);
      let answers = 1;
      world.intercept = ({ url }) =>
        url.endsWith("/profile") && answers-- > 0 ? problem(401, code) : null;
      assert.equal((await tab.fetch("/profile")).status, 200);
      assert.deepEqual(world.sent.slice(1), ["GET /profile", "POST /auth/refresh", "GET /profile"]);
      answers = Number.POSITIVE_INFINITY;
      assert.equal((await tab.fetch("/profile")).status, 401);
      assert.deepEqual(world.sent.slice(4), ["GET /profile", "POST /auth/refresh", "GET /profile"]);
      assert.equal(tab.session.get().status, "signed_in");
    });
  }

  test("renews for services that speak the words of RFC 6750", async (t) => {
    const world = new ClientWorld(t);
    const tab = new FakeBrowser(t, world).tab();
    await tab.register(alice);
    const challenges = ['Bearer error="invalid_token"', "Bearer", 'Basic realm="x"'];
    for (const challenge of challenges) {
      world.intercept = ({ url }) =>
        url.endsWith("/orders")
          ? Response.json({}, { status: 401, headers: { "www-authenticate": challenge } })
          : null;
      assert.equal((await tab.fetch("/orders")).status, 401);
    }
    assert.equal(world.count("POST /auth/refresh"), 1);
    assert.equal(world.count("GET /orders"), 4);
  });

  test("sends the body again, of a Request too", async (t) => {
    const world = new ClientWorld(t);
    const tab = new FakeBrowser(t, world).tab();
    await tab.register(alice);
    const form = new FormData();
    form.set("note", "text");
    const url = "https://app.example.com/notes";
    const bodies: readonly (readonly [Request | string, RequestInit | undefined])[] = [
      ["/notes", { method: "POST", body: "text" }],
      ["/notes", { method: "POST", body: form }],
      ["/notes", { method: "POST", body: new Blob(["text"]) }],
      [new Request(url, { method: "POST", body: "text" }), undefined],
    ];
    for (const [input, init] of bodies) {
      await world.expire();
      const answer = await tab.fetch(input, init);
      const { body } = (await answer.json()) as { readonly body: string };
      assert.match(body, /text/);
    }
    assert.equal(world.count("POST /auth/refresh"), bodies.length);
  });

  test("says that a stream cannot be sent twice, and has renewed by then", async (t) => {
    const world = new ClientWorld(t);
    const tab = new FakeBrowser(t, world).tab();
    await tab.register(alice);
    await world.expire();
    const send = (): Promise<Response> => {
      const init = { method: "POST", body: new Blob(["text"]).stream(), duplex: "half" };
      return tab.fetch("/notes", init);
    };
    await assert.rejects(send(), (error) => {
      assert.ok(error instanceof ClientError);
      return error.code === "stream_not_resent";
    });
    assert.equal(world.count("POST /notes"), 1);
    assert.equal((await send()).status, 200);
  });

  test("lets go who does not want to wait, and renews for the others", async (t) => {
    const world = new ClientWorld(t);
    const tab = new FakeBrowser(t, world).tab();
    await tab.register(alice);
    await world.expire();
    const held = world.hold("POST /auth/refresh");
    const controller = new AbortController();
    const impatient = tab.fetch("/profile", { signal: controller.signal });
    const patient = tab.fetch("/profile");
    await held.reached;
    controller.abort(new Error("enough"));
    await assert.rejects(impatient, new Error("enough"));
    held.release();
    assert.equal((await patient).status, 200);
    assert.equal(world.count("GET /profile"), 3);
  });

  test("believes nobody on the way that there is no login", async (t) => {
    const world = new ClientWorld(t);
    const tab = new FakeBrowser(t, world).tab();
    await tab.register(alice);
    const strangers = [
      () => new Response("<h1>Pay for the network</h1>", { status: 200 }),
      () => new Response("<h1>Sign in to the proxy</h1>", { status: 401 }),
      () => Response.json({ code: "unauthenticated" }, { status: 401 }),
      () => {
        const headers = { "content-type": "application/problem+json" };
        return new Response(`{"type":"about:blank","code":"unauthenticated"}`, {
          status: 401,
          headers,
        });
      },
      () => new Response(null, { status: 502 }),
    ];
    for (const stranger of strangers) {
      world.intercept = stranger;
      assert.equal((await tab.session.reload()).status, "signed_in");
      await assert.rejects(tab.sessions.list(), ClientError);
      world.intercept = () => null;
      await world.expire();
      world.intercept = ({ url }) => (url.endsWith("/refresh") ? stranger() : null);
      assert.notEqual(await tab.fetch("/profile").catch(() => null), 200);
      assert.equal(tab.session.get().status, "signed_in");
      world.intercept = () => null;
      assert.equal((await tab.fetch("/profile")).status, 200);
    }
  });

  test("keeps the refresh token where the answer brings none", async (t) => {
    const world = new ClientWorld(t);
    const kept: unknown[] = [];
    const tokens = { refreshToken: "syr_first", accessToken: "old", tokenType: "Bearer" as const };
    let held: (typeof tokens & { expiresIn: number }) | null = { ...tokens, expiresIn: 1 };
    const tab = new FakeBrowser(t, world).tab({
      delivery: "body",
      storage: {
        get: async () => held,
        set: async (next) => {
          held = next as typeof held;
          kept.push(next);
        },
      },
    });
    world.intercept = ({ url, headers }) => {
      if (url.endsWith("/refresh")) {
        const next = { accessToken: "new", tokenType: "Bearer", expiresIn: 300 };
        return Response.json({ session: null, tokens: next });
      }
      const isNew = headers.get("authorization") === "Bearer new";
      return isNew ? Response.json({}) : problem(401, "token_expired");
    };
    assert.equal((await tab.fetch("/profile")).status, 200);
    assert.deepEqual(kept, [
      { refreshToken: "syr_first", accessToken: "new", tokenType: "Bearer", expiresIn: 300 },
    ]);
  });

  test("with access tokens alone is signed out when they have had their time", async (t) => {
    const world = new ClientWorld(t, { strategy: "jwt" });
    const tab = new FakeBrowser(t, world).tab();
    await tab.register(alice);
    for (let n = 0; n < 3; n += 1) await world.expire();
    assert.equal((await tab.fetch("/profile")).status, 401);
    await until(() => tab.session.get().status === "signed_out");
    assert.equal(tab.session.get().error?.code, "token_expired");
  });
});
