import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { Client } from "../../support/client.ts";
import type { NodeProcess } from "../../support/node-process.ts";
import { startBrowser } from "./browser.ts";
import { startSymbolon } from "./symbolon-server.ts";
import { terminateTls } from "./tls.ts";

export interface User {
  readonly email: string;
  readonly password: string;
}

/** What an attack must not change, as the server and the browser tell it. */
export interface VictimState {
  readonly session: unknown;
  readonly user: { readonly email: string };
  readonly sessionIds: readonly string[];
  readonly cookie: string | undefined;
  readonly stored: string | null;
}

/** The standalone server at https://app.test, and pages of others at https://attacker.test and https://evil.app.test. */
export class AttackedSite {
  readonly browser: Browser;
  /** The origin of the standalone server. */
  readonly app: string;
  /** Origins of attackers: another site, and a sibling on the same site, to which SameSite cookies are sent. */
  readonly attackers: readonly [otherSite: string, sibling: string];
  readonly #server: NodeProcess;
  #users = 0;

  private constructor(
    browser: Browser,
    server: NodeProcess,
    appPort: number,
    attackerPort: number,
  ) {
    this.browser = browser;
    this.#server = server;
    this.app = `https://app.test:${appPort}`;
    this.attackers = [
      `https://attacker.test:${attackerPort}`,
      `https://evil.app.test:${attackerPort}`,
    ];
  }

  /** Starts it until the tests of the file have ended. `setCookies` is what the attackers' pages plant. */
  static async start(setCookies: () => readonly string[]): Promise<AttackedSite> {
    let server: NodeProcess | null = null;
    const appPort = await terminateTls(() => server?.port ?? 0);
    server = await startSymbolon({ SYMBOLON_BASE_URL: `https://app.test:${appPort}` });
    const attacker = createServer((request, response) => {
      if (request.url === "/plant") response.setHeader("set-cookie", [...setCookies()]);
      response.setHeader("content-type", "text/html").end("<!doctype html><title>attacker</title>");
    });
    attacker.listen(0, "127.0.0.1");
    await once(attacker, "listening");
    after(() => {
      attacker.closeAllConnections();
      attacker.close();
    });
    const { port } = attacker.address() as AddressInfo;
    const rules = ["app.test", "*.app.test", "attacker.test"].map(
      (host) => `MAP ${host} 127.0.0.1`,
    );
    const browser = await startBrowser(`--host-resolver-rules=${rules.join(", ")}`);
    return new AttackedSite(browser, server, appPort, await terminateTls(() => port));
  }

  async newContext(t: { after(close: () => Promise<void>): void }): Promise<BrowserContext> {
    const context = await this.browser.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(10_000);
    t.after(() => context.close());
    return context;
  }

  newUser(): User {
    this.#users += 1;
    return {
      email: `user${this.#users}@example.com`,
      password: `pass phrase of user ${this.#users}`,
    };
  }

  /** Registers somebody without a browser, and answers their session token. */
  async registerElsewhere(user: User): Promise<string> {
    const client = new Client(this.#server.url);
    // A cookie of https, which this client may not keep.
    await client.post("/auth/register", user).catch(() => undefined);
    return this.signInElsewhere(user);
  }

  /** Signs somebody in without a browser. @throws Error when that is refused */
  async signInElsewhere(user: User): Promise<string> {
    const answer = await new Client(this.#server.url).post("/auth/sign-in", {
      ...user,
      delivery: "body",
    });
    if (answer.status !== 200) throw new Error(`${user.email}: ${answer.text}`);
    return (answer.json["tokens"] as { sessionToken: string }).sessionToken;
  }

  /** Signs in at the app's own page. */
  async signIn(context: BrowserContext, user: User): Promise<void> {
    const page = await context.newPage();
    await page.goto(`${this.app}/sign-in`);
    await page.getByLabel("Email address").fill(user.email);
    await page.getByLabel("Password").fill(user.password);
    await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${this.app}/account`);
    await page.evaluate(() => localStorage.setItem("kept", "by the app"));
    await page.close();
  }

  /** What the user of this browser, who is signed in, would find at the app. */
  async stateOf(context: BrowserContext): Promise<VictimState> {
    const page = await context.newPage();
    const { session, user } = await readJson(page, `${this.app}/auth/session`);
    const { sessions } = await readJson(page, `${this.app}/auth/sessions`);
    await page.goto(this.app);
    const stored = await page.evaluate(() => localStorage.getItem("kept"));
    await page.close();
    return {
      session,
      user: user as VictimState["user"],
      sessionIds: (sessions as readonly { id: string }[]).map(({ id }) => id).toSorted(),
      cookie: await this.cookieOf(context),
      stored,
    };
  }

  /** The session cookie that this browser would send to the app. */
  async cookieOf(context: BrowserContext): Promise<string | undefined> {
    const cookies = await context.cookies(this.app);
    return cookies.find(({ name }) => name === "__Host-sym")?.value;
  }
}

async function readJson(page: Page, url: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await page.goto(url);
  return (await response?.json()) as Readonly<Record<string, unknown>>;
}
