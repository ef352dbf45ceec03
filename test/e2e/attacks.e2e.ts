import assert from "node:assert/strict";
import { after, test } from "node:test";
import express from "express";
import { expressAuth } from "symbolon/express";
import { testAuth } from "../support/auth.ts";
import { listen } from "../support/listen.ts";
import { AttackedSite } from "./support/attacked-site.ts";
import { attacked, crossSiteAttacks, embed, send } from "./support/cross-site-attacks.ts";

let planted: readonly string[] = [];
const site = await AttackedSite.start(() => planted);
const { app } = site;

const mallory = site.newUser();
const malloryToken = await site.registerElsewhere(mallory);
const attacks = crossSiteAttacks(app, mallory);

for (const attacker of site.attackers) {
  const { hostname } = new URL(attacker);
  // One victim for all attacks, because after each everything must be as it was.
  const victim = site.newUser();
  await site.registerElsewhere(victim);
  const context = await site.newContext({ after });
  await site.signIn(context, victim);
  const before = await site.stateOf(context);

  for (const { name, run } of attacks) {
    test(`a page of ${hostname} that ${name} changes nothing`, { timeout: 60_000 }, async () => {
      assert.deepEqual([before.user.email, before.stored], [victim.email, "by the app"]);
      assert.equal(before.sessionIds.length, 3);

      const page = await context.newPage();
      await page.goto(attacker);
      await run(page, victim);
      assert.deepEqual(await site.stateOf(context), before);
      await page.close();
    });
  }

  test(`pages of ${hostname} have changed no password and registered nobody`, async () => {
    await site.signInElsewhere(victim);
    await assert.rejects(site.signInElsewhere(attacked(victim)), /invalid_credentials/);
  });

  test(`a page of ${hostname} cannot sign a stranger in`, { timeout: 60_000 }, async (t) => {
    const context = await site.newContext(t);
    for (const { run } of attacks.filter(({ name }) =>
      /signs the visitor in|registers/.test(name),
    )) {
      const page = await context.newPage();
      await page.goto(attacker);
      await run(page, mallory);
      assert.deepEqual(await context.cookies(), []);
      await page.close();
    }
  });

  test(`a page of ${hostname} can neither frame nor read what the visitor sees`, async () => {
    const page = await context.newPage();
    await page.goto(attacker);
    for (const path of ["/", "/account", "/sign-in"]) {
      const framed = await embed(page, "iframe", `${app}${path}`);
      assert.equal(framed, "loaded");
      const frame = page.frames().at(-1);
      const shown = await frame?.evaluate(() => location.href);
      assert.equal(shown, "chrome-error://chromewebdata/", `${path} is not framed`);
    }
    for (const path of ["/account", "/auth/session", "/sign-out"]) {
      assert.equal(await embed(page, "img", `${app}${path}`), "failed");
      assert.equal(await embed(page, "script", `${app}${path}`), "failed");
      assert.deepEqual(await send(page, { url: `${app}${path}`, method: "GET", mode: "cors" }), {
        error: "TypeError",
      });
    }
    assert.equal((await site.stateOf(context)).cookie, before.cookie);
    await page.close();
  });
}

test("a cookie that a sibling plants is never taken for the app's", async (t) => {
  const context = await site.newContext(t);
  const victim = site.newUser();
  await site.registerElsewhere(victim);
  const [, sibling] = site.attackers;
  const names = ["__Host-sym", "__host-sym", "__Secure-sym", "sym", " __Host-sym"];
  planted = [
    ...names.map((name) => `${name}=${malloryToken}; Domain=app.test; Path=/; Secure`),
    `=__Host-sym=${malloryToken}; Domain=app.test; Path=/; Secure`,
    `__Host-sym=${malloryToken}; Path=/; Secure`,
  ];
  const page = await context.newPage();
  await page.goto(`${sibling}/plant`);
  for (const cookie of planted) {
    await page.evaluate((text) => (document.cookie = text), cookie);
  }
  const sent = (await context.cookies(app)).map(({ name }) => name);
  assert.ok(sent.includes("sym"), "the browser does keep what is not ours");
  assert.equal(await site.cookieOf(context), undefined);
  await page.goto(`${app}/account`);
  assert.equal(page.url(), `${app}/sign-in?notice=sign-in-first&next=/account`);

  await site.signIn(context, victim);
  const signedIn = await site.stateOf(context);
  assert.equal(signedIn.user.email, victim.email);
  await page.goto(`${sibling}/plant`);
  assert.deepEqual(await site.stateOf(context), signedIn);
});

test("a script that gets into a page of the application cannot read the credential", async (t) => {
  const { auth } = testAuth();
  const application = express();
  application.use(expressAuth(auth));
  application.get("/login", async (req, res) => {
    await req.auth.signIn({ userId: "alice" });
    res.redirect("/hello?name=Alice");
  });
  application.get("/hello", ({ query: { name = "" } }, res) => {
    // The hole.
    res.type("html").send(`<!doctype html><title>Hello</title><h1>Hello ${name as string}</h1>`);
  });
  const url = await listen(t, application);
  const context = await site.newContext(t);
  const page = await context.newPage();
  await page.goto(`${url}/login`);
  const cookie = (await context.cookies(url)).find(({ name }) => name === "sym");
  assert.ok(cookie !== undefined && cookie.value.startsWith("sys_"));

  const payload = `<script>
    const loot = [document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })];
    const routes = ["/auth/session", "/auth/sessions", "/auth/csrf"];
    const requests = routes.map((route) => fetch(route)).concat(fetch("/auth/refresh", { method: "POST" }));
    Promise.all(requests)
      .then((answers) => Promise.all(answers.map(async (answer) => [answer.status, ...answer.headers, await answer.text()])))
      .then(async (answers) => {
        loot.push(...answers.flat(2), JSON.stringify((await window.cookieStore?.getAll()) ?? []));
        document.title = "Looted";
        window.loot = loot.join("\\n");
      });
  </script>`;
  await page.goto(`${url}/hello?${new URLSearchParams({ name: payload }).toString()}`);
  await page.waitForFunction(() => document.title === "Looted");
  assert.equal(await page.evaluate(() => document.cookie), "");
  const loot = await page.evaluate(() => (window as unknown as { loot: string }).loot);
  assert.match(loot, /200/);
  const [, secret = ""] = cookie.value.split(".");
  assert.ok(secret.length > 40);
  assert.ok(!loot.includes(secret) && !loot.includes("sys_"), loot);
});
