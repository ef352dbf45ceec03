import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { alice } from "../support/auth.ts";
import { startBrowser } from "./support/browser.ts";
import { NextApplication } from "./support/next-application.ts";

/* `examples/next` in the real Next, with a browser. The tests build upon each other's time, not on each other's users. */

const browser = await startBrowser();
const application = await NextApplication.build();
const pastAccessToken = 6 * 60_000;

async function openPage(t: TestContext, url: string, javaScriptEnabled = true): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, javaScriptEnabled });
  context.setDefaultTimeout(20_000);
  t.after(() => context.close());
  return context.newPage();
}

async function register(page: Page, email: string): Promise<void> {
  await page.goto("/register");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(alice.password);
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByRole("heading", { name: "Account" }).waitFor();
}

async function signIn(page: Page, email: string, password: string = alice.password): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Names and values of the browser's cookies. */
async function cookiesOf(context: BrowserContext): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await context.cookies()).map(({ name, value }) => [name, value]));
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "without scripts";
  test(`a stranger is sent to sign in, registers, uses an action, signs out and in again, ${how}`, async (t) => {
    const email = `${String(javaScriptEnabled)}@example.com`;
    const { url } = await application.start(t);
    const page = await openPage(t, url, javaScriptEnabled);
    await page.goto("/account");
    assert.equal(new URL(page.url()).search, "?next=%2Faccount");
    await register(page, email);
    const cookies = await page.context().cookies();
    assert.deepEqual(cookies.map(({ name }) => name).sort(), ["sym_access", "sym_refresh_inline"]);
    assert.ok(cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === "Lax"));

    await page.getByRole("button", { name: "Count" }).click();
    await page.getByText("Visits: 1").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Home" }).waitFor();
    assert.deepEqual(await page.context().cookies(), []);

    // A link, which Next follows with a request of its own where there are scripts.
    await page.getByRole("link", { name: "Account" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(page, email, "not the password at all");
    await page.getByText("The email address or the password is not right.").waitFor();
    assert.deepEqual(await page.context().cookies(), []);
    await signIn(page, email);
    await page.getByRole("heading", { name: "Account" }).waitFor();
    await page.getByText("Visits: 0").waitFor();
  });
}

test("an expired access token is renewed on the way to a page, by an action, and on a page that is the same for all", async (t) => {
  let running = await application.start(t);
  const page = await openPage(t, running.url);
  await register(page, "renewed@example.com");
  await page.goto("/");
  const shared = await page.request.get("/");
  assert.match(shared.headers()["cache-control"] ?? "", /s-maxage/);

  const reach = {
    "/account": () => page.goto("/account"),
    "an action": () => page.getByRole("button", { name: "Count" }).click(),
    "/": () => page.goto("/"),
  };
  let later = 0;
  for (const [place, go] of Object.entries(reach)) {
    const before = await cookiesOf(page.context());
    await running.end("SIGKILL");
    later += pastAccessToken;
    running = await application.start(t, later);
    const renewed = page.waitForResponse(async (response) =>
      (await response.headersArray()).some(
        ({ name, value }) => name.toLowerCase() === "set-cookie" && value.startsWith("sym_access="),
      ),
    );
    await go();
    const { "cache-control": caching } = await (await renewed).allHeaders();
    assert.match(caching ?? "", /no-store/, place);
    const after = await cookiesOf(page.context());
    assert.notEqual(after["sym_access"], before["sym_access"], place);
    assert.ok(after["sym_refresh_inline"] !== undefined, place);
    if (place === "an action") await page.getByText("Visits: 1").waitFor();
  }
  await page.goto("/account");
  await page.getByText("Visits: 1").waitFor();
});

test("a page that can set no cookie knows its user for as long as the session lives, and costs them nothing", async (t) => {
  const first = await application.start(t);
  // Scripts would fetch what the page links to, through the proxy.
  const page = await openPage(t, first.url, false);
  await register(page, "elsewhere@example.com");
  const before = await cookiesOf(page.context());
  await first.end("SIGKILL");
  const running = await application.start(t, pastAccessToken);
  for (let time = 0; time < 5; time += 1) {
    await page.goto("/elsewhere");
    assert.match(await page.getByRole("heading").innerText(), /^You are /);
  }
  assert.deepEqual(await cookiesOf(page.context()), before);
  await page.goto("/account");
  await page.getByRole("heading", { name: "Account" }).waitFor();
  assert.notEqual((await cookiesOf(page.context()))["sym_access"], before["sym_access"]);
  assert.doesNotMatch(running.output, /Error/);
});

test("the cookies of a route handler go with its answer, also where it redirects", async (t) => {
  const { url } = await application.start(t);
  const page = await openPage(t, url, false);
  await register(page, "leaving@example.com");
  assert.equal((await page.request.get("/api/profile")).status(), 200);
  const headers = { origin: url, "sec-fetch-site": "same-origin" };
  const left = await page.request.post("/leave", { headers, maxRedirects: 0 });
  assert.deepEqual([left.status(), left.headers()["location"]], [307, "/"]);
  assert.deepEqual(await page.context().cookies(), []);
  assert.equal((await page.request.get("/api/profile")).status(), 401);
});

test("a form of another site signs nobody in by an action", async (t) => {
  const { url } = await application.start(t);
  const owner = await openPage(t, url);
  await register(owner, "attacker@example.com");
  const victim = await openPage(t, url, false);
  await victim.goto("/sign-in");
  // What the attacker's form has, too: the names by which Next finds the action.
  const hidden = await victim
    .locator("form input[type=hidden]")
    .evaluateAll((inputs) =>
      (inputs as HTMLInputElement[]).map(({ name, value }) => [name, value]),
    );
  const form = {
    ...(Object.fromEntries(hidden) as Record<string, string>),
    email: "attacker@example.com",
    password: alice.password,
  };
  assert.ok(hidden.length > 0);
  for (const headers of [
    // Next looks at the one, Symbolon at either.
    { origin: "https://attacker.example" },
    { origin: url, "sec-fetch-site": "cross-site" },
  ]) {
    await victim.request.post("/sign-in", { multipart: form, headers });
    assert.deepEqual(await victim.context().cookies(), []);
  }
  await victim.request.post("/sign-in", { multipart: form, headers: { origin: url } });
  assert.equal((await victim.context().cookies()).length, 2);
});
