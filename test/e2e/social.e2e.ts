import assert from "node:assert/strict";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { test, type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { demoPeople } from "../../examples/social/seed.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { startExample, startLater } from "../support/timed-example.ts";
import { Complaints, startBrowser } from "./support/browser.ts";

/* The social network in Chromium, with its app in a process of its own. */

const browser = await startBrowser();
const axe = readFileSync(
  new URL("../../node_modules/axe-core/axe.min.js", import.meta.url),
  "utf8",
);
const { ada, grace, mary } = demoPeople;
type Person = (typeof demoPeople)[keyof typeof demoPeople];
const file = "social/server.ts";

const serve = async (t: TestContext): Promise<string> =>
  (await startExample(t, file, { env: {} })).url;

async function openPage(t: TestContext, url: string, person?: Person): Promise<Page> {
  const context = await browser.newContext({ baseURL: url });
  context.setDefaultTimeout(15_000);
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto("/");
  if (person !== undefined) await signIn(page, person);
  return page;
}

async function signIn(page: Page, { email, password }: Person): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await isLive(page);
}

const isLive = (page: Page) => page.getByText("Live", { exact: true }).waitFor();
const postOf = (page: Page, text: string) => page.getByRole("article").filter({ hasText: text });
const likeOf = (page: Page, text: string, count: number) =>
  postOf(page, text).getByRole("button", { name: `Like, ${count} so far` });

async function post(page: Page, text: string): Promise<void> {
  await page.getByLabel("What would you like to say?").fill(text);
  await page.getByRole("button", { name: "Post", exact: true }).click();
  await postOf(page, text).waitFor();
}

/** The app of Grace's phone, as a person runs it. */
class Phone {
  output = "";
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;

  constructor(t: TestContext, url: string) {
    const args = ["--conditions=symbolon:source", "examples/social/mobile.ts", grace.email];
    const env = { SERVER: url, KEYCHAIN: join(temporaryFolder(), "keychain.json") };
    this.#child = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    this.ended = once(this.#child, "close");
    t.after(() => this.#child.kill("SIGKILL"));
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async says(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      assert.equal(this.#child.exitCode, null, this.output);
      await Promise.race([once(this.#child.stdout, "data"), this.ended]);
    }
  }
}

test("a like of the phone is seen in both tabs at once, and the phone that the page signs out says so", async (t) => {
  const url = await serve(t);
  const page = await openPage(t, url, grace);
  const complaints = new Complaints();
  complaints.listenTo(page.context());
  const tab = await page.context().newPage();
  await tab.goto("/");
  await isLive(tab);
  const ours = await openPage(t, url, ada);
  await post(ours, "Who is awake?");
  for (const each of [page, tab]) await likeOf(each, "Who is awake?", 0).waitFor();

  const phone = new Phone(t, url);
  await phone.says("Ada: Who is awake?");
  phone.type("/like");
  await ours.getByText("Grace likes your post.").waitFor();
  // In Grace's own tabs it is hers: pressed.
  for (const each of [page, tab]) {
    await likeOf(each, "Who is awake?", 1).and(each.locator("[aria-pressed=true]")).waitFor();
  }
  await likeOf(tab, "Who is awake?", 1).click();
  await phone.says("Grace no longer likes a post: 0 in all");
  await likeOf(page, "Who is awake?", 0).and(page.locator("[aria-pressed=false]")).waitFor();
  phone.type("Written on the train");
  await postOf(ours, "Written on the train").waitFor();

  await page.getByRole("link", { name: "Devices" }).click();
  await page.getByRole("button", { name: "Sign out Perch on a phone" }).click();
  await phone.says("This phone was signed out from somewhere else.");
  await phone.ended;
  await page.getByText("Perch on a phone is signed out.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Sign out Perch on a phone" }).count(), 0);
  await page.getByRole("link", { name: "Feed" }).click();
  await post(page, "Still here");
  assert.equal(await page.evaluate(() => document.cookie + JSON.stringify(localStorage)), "{}");
  complaints.assertNone();
});

test("a browser that is signed out from elsewhere says so in every tab, and shows nothing of its user any more", async (t) => {
  const url = await serve(t);
  const page = await openPage(t, url, ada);
  const tab = await page.context().newPage();
  await tab.goto("/#devices");
  await tab.getByRole("button", { name: "Sign out this device" }).waitFor();
  await page.getByLabel("What would you like to say?").fill("a secret, half written");
  const elsewhere = await openPage(t, url, ada);
  await elsewhere.getByRole("link", { name: "Devices" }).click();
  await elsewhere.getByRole("button", { name: "Sign out everywhere else" }).click();
  await elsewhere.getByText("Signed out 1 other device.").waitFor();
  for (const each of [page, tab]) {
    await each.getByText("You were signed out from elsewhere.").waitFor();
    assert.equal(await each.getByRole("article").count(), 0);
    assert.equal(await each.locator("#text").inputValue(), "");
  }
  await signIn(page, ada);
  await tab.getByRole("button", { name: "Sign out this device" }).click();
  await page.getByText("You were signed out from elsewhere.").waitFor();
  assert.equal(await tab.locator("#ended").isVisible(), false, "they know why");
});

test("page and phone stay signed in when their access tokens have expired and the server was away", async (t) => {
  const env = { AUTH_SECRET: testSecret, DATABASE: join(temporaryFolder(), "social.db") };
  const first = await startExample(t, file, { env });
  const page = await openPage(t, first.url, ada);
  const phone = new Phone(t, first.url);
  await phone.says("Signed in as Grace");
  const refreshes: number[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith("/auth/refresh")) refreshes.push(response.status());
  });
  const connectedAgain = page.waitForEvent("websocket", {
    predicate: (socket) => socket.url().endsWith("/live"),
  });
  await startLater(t, file, first, { env, aheadMs: 6 * 60_000 });
  await connectedAgain;
  await isLive(page);
  assert.deepEqual(
    refreshes.filter((status) => status === 200),
    [200],
  );
  await post(page, "Six minutes later");
  await phone.says("Ada: Six minutes later");
  phone.type("/like");
  await likeOf(page, "Six minutes later", 1).waitFor();
});

test("what users write is shown as text, whatever it says", async (t) => {
  const url = await serve(t);
  const victim = await openPage(t, url, ada);
  const complaints = new Complaints();
  complaints.listenTo(victim.context());
  const attacker = await openPage(t, url);
  await attacker.getByRole("button", { name: "Create an account" }).click();
  const name = `<img src=x onerror="document.title='x'">`;
  await attacker.getByLabel("Name").fill(name);
  await attacker.getByLabel("Email").fill("mallory@example.com");
  await attacker.getByLabel("Password").fill("a phrase that nobody guesses");
  await attacker.getByRole("button", { name: "Create account" }).click();
  await isLive(attacker);
  const texts = [
    `<img src=x onerror="document.title='owned'">`,
    `<script>document.title='owned'</script><svg onload="document.title='owned'">`,
    `</p><a href="javascript:alert(1)">click</a>`,
  ];
  for (const text of texts) {
    await post(attacker, text);
    await postOf(victim, text).getByText(name, { exact: true }).waitFor();
  }
  await victim.reload();
  await postOf(victim, texts[0] ?? "").waitFor();
  assert.equal(await victim.title(), "Perch");
  assert.equal(await victim.locator("#posts :is(img, script, a, [onerror], [onload])").count(), 0);
  complaints.assertNone();
  const refused = await victim.evaluate(() => {
    try {
      document.body.innerHTML = "<p>a mistake that somebody makes later</p>";
      return "taken";
    } catch (error) {
      return String(error);
    }
  });
  assert.match(refused, /TrustedHTML/);
});

test("another site's page, to which the browser sends the cookies along, can neither post nor listen", async (t) => {
  const url = await serve(t);
  const page = await openPage(t, url, ada);
  const other = await page.context().newPage();
  // Another port is another origin, but the same site: not even SameSite=Strict would keep the cookies back.
  const attacker = "http://localhost:8999/";
  const body = `<form method="post" action="${url}/api/posts"><button>Win</button></form>`;
  await other.route(attacker, (route) => route.fulfill({ contentType: "text/html", body }));
  await other.goto(attacker);
  const ended = await other.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${url.replace("http", "ws")}/live`);
        socket.addEventListener("open", () => resolve("open"));
        socket.addEventListener("close", ({ code }) => resolve(code));
      }),
    url,
  );
  assert.equal(ended, 1006);
  const forged = other.waitForResponse(`${url}/api/posts`);
  await other.getByRole("button").click();
  assert.equal((await forged).status(), 403);
  await post(page, "Mine alone");
});

test("a moderator's ban closes the user's page and phone at once, and their sign-in says why", async (t) => {
  const url = await serve(t);
  const page = await openPage(t, url, grace);
  const phone = new Phone(t, url);
  await phone.says("Signed in as Grace");
  assert.equal(await page.getByRole("button", { name: /^Ban/ }).count(), 0);
  const moderator = await openPage(t, url, mary);
  moderator.on("dialog", (dialog) => void dialog.accept());
  await moderator.getByRole("button", { name: "Ban Grace" }).click();
  await moderator.getByText("Grace is banned.").waitFor();
  await page.getByText("You were signed out from elsewhere.").waitFor();
  await phone.says("signed out");
  await page.getByLabel("Email").fill(grace.email);
  await page.getByLabel("Password").fill(grace.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("A moderator has closed this account.").waitFor();
});

test("a like is shown before the server has it, and taken back when it does not get through", async (t) => {
  const url = await serve(t);
  const page = await openPage(t, url, ada);
  const held = Promise.withResolvers<void>();
  await page.route("**/like", async (route) => {
    await held.promise;
    await route.abort();
  });
  await likeOf(page, "Found an actual bug", 0).click();
  await likeOf(page, "Found an actual bug", 1).waitFor();
  held.resolve();
  await page.getByText("Your like did not get through.").waitFor();
  await likeOf(page, "Found an actual bug", 0).waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`every state has what assistive technology needs, and fits a small phone, in the ${colorScheme}`, async (t) => {
    const url = await serve(t);
    const page = await openPage(t, url);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width: 320, height: 640 });
    const check = async (state: string): Promise<void> => {
      const result = `${axe}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))`;
      assert.deepEqual(await page.evaluate(result), [], state);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320, state);
    };
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await check("signed out");
    await page.getByRole("button", { name: "Create an account" }).click();
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("Enter your email address.").waitFor();
    await check("what is wrong with a registration");
    await page.getByRole("button", { name: "Have an account?" }).click();
    await signIn(page, mary);
    await likeOf(page, "Found an actual bug", 0).click();
    await check("the feed of a moderator");
    const elsewhere = await openPage(t, url, mary);
    await page.getByRole("link", { name: "Devices" }).click();
    await page.getByRole("button", { name: "Sign out everywhere else" }).waitFor();
    await check("the devices");
    await elsewhere.getByRole("link", { name: "Devices" }).click();
    await elsewhere.getByRole("button", { name: "Sign out everywhere else" }).click();
    await page.getByText("signed out from elsewhere").waitFor();
    await check("signed out from elsewhere");
  });
}
