import assert from "node:assert/strict";
import { after } from "node:test";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

/** Starts Debian's Chromium until the tests of the file have ended. */
export async function startBrowser(...args: readonly string[]): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
      ...args,
    ],
  });
  after(() => browser.close());
  return browser;
}

/** What the browser said about a page: blocked by the CSP, a wrong attribute, a script's error. */
export class Complaints {
  readonly #heard: string[] = [];

  /** Listens to all pages of the context. */
  listenTo(context: BrowserContext): void {
    context.on("console", (message) => {
      const [type, text] = [message.type(), message.text()];
      if (type !== "error" && type !== "warning") return;
      // An answer that says no (401, 422) is a page like others; Chromium reports it as an error of the network.
      if (/^Failed to load resource: .* status of (?:401|409|422|404|429) /.test(text)) return;
      this.#heard.push(`${message.location().url} ${type}: ${text}`);
    });
    context.on("weberror", (error) => this.#heard.push(String(error.error())));
    context.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // Whoever goes on before the icon has come cuts it off.
      if (reason !== "net::ERR_ABORTED") this.#heard.push(`${request.url()} failed: ${reason}`);
    });
  }

  assertNone(): void {
    assert.deepEqual(this.#heard, []);
  }
}

/** What every page has: a title, one h1, labelled inputs, ids that occur once, and no sideways scrolling. */
export async function assertWellFormed(page: Page): Promise<void> {
  const where = page.url();
  assert.match(await page.title(), /^.+ · Symbolon$/, where);
  assert.equal(await page.locator("h1").count(), 1, `${where} has one h1`);
  const headings = await page
    .locator("h1, h2, h3")
    .evaluateAll((all) => all.map((each) => each.tagName));
  assert.equal(headings[0], "H1", `${where} begins with its h1`);
  const unlabelled = await page
    .locator("input:not([type=hidden]):not([hidden])")
    .evaluateAll((inputs) =>
      (inputs as HTMLInputElement[])
        .filter(({ labels }) => labels === null || labels.length === 0)
        .map(({ name }) => name),
    );
  assert.deepEqual(unlabelled, [], `${where} labels its inputs`);
  const ids = await page.locator("[id]").evaluateAll((all) => all.map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length, `${where} has an id twice`);
  const described = await page
    .locator("[aria-describedby]")
    .evaluateAll((all) =>
      all.flatMap((each) => (each.getAttribute("aria-describedby") ?? "").split(" ")),
    );
  for (const id of described) assert.ok(ids.includes(id), `${where} describes by ${id}`);
  const { width, scrolled } = await page.evaluate(() => ({
    width: document.documentElement.clientWidth,
    scrolled: document.documentElement.scrollWidth,
  }));
  assert.ok(scrolled <= width, `${where} scrolls sideways`);
}
