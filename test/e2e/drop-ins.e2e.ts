import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { testSecret } from "../support/auth.ts";
import { startExample, startLater } from "../support/timed-example.ts";
import { Complaints, startBrowser } from "./support/browser.ts";

/* The tutorials' applications, with the packages they were written for and with what takes their place. */

const browser = await startBrowser();
const complaints = new Complaints();
const hourMs = 60 * 60_000;

async function openPage(t: TestContext, url: string): Promise<Page> {
  const context = await browser.newContext();
  t.after(() => context.close());
  complaints.listenTo(context);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Uses the application as a visitor does, and tells what was seen on the way. */
async function useSessions(t: TestContext, file: string): Promise<readonly string[]> {
  const env = { SESSION_SECRET: testSecret };
  const { url } = await startExample(t, `express-session-drop-in/${file}`, { env });
  const seen: string[] = [];
  const page = await openPage(t, url);
  const look = async (at = page): Promise<void> => {
    const text = await at.locator("p").first().innerText();
    seen.push(`${new URL(at.url()).pathname} ${await at.title()}: ${text}`);
  };
  const logIn = async (name: string, password: string): Promise<void> => {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
    await look();
  };
  await look();
  await page.reload();
  await look();
  await logIn("ada", "first program never");
  await logIn("__proto__", "");
  await logIn("ada", "first program ever");
  await page.reload();
  await look();

  const tab = await page.context().newPage();
  await tab.goto(url);
  await look(tab);
  const [cookie] = await page.context().cookies();
  assert.ok(cookie !== undefined);
  seen.push(`${cookie.name} ${cookie.path} ${cookie.httpOnly}`);
  seen.push(`scripts read: ${await page.evaluate(() => document.cookie)}`);

  await page.getByRole("button", { name: "Log out" }).click();
  await look();
  await tab.reload();
  await look(tab);
  await page.context().addCookies([cookie]);
  await page.goto(url);
  await look();
  return seen;
}

test("the application of express-session shows the same pages with the replacement", async (t) => {
  const before = await useSessions(t, "before.ts");
  assert.deepEqual(before, [
    "/login Log in: Please log in first.",
    "/login Log in: ",
    "/login Log in: Wrong name or password.",
    "/login Log in: Wrong name or password.",
    "/ Drop-in: Hello, ada. You have seen this page 1 times.",
    "/ Drop-in: Hello, ada. You have seen this page 2 times.",
    "/ Drop-in: Hello, ada. You have seen this page 3 times.",
    "connect.sid / true",
    "scripts read: ",
    "/login Log in: ",
    "/login Log in: Please log in first.",
    "/login Log in: Please log in first.",
  ]);
  assert.deepEqual(await useSessions(t, "app.ts"), before);
  complaints.assertNone();
});

interface TokenUse {
  readonly seen: readonly string[];
  readonly token: string;
}

/** Logs in from a page that keeps its token as tutorials do; `foreign` is a token of the other library. */
async function useTokens(t: TestContext, file: string, foreign?: string): Promise<TokenUse> {
  const env = { JWT_SECRET: testSecret };
  const started = await startExample(t, `jsonwebtoken-drop-in/${file}`, { env });
  const page = await openPage(t, `${started.url}/profile`);
  const seen = [await page.locator("body").innerText()];
  const logIn = async (password: string): Promise<void> => {
    seen.push(await page.evaluate(postLogin, password));
  };
  const askProfile = async (token?: string): Promise<void> => {
    seen.push(await page.evaluate(getProfile, token));
  };
  await logIn("first program never");
  await askProfile();
  await logIn("first program ever");
  await askProfile();
  const token = await page.evaluate(() => localStorage.getItem("token") ?? "");
  const [header, payload, signature] = token.split(".");
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  await askProfile(`${header}.${payload}.${signature?.split("").toReversed().join("")}`);
  await askProfile(`${unsigned}.${payload}.`);
  await askProfile("fruit");
  await askProfile(foreign ?? token);

  await startLater(t, `jsonwebtoken-drop-in/${file}`, started, { env, aheadMs: 2 * hourMs });
  await askProfile();
  await page.evaluate(() => localStorage.removeItem("token"));
  await askProfile();
  return { seen, token };
}

async function postLogin(password: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ name: "ada", password });
  const answer = await fetch("/login", { method: "POST", headers, body });
  const { token, message } = (await answer.json()) as { token?: string; message?: string };
  if (token !== undefined) localStorage.setItem("token", token);
  return `${answer.status} ${message ?? "a token"}`;
}

async function getProfile(token = localStorage.getItem("token")): Promise<string> {
  const headers: HeadersInit = token === null ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch("/profile", { headers });
  const text = await answer.text();
  return `${answer.status} ${text.replace(/"expiredAt":"[^"]+"/, '"expiredAt":"…"')}`;
}

test("the application of jsonwebtoken answers its page the same with the replacement", async (t) => {
  const user = '200 {"user":{"id":"1","name":"ada"}}';
  const fault = (message: string): string =>
    `403 {"name":"JsonWebTokenError","message":"${message}"}`;
  const before = await useTokens(t, "with-jsonwebtoken.ts");
  assert.deepEqual(before.seen, [
    '{"message":"No token"}',
    "401 Wrong name or password",
    '401 {"message":"No token"}',
    "200 a token",
    user,
    fault("invalid signature"),
    fault("jwt signature is required"),
    fault("jwt malformed"),
    user,
    '401 {"name":"TokenExpiredError","message":"jwt expired","expiredAt":"…"}',
    '401 {"message":"No token"}',
  ]);
  const after = await useTokens(t, "app.ts", before.token);
  assert.deepEqual(after.seen, before.seen);
  assert.deepEqual(
    (await useTokens(t, "with-jsonwebtoken.ts", after.token)).seen,
    before.seen,
    "the way back",
  );
});
