import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { assertWellFormed, Complaints } from "./browser.ts";

/** What a page is looked at with. */
export interface Look {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: "light" | "dark";
  readonly javaScriptEnabled: boolean;
}

const desk = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

/** Both sizes and both color schemes, each once with scripts and once without. */
export const looks: readonly Look[] = [
  { name: "desk-light", viewport: desk, colorScheme: "light", javaScriptEnabled: true },
  { name: "desk-dark", viewport: desk, colorScheme: "dark", javaScriptEnabled: false },
  { name: "phone-light", viewport: phone, colorScheme: "light", javaScriptEnabled: false },
  { name: "phone-dark", viewport: phone, colorScheme: "dark", javaScriptEnabled: true },
];

/** Pictures are taken when this names a folder. */
const screenshots = process.env["SCREENSHOTS"];

/** Somebody with a browser of their own, which forgets nothing and shares nothing. */
export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #look: Look;
  readonly #complaints: Complaints;

  private constructor(page: Page, look: Look, complaints: Complaints) {
    this.context = page.context();
    this.page = page;
    this.#look = look;
    this.#complaints = complaints;
  }

  static async open(
    browser: Browser,
    { baseURL, look, userAgent }: { baseURL: string; look: Look; userAgent?: string },
  ): Promise<Visitor> {
    const { viewport, colorScheme, javaScriptEnabled } = look;
    const context = await browser.newContext({
      baseURL,
      viewport,
      colorScheme,
      javaScriptEnabled,
      reducedMotion: "reduce",
      ...(userAgent !== undefined && { userAgent }),
    });
    context.setDefaultTimeout(10_000);
    const complaints = new Complaints();
    complaints.listenTo(context);
    return new Visitor(await context.newPage(), look, complaints);
  }

  /** Looks at the page closely, and takes its picture. */
  async see(name: string): Promise<void> {
    await assertWellFormed(this.page);
    if (screenshots === undefined) return;
    mkdirSync(screenshots, { recursive: true });
    const path = join(screenshots, `${name}-${this.#look.name}.png`);
    await this.page.screenshot({ path, fullPage: true });
  }

  /** Fills in a form by its labels and sends it. */
  async submit(button: string, fields: Readonly<Record<string, string | boolean>>): Promise<void> {
    for (const [label, value] of Object.entries(fields)) {
      const input = this.page.getByLabel(label, { exact: label !== "Name" });
      await (typeof value === "boolean" ? input.setChecked(value) : input.fill(value));
    }
    await this.follow(this.main.getByRole("button", { name: button, exact: true }));
  }

  /** Clicks, and waits for the page that it leads to. */
  async follow(linkOrButton: Locator): Promise<void> {
    const arrived = this.page.waitForEvent("load");
    await linkOrButton.click();
    await arrived;
  }

  async register(user: {
    readonly name: string;
    readonly email: string;
    readonly password: string;
  }): Promise<void> {
    await this.page.goto("/register");
    await this.submit("Register", {
      Name: user.name,
      "Email address": user.email,
      Password: user.password,
    });
    assert.equal(this.path, "/account");
  }

  async signIn(
    user: { readonly email: string; readonly password: string },
    remember = false,
  ): Promise<void> {
    await this.page.goto("/sign-in");
    await this.submit("Sign in", {
      "Email address": user.email,
      Password: user.password,
      "Stay signed in": remember,
    });
    assert.equal(this.path, "/account");
  }

  get main(): Locator {
    return this.page.getByRole("main");
  }

  /** The lines of the list of devices. */
  get devices(): Locator {
    return this.page.locator("li.device");
  }

  get path(): string {
    const { pathname, search, hash } = new URL(this.page.url());
    return `${pathname}${search}${hash}`;
  }

  async heading(): Promise<string> {
    return (await this.page.getByRole("heading", { level: 1 }).innerText()).trim();
  }

  /** What the page announces: that something went well, or wrong. */
  async notice(): Promise<string> {
    return (await this.page.locator(".notice").innerText()).trim();
  }

  /** Ends the visit. @throws AssertionError when the browser complained about anything meanwhile. */
  async leave(): Promise<void> {
    await this.context.close();
    this.#complaints.assertNone();
  }
}
