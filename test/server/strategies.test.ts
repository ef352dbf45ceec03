import { getRequestListener } from "@hono/node-server";
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { AuthOptions } from "symbolon";
import type { FakeClock } from "symbolon/testing";
import { createServerApp } from "../../src/server/app.ts";
import { alice, testAuth } from "../support/auth.ts";
import { Client, type Answer } from "../support/client.ts";
import { listen } from "../support/listen.ts";
import { startStandalone } from "../support/standalone.ts";

/* The pages of the standalone server, as a browser without script uses them, with each strategy. */

const minute = 60_000;

/** A browser: it sends forms as such, says where they come from, and follows where they lead. */
class FormBrowser extends Client {
  readonly #origin: string;

  constructor(base: string) {
    super(base, { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/144.0" });
    this.#origin = base;
  }

  async submit(path: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.post(path, new URLSearchParams(fields).toString(), {
      headers: { "content-type": "application/x-www-form-urlencoded", origin: this.#origin },
    });
  }

  /** Where a form or a page leads to, without the place on the page. */
  async leads(answer: Promise<Answer>): Promise<string> {
    const { status, headers } = await answer;
    assert.equal(status, 303);
    return headers.get("location") ?? "";
  }
}

interface Pages {
  readonly clock: FakeClock;
  readonly browser: () => FormBrowser;
}

async function servePages(t: TestContext, strategy: "session" | "hybrid" | "jwt"): Promise<Pages> {
  const options: Partial<AuthOptions> = strategy === "hybrid" ? { refresh: "inline" } : {};
  const { auth, clock } = testAuth({ strategy, ...options });
  auth.on("warning", () => undefined);
  const { users: accounts } = auth;
  assert.ok(accounts !== null);
  const app = createServerApp({
    auth,
    accounts,
    strategy,
    publicUrl: () => "http://localhost",
    onError: (error) => assert.fail(String(error)),
  });
  const base = await listen(t, getRequestListener(app.fetch));
  return { clock, browser: () => new FormBrowser(base) };
}

const credentials = { email: alice.email, password: alice.password };

for (const strategy of ["session", "hybrid", "jwt"] as const) {
  describe(`the pages with the strategy ${strategy}`, () => {
    test("register, sign in, show the account, change the password and sign out, by forms alone", async (t) => {
      const { browser } = await servePages(t, strategy);
      const [first, second] = [browser(), browser()];
      assert.equal(await first.leads(first.submit("/register", credentials)), "/account");
      assert.match((await first.get("/account")).text, /alice@example\.com/);
      assert.equal(await second.leads(second.submit("/sign-in", credentials)), "/account");

      const password = { currentPassword: alice.password, newPassword: "second program ever" };
      const wrong = await first.submit("/account/password", { ...password, currentPassword: "x" });
      assert.match(wrong.text, /<title>Error: [^]*id="currentPassword-error"/);
      assert.equal(
        await first.leads(first.submit("/account/password", password)),
        "/account?notice=password-changed",
      );
      assert.match((await first.get("/account?notice=password-changed")).text, /was changed/);
      assert.equal(
        await second.leads(second.get("/account")),
        "/sign-in?notice=session-ended&next=/account",
      );

      const { cookie } = first;
      assert.equal(await first.leads(first.submit("/sign-out")), "/sign-in?notice=signed-out");
      assert.equal(first.cookie, "");
      const copy = await browser().get("/account", { headers: { cookie } });
      assert.equal(copy.headers.get("location"), "/sign-in?notice=session-ended&next=/account");
    });

    test("tell on the start page what this server answers", async (t) => {
      const { browser } = await servePages(t, strategy);
      const client = browser();
      const { text } = await client.get("/");
      const told = [...text.matchAll(/<code><b>(\w+)<\/b> (\S+)<\/code>/g)];
      assert.ok(told.length >= 8);
      for (const [, method = "", path = ""] of told) {
        const { json } = await client.send(path.replace(":id", "unknown"), { method });
        assert.notEqual(json["code"], "not_found", `${method} ${path}`);
      }
      assert.equal(
        told.some(([, , path]) => path === "/.well-known/jwks.json"),
        strategy !== "session",
      );
    });
  });
}

describe("the pages with access and refresh tokens", () => {
  test("go on when the access token has expired, also by a form, and also when it is refused", async (t) => {
    const { browser, clock } = await servePages(t, "hybrid");
    const client = browser();
    await client.submit("/register", credentials);
    for (const go of [
      () => client.get("/account"),
      () => client.submit("/account/password", { currentPassword: "x", newPassword: "y" }),
      () => client.get("/nowhere"),
    ]) {
      clock.advance(6 * minute);
      const before = client.cookie;
      const { text } = await go();
      assert.match(text, /alice@example\.com/);
      assert.notEqual(client.cookie, before, "the new access token is kept");
    }
    clock.advance(6 * minute);
    const { cookie } = client;
    assert.equal(await client.leads(client.submit("/sign-out")), "/sign-in?notice=signed-out");
    clock.advance(6 * minute);
    const copy = await browser().get("/account", { headers: { cookie } });
    assert.match(copy.headers.get("location") ?? "", /notice=session-ended/);
  });

  test("say when somebody was away for too long", async (t) => {
    const { browser, clock } = await servePages(t, "hybrid");
    const client = browser();
    await client.submit("/register", credentials);
    clock.advance(7.5 * 24 * 60 * minute);
    assert.match(await client.leads(client.get("/account")), /notice=session-expired/);
  });

  test("list the devices, and sign one and all others out", async (t) => {
    const { browser } = await servePages(t, "hybrid");
    const [first, second, third] = [browser(), browser(), browser()];
    await first.submit("/register", credentials);
    for (const other of [second, third]) await other.submit("/sign-in", credentials);
    const { text } = await first.get("/account");
    const ids = [...text.matchAll(/name="sessionId" value="([^"]+)"/g)].map(([, id = ""]) => id);
    assert.equal(ids.length, 2);
    assert.match(
      await first.leads(first.submit("/account/sessions/revoke", { sessionId: ids.at(0) ?? "" })),
      /notice=device-signed-out/,
    );
    assert.match(
      await first.leads(first.submit("/account/sessions/revoke-others")),
      /notice=devices-signed-out/,
    );
    for (const other of [second, third]) {
      assert.match(await other.leads(other.get("/account")), /notice=session-ended/);
    }
    assert.equal((await first.get("/account")).status, 200);
  });
});

describe("the pages with access tokens alone", () => {
  test("say that there is no list of devices, and end nobody by an id", async (t) => {
    const { browser } = await servePages(t, "jwt");
    const [client, victim] = [browser(), browser()];
    await client.submit("/register", credentials);
    await victim.submit("/register", { ...credentials, email: "victim@example.com" });
    const { text } = await client.get("/account");
    assert.match(text, /keeps no list of where you are signed in/);
    assert.doesNotMatch(text, /class="device|action="\/account\/sessions/);

    const { json } = await victim.get("/auth/session");
    const { id: sessionId } = json["session"] as { readonly id: string };
    for (const path of ["/account/sessions/revoke", "/account/sessions/revoke-others"]) {
      assert.equal((await client.submit(path, { sessionId })).status, 404);
    }
    assert.equal((await victim.get("/account")).status, 200);
  });

  test("promise nobody to stay signed in, and say when the token has had its time", async (t) => {
    const { browser, clock } = await servePages(t, "jwt");
    const client = browser();
    await client.submit("/register", { ...credentials });
    assert.doesNotMatch((await browser().get("/sign-in")).text, /remember/);
    clock.advance(16 * minute);
    assert.equal(
      await client.leads(client.get("/account")),
      "/sign-in?notice=sign-in-expired&next=/account",
    );
    assert.match((await client.get("/sign-in?notice=sign-in-expired")).text, /has expired/);
  });
});

describe("the settings of the standalone server", () => {
  for (const [settings, cookies] of [
    [{}, /^sym=sys_[^;]+; (?!.*sym_).*SameSite=Lax/],
    [{ SYMBOLON_STRATEGY: "hybrid" }, /sym_access=.*SameSite=Lax.*sym_refresh_inline=syr_/],
    [{ SYMBOLON_STRATEGY: "jwt" }, /^sym_access=(?!.*syr_)/],
    [{ SYMBOLON_PRESET: "banking" }, /^sym=sys_[^;]+; .*SameSite=Strict/],
    [{ SYMBOLON_PRESET: "social" }, /sym_refresh_inline=syr_/],
    [{ SYMBOLON_PRESET: "saas" }, /sym_refresh_inline=syr_/],
  ] as const) {
    test(`${JSON.stringify(settings)} decides what a sign-in sets`, async (t) => {
      const { url } = await startStandalone(t, settings);
      const { headers, json } = await new Client(url).post("/auth/register", alice);
      assert.match(headers.getSetCookie().join(" | "), cookies);
      const { createdAt, expiresAt } = json["session"] as Readonly<Record<string, string>>;
      const life = Date.parse(expiresAt ?? "") - Date.parse(createdAt ?? "");
      if ("SYMBOLON_PRESET" in settings) {
        assert.equal(life, settings.SYMBOLON_PRESET === "banking" ? 15 * minute : 43_200 * minute);
      }
    });
  }
});
