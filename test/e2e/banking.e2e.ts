import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { ada, grace, type Customer } from "../../examples/banking/demo.ts";
import { openBank } from "../support/open-bank.ts";
import { passTime } from "../support/pass-time.ts";
import { Complaints, startBrowser } from "./support/browser.ts";
import { looks, type Look } from "./support/visitor.ts";

/* The bank of `examples/banking` in a browser. Both clocks, the bank's and the page's, move only when a test says so. */

const browser = await startBrowser();
const axeSource = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const screenshots = process.env["SCREENSHOTS"];
const minuteMs = 60_000;
const [desk] = looks;

/** A browser of its own. Comes before the bank, so that it is closed before: what it still loads must find somebody. */
async function openPage(t: TestContext, look: Look | undefined = desk): Promise<Page> {
  const { viewport, colorScheme, javaScriptEnabled } = look ?? {};
  const context = await browser.newContext({
    reducedMotion: "reduce",
    ...(viewport && { viewport }),
    ...(colorScheme && { colorScheme }),
    ...(javaScriptEnabled !== undefined && { javaScriptEnabled }),
  });
  context.setDefaultTimeout(10_000);
  const complaints = new Complaints();
  complaints.listenTo(context);
  t.after(async () => {
    await context.close();
    // The policy of the page was never broken, nor did a script fail.
    complaints.assertNone();
  });
  return context.newPage();
}

async function press(page: Page, name: string): Promise<void> {
  const arrived = page.waitForEvent("load");
  await page.getByRole("button", { name, exact: true }).click();
  await arrived;
}

/** Fills in the form that the page shows. */
async function signIn(page: Page, { email, password }: Customer): Promise<void> {
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(password);
  await press(page, "Sign in");
}

const heading = (page: Page): Promise<string> =>
  page.getByRole("heading", { level: 1 }).innerText();
const pathOf = (page: Page): string => new URL(page.url()).pathname;

async function assertAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axeSource);
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    "axe.run().then(({ violations }) => violations)",
  );
  const violations = found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
  assert.deepEqual(violations, [], where);
}

/** Looks at a page as somebody would who sees badly, or has a small screen; and takes its picture. */
async function see(page: Page, name: string, look: Look): Promise<void> {
  assert.equal(await page.locator("h1").count(), 1, name);
  const { clientWidth, scrollWidth } = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    return { clientWidth, scrollWidth };
  });
  assert.ok(scrollWidth <= clientWidth, `${name} scrolls sideways`);
  if (look.javaScriptEnabled) await assertAccessible(page, `${name}, ${look.name}`);
  if (screenshots === undefined) return;
  mkdirSync(screenshots, { recursive: true });
  const path = join(screenshots, `banking-${name}-${look.name}.png`);
  await page.screenshot({ path, fullPage: true });
}

for (const look of looks) {
  const by = `${look.name}, ${look.javaScriptEnabled ? "with" : "without"} JavaScript`;

  test(`a customer signs in, sends money, gives the password once more, and leaves (${by})`, async (t) => {
    const page = await openPage(t, look);
    const { base, clock } = await openBank(t);
    await page.goto(`${base}/accounts/10-20-30`);
    await see(page, "sign-in", look);
    await signIn(page, { ...ada, password: grace.password });
    assert.match(await page.getByRole("alert").innerText(), /password is not right/);
    await see(page, "sign-in-wrong", look);
    await signIn(page, ada);
    assert.equal(await heading(page), "Everyday");
    await see(page, "account", look);
    await page.getByRole("link", { name: "Accounts", exact: true }).click();
    await see(page, "accounts", look);

    await page.getByRole("link", { name: "Make a transfer" }).click();
    await see(page, "transfer", look);
    await press(page, "Send");
    assert.equal(await page.locator("[aria-invalid]").count(), 3);
    await see(page, "transfer-errors", look);
    await page.getByLabel("To account number").fill("20-30-40");
    await page.getByLabel("Amount in euro").fill("120.50");
    await page.getByLabel("Reference").fill("Books <b>");
    await passTime(clock, 5 * minuteMs + 1);
    await press(page, "Send");
    assert.equal(await heading(page), "Is it you?");
    assert.match(await page.getByRole("main").innerText(), /€120\.50\s+to\s+Grace Hopper/);
    await see(page, "confirm", look);
    await page.getByLabel("Password").fill("not this one at all");
    await press(page, "Go on");
    await page.getByLabel("Password").fill(ada.password);
    await press(page, "Go on");
    assert.equal(await page.getByLabel("To account number").inputValue(), "20-30-40");
    assert.equal(await page.getByLabel("Amount in euro").inputValue(), "120.50");
    assert.equal(await page.getByLabel("Reference").inputValue(), "Books <b>");
    await see(page, "transfer-back", look);
    await press(page, "Send");
    assert.match(await heading(page), /Sent$/);
    await see(page, "receipt", look);

    await page.goto(`${base}/security`);
    await see(page, "security", look);
    await press(page, "Sign out");
    assert.match(await page.getByRole("status").innerText(), /You have signed out/);
    await page.goBack();
    assert.equal(pathOf(page), "/sign-in");
  });
}

test("a form that is sent twice by an impatient hand is one transfer", async (t) => {
  const page = await openPage(t);
  const { base } = await openBank(t);
  await page.goto(base);
  await signIn(page, ada);
  await page.goto(`${base}/transfer`);
  await page.getByLabel("To account number").fill("20-30-40");
  await page.getByLabel("Amount in euro").fill("100");
  await page.getByLabel("Reference").fill("Twice");
  await page.getByRole("button", { name: "Send" }).dblclick();
  await page.getByRole("heading", { name: "Sent" }).waitFor();
  await page.goto(`${base}/accounts/10-20-30`);
  assert.equal(await page.getByText("Twice").count(), 1);
  assert.equal(await page.locator(".total b").innerText(), "€1,857.11");
});

test("the second browser signs the first one out, which is told why", async (t) => {
  const [first, second] = [await openPage(t), await openPage(t)];
  const { base } = await openBank(t);
  for (const page of [first, second]) {
    await page.goto(base);
    await signIn(page, ada);
  }
  await first.getByRole("link", { name: "Security" }).click();
  await first.waitForURL("**/sign-in?*");
  assert.match(await first.getByRole("status").innerText(), /signed in as you on another device/);
  if (desk !== undefined) await see(first, "replaced", desk);
  await signIn(first, ada);
  assert.equal(pathOf(first), "/security");
  await second.reload();
  assert.equal(pathOf(second), "/sign-in");
});

test("a link on another site leads to the sign-in page, and from there on with one click", async (t) => {
  const page = await openPage(t);
  const { base } = await openBank(t);
  await page.goto(base);
  await signIn(page, ada);
  const body = `<a href="${base}/security">Your bank</a>`;
  const headers = { "content-type": "text/html" };
  await page.route("http://mail.example/", (route) => route.fulfill({ headers, body }));
  await page.goto("http://mail.example/");
  await page.getByRole("link").click();
  await page.waitForURL("**/sign-in?*");
  await page.getByRole("link", { name: "go on" }).click();
  await page.waitForURL("**/security");
  assert.equal(await heading(page), "Security");
});

test("the countdown asks the server nothing, and hides the page when the time is up", async (t) => {
  const page = await openPage(t);
  const { base, clock } = await openBank(t);
  await page.clock.install();
  await page.goto(base);
  await signIn(page, ada);
  const requests: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    // The icon of the tab, which may come late, is no question about the session.
    if (!pathname.startsWith("/public/")) requests.push(pathname);
  });
  const countdown = page.locator("#countdown");
  await page.clock.fastForward(12 * minuteMs);
  assert.equal(await countdown.innerText(), "Signed out in 3:00");
  assert.equal(await page.getByRole("button", { name: "Stay signed in" }).isVisible(), false);
  await page.clock.fastForward(2 * minuteMs);
  assert.equal(await countdown.innerText(), "Signed out in 1:00");
  assert.equal(await page.getByRole("button", { name: "Stay signed in" }).isVisible(), true);
  if (desk !== undefined) await see(page, "still-there", desk);
  assert.deepEqual(requests, []);

  await passTime(clock, 15 * minuteMs);
  await page.clock.fastForward(minuteMs + 3_000);
  await page.waitForURL("**/timed-out");
  if (desk !== undefined) await see(page, "timed-out", desk);
  await page.getByRole("link", { name: "Back to your accounts" }).click();
  await page.waitForURL("**/sign-in?*");
  assert.match(await page.getByRole("status").innerText(), /nothing happened here for 15 minutes/);
});

test("what is typed stays when the button keeps the session, and other tabs learn of it", async (t) => {
  const page = await openPage(t);
  const { base, clock } = await openBank(t);
  await page.context().clock.install();
  await page.goto(base);
  await signIn(page, ada);
  await page.goto(`${base}/transfer`);
  const other = await page.context().newPage();
  await other.goto(`${base}/accounts`);
  await page.getByLabel("Reference").fill("Half of a");
  await passTime(clock, 14 * minuteMs);
  await page.clock.fastForward(14 * minuteMs);
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await page.getByText("Signed out in 15:00").waitFor();
  await other.getByText("Signed out in 15:00").waitFor();
  assert.equal(await page.getByLabel("Reference").inputValue(), "Half of a");
  await passTime(clock, 14 * minuteMs);
  await page.reload();
  assert.equal(pathOf(page), "/transfer");
});

test("who signs out in one tab leaves no balance in another, whoever signs in next", async (t) => {
  const page = await openPage(t);
  const { base } = await openBank(t);
  await page.goto(base);
  await signIn(page, ada);
  const other = await page.context().newPage();
  await other.goto(`${base}/accounts`);
  // A link on another site leads to the same address, and is no sign-out.
  const mail = `<a href="${base}/sign-in?signed-out">Your bank</a>`;
  await page.route("http://mail.example/", (route) =>
    route.fulfill({ headers: { "content-type": "text/html" }, body: mail }),
  );
  await page.goto("http://mail.example/");
  await page.getByRole("link").click();
  await page.waitForURL("**/sign-in?*");
  await page.goto(`${base}/security`);
  assert.equal(pathOf(other), "/accounts");

  await press(page, "Sign out");
  await other.waitForURL("**/sign-in");
  assert.doesNotMatch(await other.content(), /€/);
  await signIn(page, grace);
  assert.equal(pathOf(other), "/sign-in");
});

test("a page without script hides by itself, too", async (t) => {
  const page = await openPage(t, { ...looks[0], javaScriptEnabled: false } as Look);
  const { base } = await openBank(t);
  await page.goto(base);
  await signIn(page, ada);
  const refresh = page.locator("noscript meta");
  assert.match((await refresh.getAttribute("content")) ?? "", /^90\d; url=\/timed-out$/);
  // A quarter of an hour, made short.
  await page.route("**/accounts", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/content="90\d; /, 'content="1; ');
    await route.fulfill({ response, body });
  });
  await page.goto(`${base}/accounts`);
  await page.waitForURL("**/timed-out");
});
