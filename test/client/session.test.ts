import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StepUpChallenge } from "symbolon/client";
import { alice, bob } from "../support/auth.ts";
import {
  ClientWorld,
  FakeBrowser,
  problem,
  serverUrl,
  settle,
  until,
} from "../support/client-world.ts";

describe("the session of a client", () => {
  test("is asked for when somebody listens, once", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    const tab = browser.tab();
    await settle();
    assert.deepEqual(world.sent, []);
    assert.equal(tab.session.get().status, "unknown");
    const stop = tab.session.subscribe(() => undefined);
    stop();
    t.after(tab.session.subscribe(() => undefined));
    await until(() => tab.session.get().status === "signed_out");
    assert.equal(tab.session.get(), tab.session.get());
    assert.equal(tab.session.get().error?.code, "unauthenticated");
    assert.deepEqual(world.sent, ["GET /auth/session"]);
  });

  test("is found again by a page that is opened later, also when the access token has expired", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    const { session } = await browser.tab().register(alice);
    await world.expire();
    const later = await browser.tab().session.reload();
    assert.equal(later.session?.id, session.id);
    assert.equal(later.user?.email, alice.email);
  });

  test("is what the server has put into the page, at first", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    const initial = await browser.tab().register(alice);
    const tab = browser.tab({ initial });
    t.after(tab.session.subscribe(() => undefined));
    assert.equal(tab.session.get().user?.email, alice.email);
    await tab.signOut();
    assert.equal(tab.session.get().status, "signed_out");
    assert.equal(tab.session.getInitial().status, "signed_in");
    assert.equal(browser.tab({ initial: null }).session.get().status, "signed_out");
    assert.equal(world.count("GET /auth/session"), 0);
  });

  test("is unknown while the server cannot say, and is asked for again by itself", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    await browser.tab().register(alice);
    const tab = browser.tab();
    const seen: string[] = [];
    t.mock.timers.enable({ apis: ["setTimeout"] });
    browser.isOffline = true;
    t.after(
      tab.session.subscribe(() => {
        const { status, error } = tab.session.get();
        seen.push(`${status} ${error?.code ?? ""}`);
      }),
    );
    await settle();
    browser.isOffline = false;
    world.intercept = () => problem(503, "store_unavailable", { "retry-after": "10" });
    t.mock.timers.tick(1_600);
    await settle();
    world.intercept = () => null;
    t.mock.timers.tick(9_000);
    await settle();
    assert.equal(tab.session.get().status, "unknown");
    t.mock.timers.tick(7_000);
    await settle();
    assert.deepEqual(seen, ["unknown unreachable", "unknown store_unavailable", "signed_in "]);
  });

  test("ends when a route of the application says so, and the server does too", async (t) => {
    const world = new ClientWorld(t);
    const tab = new FakeBrowser(t, world).tab();
    const { session } = await tab.register(alice);
    world.intercept = ({ url }) =>
      url.endsWith("/other") ? problem(401, "unauthenticated") : null;
    await tab.fetch("/other");
    await settle();
    assert.equal(tab.session.get().status, "signed_in");
    await world.auth.sessions.revoke(session.id);
    await tab.fetch("/profile");
    await until(() => tab.session.get().status === "signed_out");
    assert.equal(tab.session.get().error?.code, "session_revoked");
  });

  test("is one that the application's own route has opened, after a reload", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    const tab = browser.tab();
    t.after(tab.session.subscribe(() => undefined));
    await until(() => tab.session.get().status === "signed_out");
    // As a form without script does.
    await browser.fetch(
      new Request(`${serverUrl}/auth/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(alice),
      }),
    );
    assert.equal((await tab.session.reload()).user?.email, alice.email);
  });

  test("is known after a reload, also when another tab has signed in meanwhile", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    const [tab, other] = [browser.tab(), browser.tab()];
    await other.register(alice);
    const held = world.hold("GET /auth/session");
    const reloaded = tab.session.reload();
    await held.reached;
    const { session } = await other.signIn(alice);
    held.release();
    assert.equal((await reloaded).session?.id, session.id);
  });

  test("goes on when a sign-in over it fails, and says why with fields", async (t) => {
    const world = new ClientWorld(t);
    const tab = new FakeBrowser(t, world).tab();
    await tab.register(alice);
    await assert.rejects(tab.signIn({ ...alice, password: "wrong horse battery" }), {
      name: "ClientError",
      code: "invalid_credentials",
      status: 401,
    });
    await assert.rejects(tab.register({ ...bob, email: "bob" }), (error) => {
      assert.equal((error as { code?: string }).code, "invalid_input");
      const { fields } = error as { readonly fields?: readonly { readonly field: string }[] };
      assert.deepEqual(
        fields?.map(({ field }) => field),
        ["email"],
      );
      return true;
    });
    assert.equal(tab.session.get().user?.email, alice.email);
    assert.equal((await tab.fetch("/profile")).status, 200);
  });

  for (const strategy of ["session", "hybrid", "jwt"] as const) {
    for (const delivery of ["cookie", "body"] as const) {
      test(`outlives a change of password (${strategy}, ${delivery})`, async (t) => {
        const world = new ClientWorld(t, { strategy });
        const tab = new FakeBrowser(t, world).tab({ delivery });
        await tab.register(alice);
        const newPassword = "another phrase that nobody guesses";
        await tab.changePassword({ currentPassword: alice.password, newPassword });
        assert.equal(tab.session.get().user?.email, alice.email);
        assert.equal((await tab.fetch("/profile")).status, 200);
        if (strategy === "hybrid") {
          await world.expire();
          assert.equal((await tab.fetch("/profile")).status, 200);
        }
        await tab.signOut();
        assert.equal((await tab.session.reload()).status, "signed_out");
      });
    }
  }
});

describe("the list of sessions", () => {
  test("shows them, ends one, and all others", async (t) => {
    const world = new ClientWorld(t);
    const [here, phone, desk] = [1, 2, 3].map(() => new FakeBrowser(t, world).tab());
    assert.ok(here !== undefined && phone !== undefined && desk !== undefined);
    await here.register(alice);
    const { session } = await phone.signIn(alice);
    await desk.signIn(alice);
    const list = await here.sessions.list();
    assert.equal(list.length, 3);
    assert.equal(list.filter(({ current }) => current).length, 1);
    await here.sessions.revoke(session.id);
    await assert.rejects(here.sessions.revoke(session.id), { code: "not_found" });
    assert.equal(await here.sessions.revokeOthers(), 1);
    assert.equal((await here.sessions.list()).length, 1);
    await here.sessions.revoke(here.session.get().session?.id ?? "");
    assert.equal(here.session.get().status, "signed_out");
  });
});

describe("a request for a fresh sign-in", () => {
  test("asks the user once for all that ask at once, and is repeated after it", async (t) => {
    const world = new ClientWorld(t);
    const asked: StepUpChallenge[] = [];
    const tab = new FakeBrowser(t, world).tab({
      async onStepUp(challenge) {
        asked.push(challenge);
        await tab.signIn(alice);
        return true;
      },
    });
    await tab.register(alice);
    await world.expire();
    const init = { method: "POST", body: "100" };
    const all = await Promise.all([1, 2, 3].map(() => tab.fetch("/transfer", init)));
    for (const answer of all) {
      const { body } = (await answer.json()) as { readonly body: string };
      assert.equal(body, "100");
    }
    assert.deepEqual(asked, [
      { maxAgeSeconds: 300, assuranceLevel: undefined, methods: undefined },
    ]);
  });

  test("is left to the application without a handler, or when the user does not want to", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    await browser.tab().register(alice);
    await world.expire();
    for (const tab of [browser.tab(), browser.tab({ onStepUp: () => false })]) {
      const answer = await tab.fetch("/transfer", { method: "POST", body: "100" });
      const { code } = (await answer.json()) as { readonly code: string };
      assert.equal(code, "step_up_required");
    }
  });

  test("is not repeated as another user", async (t) => {
    const world = new ClientWorld(t);
    const tab = new FakeBrowser(t, world).tab({
      onStepUp: async () => Boolean(await tab.signIn(bob)),
    });
    await tab.register(bob);
    await tab.register(alice);
    await world.expire();
    assert.equal((await tab.fetch("/transfer", { method: "POST", body: "100" })).status, 401);
    assert.equal(tab.session.get().user?.email, bob.email);
    // The first was refused as expired, the second as not fresh enough.
    assert.equal(world.count("POST /transfer"), 2);
  });
});
