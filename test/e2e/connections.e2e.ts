import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test, type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { memoryStore } from "symbolon/stores/memory";
import { startBrowser } from "./support/browser.ts";
import { startConnectedApp } from "./support/connected-app.ts";
import { terminateTls } from "./support/tls.ts";

// Two processes of one application: each has an engine of its own, and the store is all that they share.
const store = memoryStore();
const app = await startConnectedApp(store);
const elsewhere = await startConnectedApp(store);

const attacker = createServer((_request, response) => {
  response.setHeader("content-type", "text/html").end("<!doctype html><title>attacker</title>");
});
attacker.listen(0, "127.0.0.1");
await once(attacker, "listening");
after(() => {
  attacker.closeAllConnections();
  attacker.close();
});
const attackerPort = await terminateTls(() => (attacker.address() as AddressInfo).port);

const rules = ["app.test", "*.app.test", "attacker.test"].map((host) => `MAP ${host} 127.0.0.1`);
const browser = await startBrowser(`--host-resolver-rules=${rules.join(", ")}`);

async function newPage(t: TestContext): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  context.setDefaultTimeout(20_000);
  t.after(() => context.close());
  return context.newPage();
}

/** What a page heard of its connections. */
interface Heard {
  opened: string[];
  ended: string[];
  stream: EventSource;
}

/** Opens a WebSocket and an event stream in the page, and waits until both have said whose they are. */
async function connectBoth(page: Page): Promise<void> {
  await page.evaluate(() => {
    const socket = new WebSocket(`wss://${location.host}/`);
    const stream = new EventSource("/events");
    const heard: Heard = { opened: [], ended: [], stream };
    Object.assign(window, { heard });
    socket.addEventListener("message", ({ data }) => heard.opened.push(`socket ${data}`));
    stream.addEventListener("message", ({ data }) => heard.opened.push(`stream ${data}`));
    socket.addEventListener("close", ({ code, reason, wasClean }) =>
      heard.ended.push(`socket ${code} ${reason} ${wasClean}`),
    );
    stream.addEventListener("session-ended", ({ data }) => heard.ended.push(`stream ${data}`));
  });
  await page.waitForFunction(
    () => (window as unknown as { heard: Heard }).heard.opened.length === 2,
  );
}

async function whatEnded(page: Page): Promise<readonly string[]> {
  await page.waitForFunction(
    () => (window as unknown as { heard: Heard }).heard.ended.length === 2,
  );
  return page.evaluate(() => (window as unknown as { heard: Heard }).heard.ended.toSorted());
}

const bothRevoked = ["socket 4401 session_revoked true", 'stream {"reason":"session_revoked"}'];

test("a WebSocket and an event stream close in the page when another browser ends the session elsewhere", async (t) => {
  const page = await newPage(t);
  await page.goto(`${app.origin}/login`);
  await connectBoth(page);
  assert.equal(app.openSockets(), 1);

  const other = await newPage(t);
  await other.goto(`${elsewhere.origin}/login`);
  const status = await other.evaluate(async () => {
    const { status } = await fetch("/auth/sessions", { method: "DELETE" });
    return status;
  });
  assert.equal(status, 200);
  assert.deepEqual(await whatEnded(page), bothRevoked);
  assert.equal(app.openSockets(), 0);

  // The stream asks again by itself, is answered 401, and gives up.
  await page.waitForFunction(
    () => (window as unknown as { heard: Heard }).heard.stream.readyState === EventSource.CLOSED,
  );
});

test("they close when the same browser signs out in another tab", async (t) => {
  const page = await newPage(t);
  await page.goto(`${app.origin}/login`);
  await connectBoth(page);
  const tab = await page.context().newPage();
  await tab.goto(`${app.origin}/auth/session`);
  await tab.evaluate(() => fetch("/auth/sign-out", { method: "POST" }));
  assert.deepEqual(await whatEnded(page), bothRevoked);
});

for (const host of ["attacker.test", "evil.app.test"]) {
  test(`a page of ${host} cannot open a WebSocket with its visitor's cookie`, async (t) => {
    const page = await newPage(t);
    await page.goto(`${app.origin}/login`);
    const origin = `https://${host}:${attackerPort}`;
    await page.goto(origin);
    app.refused.length = 0;
    const outcome = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.addEventListener("message", ({ data }) => resolve(`heard ${data}`));
          socket.addEventListener("close", ({ code }) => resolve(`closed ${code}`));
        }),
      `${app.origin.replace("https:", "wss:")}/`,
    );
    assert.equal(outcome, "closed 1006");
    const refused = app.refused.map((event) => [event.code, event.origin]);
    const forItsOrigin = [["cross_site_request", origin]];
    // Said of requests with a cookie only. From another site Chromium keeps cookies to itself, whatever their SameSite.
    if (host === "evil.app.test" || refused.length > 0) assert.deepEqual(refused, forItsOrigin);
    assert.equal(app.openSockets(), 0);
  });
}
