import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { startExample, startLater } from "../support/timed-example.ts";
import { startBrowser } from "./support/browser.ts";

/* The examples whose tokens are in cookies, with a browser that keeps them. */

const browser = await startBrowser();
const env = { AUTH_SECRET: testSecret, DATABASE: join(temporaryFolder(), "example.db") };

async function openPage(t: TestContext, url: string): Promise<Page> {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

test("cookie.ts: a page is signed in, and its scripts cannot read by what", async (t) => {
  const { url } = await startExample(t, "jwt-login/cookie.ts", { env });
  const page = await openPage(t, `${url}/profile`);
  const statuses = await page.evaluate(async () => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ name: "ada", password: "first program ever" });
    const ask = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(path, init)).status;
    return [
      await ask("/login", { method: "POST", headers, body }),
      await ask("/profile"),
      document.cookie.length + localStorage.length,
      await ask("/logout", { method: "POST" }),
      await ask("/profile"),
    ];
  });
  assert.deepEqual(statuses, [200, 200, 0, 200, 401]);
});

test("hybrid.ts: a page stays signed in when its access token has expired, until it logs out", async (t) => {
  const first = await startExample(t, "jwt-login/hybrid.ts", { env });
  const page = await openPage(t, first.url);
  const press = async (name: string, path: string, status: number): Promise<string> => {
    const answered = page.waitForResponse(
      (response) => response.url().endsWith(path) && response.status() === status,
    );
    await page.getByRole("button", { name, exact: true }).click();
    await (await answered).finished();
    return page.locator("#answer:not(:empty)").innerText();
  };
  await press("Who am I?", "/profile", 401);
  await page.getByLabel("Password").fill("first program ever");
  assert.equal(await press("Log in", "/login", 200), "Hello, ada");
  assert.equal(await page.evaluate(() => document.cookie), "");

  await startLater(t, "jwt-login/hybrid.ts", first, { env, aheadMs: 6 * 60_000 });
  const paths: string[] = [];
  page.on("response", (response) => {
    paths.push(`${new URL(response.url()).pathname} ${response.status()}`);
  });
  await press("Who am I?", "/profile", 200);
  await page.getByText("ada", { exact: true }).waitFor();
  assert.deepEqual(paths, ["/profile 401", "/auth/refresh 200", "/profile 200"]);

  await press("Log out", "/logout", 200);
  assert.deepEqual(await page.context().cookies(), []);
  await press("Who am I?", "/profile", 401);
});
