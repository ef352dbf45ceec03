import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, test, type TestContext } from "node:test";
import type { Page, ViewportSize } from "playwright-core";
import { demoPassword } from "../../examples/saas/demo.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { NodeProcess } from "../support/node-process.ts";
import { startBrowser } from "./support/browser.ts";
import { looks } from "./support/visitor.ts";

/* The dashboard of `examples/saas`, as people use it. `test/examples/saas.test.ts` has what its server answers. */

const root = new URL("../../", import.meta.url).pathname;
const axe = readFileSync(`${root}node_modules/axe-core/axe.min.js`, "utf8");
const screenshots = process.env["SCREENSHOTS"];

const browser = await startBrowser();
const server = await NodeProcess.start(["examples/saas/app.ts"], {
  AUTH_SECRET: testSecret,
  DATABASE: join(temporaryFolder(), "saas.db"),
  POSTGRES_URL: "postgres://127.0.0.1:1/none",
});
after(() => server.end("SIGKILL"));

interface Looks {
  readonly viewport?: ViewportSize;
  readonly colorScheme?: "light" | "dark";
}

/** A browser of somebody's own. It fails the test when the page breaks its own policy, or a script throws. */
async function open(t: TestContext, look: Looks = {}): Promise<Page> {
  const context = await browser.newContext({
    baseURL: server.url,
    reducedMotion: "reduce",
    ...look,
  });
  context.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("console", (message) => {
    // An answer that says no is an error of the network to Chromium.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  return context.newPage();
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto("/");
  await fillIn(page, name);
}

async function fillIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("Email address").fill(`${name}@example.com`);
  await page.getByLabel("Password").fill(demoPassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").waitFor();
}

/** Opens a workspace; who has one only is in it already. */
async function work(t: TestContext, name: string, workspace?: string): Promise<Page> {
  const page = await open(t);
  await signIn(page, name);
  if (workspace !== undefined) {
    await page.getByRole("button", { name: `Open ${workspace}` }).click();
  }
  await heading(page, "Projects").waitFor();
  return page;
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

const follow = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("link", { name }).click();
  await heading(page, name).waitFor();
};

const menu = (page: Page): Promise<string[]> =>
  page.getByRole("navigation").getByRole("link").allInnerTexts();

/** The answers to what the page asks for from now on. */
function answers(page: Page): string[] {
  const heard: string[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname !== "/icon.svg") heard.push(`${pathname} ${response.status()}`);
  });
  return heard;
}

/** A reload would forget it. */
const mark = (page: Page): Promise<void> =>
  page.evaluate(() => void Object.assign(globalThis, { marked: true }));
const isMarked = (page: Page): Promise<boolean> => page.evaluate(() => "marked" in globalThis);

const ofGrace = (page: Page) => page.getByRole("listitem").filter({ hasText: "grace@" });

test("the next click of whom a role was taken away from is refused, and the page changes without a reload", async (t) => {
  const ada = await work(t, "ada", "Acme Rockets");
  const grace = await work(t, "grace");
  await follow(grace, "Members");
  await mark(grace);
  assert.deepEqual(await menu(grace), ["Projects", "Invoices", "Members", "Devices"]);

  await follow(ada, "Members");
  await ofGrace(ada).getByRole("button", { name: "Make member" }).click();
  await ofGrace(ada).getByRole("button", { name: "Make administrator" }).waitFor();

  const heard = answers(grace);
  await grace.getByRole("button", { name: "Make member" }).click();
  await grace.getByText("You are no longer an administrator of Acme Rockets.").waitFor();
  assert.match(heard[0] ?? "", /\/members\/.* 403$/);
  assert.deepEqual(await menu(grace), ["Projects", "Devices"]);
  await heading(grace, "For administrators").waitFor();
  assert.ok(await isMarked(grace));

  await ofGrace(ada).getByRole("button", { name: "Make administrator" }).click();
  await ofGrace(ada).getByRole("button", { name: "Make member" }).waitFor();
});

test("a service that knows tokens only says that one is outdated; it is renewed unnoticed, and then refused", async (t) => {
  const ada = await work(t, "ada", "Acme Rockets");
  const grace = await work(t, "grace");
  await follow(grace, "Invoices");
  await grace.getByText("Nose cone, painted").waitFor();
  await follow(grace, "Projects");
  await mark(grace);

  await follow(ada, "Members");
  await ofGrace(ada).getByRole("button", { name: "Make member" }).click();
  await ofGrace(ada).getByRole("button", { name: "Make administrator" }).waitFor();
  const invoices = "/billing/tenants/acme/invoices";
  const deadline = Date.now() + 10_000; // `saas.test.ts` holds it to the lease
  while ((await grace.request.get(invoices)).status() !== 401) {
    assert.ok(Date.now() < deadline, "the service has never heard of it");
    await pause(20);
  }

  const heard = answers(grace);
  await grace.getByRole("link", { name: "Invoices" }).click();
  await grace.getByText("You are no longer an administrator of Acme Rockets.").waitFor();
  const expected = [`${invoices} 401`, "/auth/refresh 200", `${invoices} 403`, "/api/me 200"];
  assert.deepEqual(heard.slice(0, 4), expected);
  assert.deepEqual(await menu(grace), ["Projects", "Devices"]);
  assert.ok(await isMarked(grace));

  await ofGrace(ada).getByRole("button", { name: "Make administrator" }).click();
  await ofGrace(ada).getByRole("button", { name: "Make member" }).waitFor();
});

test("switching the workspace switches it in all tabs, with the rights of the other one", async (t) => {
  const ada = await work(t, "ada", "Acme Rockets");
  const other = await ada.context().newPage();
  await other.goto("/members");
  await heading(other, "Members").waitFor();

  await ada.getByRole("link", { name: "Acme Rockets" }).click();
  await ada.getByRole("button", { name: "Open Globex Energy" }).click();
  await ada.getByText("Tidal plant").waitFor();
  assert.deepEqual(await menu(ada), ["Projects", "Devices"]);
  await other.getByRole("link", { name: "Globex Energy" }).waitFor();
  await heading(other, "For administrators").waitFor();
  assert.deepEqual(await menu(other), ["Projects", "Devices"]);
  assert.equal(await other.getByText("grace@example.com").count(), 0);
});

test("who is in a tenant that is suspended is signed out with the next click, and may come back when it is resumed", async (t) => {
  const edith = await work(t, "edith");
  const olga = await open(t);
  await signIn(olga, "olga");
  await olga.getByRole("button", { name: "Suspend Globex Energy" }).click();
  await olga.getByRole("button", { name: "Really suspend it?" }).click();
  await olga.getByText(/^Globex Energy is suspended\. \d+ sessions? ended\.$/).waitFor();

  await edith.getByRole("link", { name: "Members" }).click();
  await heading(edith, "Sign in").waitFor();
  await edith.getByText("The session has ended. Sign in again.").waitFor();
  await fillIn(edith, "edith");
  await edith.getByText("Suspended").waitFor();
  assert.ok(await edith.getByRole("button", { name: "Open Globex Energy" }).isDisabled());

  await olga.getByRole("button", { name: "Resume Globex Energy" }).click();
  await olga.getByRole("button", { name: "Suspend Globex Energy" }).waitFor();
  await edith.reload();
  await edith.getByText("Globex Energy").first().waitFor();
  await heading(edith, "Members").waitFor();
});

test("an administrator adds somebody, who sees the workspace, and works there until they are removed", async (t) => {
  const ada = await work(t, "ada", "Acme Rockets");
  const alan = await open(t);
  await signIn(alan, "alan");
  await alan.getByText("You are not a member of any workspace.").waitFor();
  await follow(ada, "Members");
  await ada.getByLabel("Email address").fill("nobody@example.com");
  await ada.getByRole("button", { name: "Add to Acme Rockets" }).click();
  await ada.getByText("There is no account with this email address.").waitFor();
  await ada.getByLabel("Email address").fill("alan@example.com");
  await ada.getByRole("button", { name: "Add to Acme Rockets" }).click();
  const row = ada.getByRole("listitem").filter({ hasText: "Alan Turing" });
  await row.waitFor();

  await alan.reload();
  await heading(alan, "Projects").waitFor();
  await alan.getByLabel("New project").fill("Bombe");
  await alan.getByRole("button", { name: "Add project" }).click();
  await alan.getByText("by Alan Turing").waitFor();
  await row.getByRole("button", { name: "Remove" }).click();
  await row.getByRole("button", { name: "Really remove?" }).click();
  await row.waitFor({ state: "detached" });
  await alan.getByLabel("New project").fill("Colossus");
  await alan.getByRole("button", { name: "Add project" }).click();
  await alan.getByText("You are no longer a member of Acme Rockets.").waitFor();
  assert.deepEqual(await menu(alan), ["Devices"]);
});

test("a page that cannot say where its user may work says so, and goes on by itself", async (t) => {
  const page = await open(t);
  await page.clock.install();
  let isAway = true;
  await page.route("**/api/me", (route) =>
    isAway ? route.fulfill({ status: 502, body: "bad gateway" }) : route.continue(),
  );
  await page.goto("/");
  await page.getByLabel("Email address").fill("grace@example.com");
  await page.getByLabel("Password").fill(demoPassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("status").getByText("That did not work").waitFor();
  isAway = false;
  await page.clock.fastForward(6_000);
  await heading(page, "Projects").waitFor();
});

test("one device signs another one out", async (t) => {
  const [one, other] = [await work(t, "grace"), await work(t, "grace")];
  await follow(one, "Devices");
  await one.getByRole("button", { name: "Sign out everywhere else" }).click();
  await one.getByRole("button", { name: "Really sign out everywhere else?" }).click();
  await one.getByRole("button", { name: "everywhere else" }).waitFor({ state: "detached" });
  await other.getByRole("link", { name: "Members" }).click();
  await heading(other, "Sign in").waitFor();
});

for (const { name, viewport, colorScheme } of looks) {
  test(`no page has a fault that axe finds, nor scrolls sideways (${name})`, async (t) => {
    const page = await open(t, { viewport, colorScheme });
    const see = async (what: string): Promise<void> => {
      await page.evaluate(axe);
      const faults = await page.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))",
      );
      assert.deepEqual(faults, [], what);
      if (screenshots !== undefined) {
        await page.screenshot({
          path: join(screenshots, `saas-${what}-${name}.png`),
          fullPage: true,
        });
      }
      if (viewport.width < 500) await page.setViewportSize({ width: 320, height: 640 });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= (page.viewportSize()?.width ?? 0), `${what} is ${width} px wide`);
      await page.setViewportSize(viewport);
    };
    await page.goto("/");
    await heading(page, "Sign in").waitFor();
    await see("sign-in");
    await fillIn(page, "ada");
    await heading(page, "Workspaces").waitFor();
    await see("workspaces");
    await page.getByRole("button", { name: "Open Acme Rockets" }).click();
    await page.getByText("Return stage", { exact: true }).first().waitFor();
    await see("projects");
    await follow(page, "Invoices");
    await page.getByText("Nose cone, painted").waitFor();
    await see("invoices");
    await follow(page, "Members");
    await ofGrace(page).getByRole("button", { name: "Remove" }).click();
    await see("members");
    await follow(page, "Devices");
    await page.getByText("This device").waitFor();
    await see("devices");
    await page.goto("/elsewhere");
    await heading(page, "Nothing here").waitFor();
    await see("nothing");
    await page.getByRole("button", { name: "Sign out" }).click();
    await fillIn(page, "olga");
    await page.goto("/operator");
    await page.getByRole("button", { name: "Suspend Acme Rockets" }).waitFor();
    await see("operator");
  });
}
