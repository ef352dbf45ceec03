import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startBrowser } from "./support/browser.ts";
import { startSymbolon } from "./support/symbolon-server.ts";
import { looks, Visitor } from "./support/visitor.ts";

const browser = await startBrowser();
const phoneAgent =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

for (const look of looks) {
  // One for each look, so that none uses up the other's registrations.
  const server = await startSymbolon();
  const by = `${look.name}, ${look.javaScriptEnabled ? "with" : "without"} JavaScript`;
  let count = 0;

  const visit = async (t: TestContext, userAgent?: string): Promise<Visitor> => {
    const options = { baseURL: server.url, look, ...(userAgent !== undefined && { userAgent }) };
    const visitor = await Visitor.open(browser, options);
    t.after(() => visitor.leave());
    return visitor;
  };
  const newUser = () => ({
    name: "Ada Lovelace",
    email: `ada${(count += 1)}@example.com`,
    password: "first program ever",
  });

  test(`a stranger registers (${by})`, async (t) => {
    const visitor = await visit(t);
    const user = newUser();
    await visitor.page.goto("/");
    await visitor.see("home");
    await visitor.follow(visitor.main.getByRole("link", { name: "Register", exact: true }));
    await visitor.see("register");

    await visitor.submit("Register", {
      Name: user.name,
      "Email address": "ada@example",
      Password: "password123",
    });
    assert.match(await visitor.page.title(), /^Error: Register/);
    await visitor.see("register-errors");
    const wrong = visitor.page.locator("[aria-invalid=true]");
    assert.deepEqual(await wrong.evaluateAll((all) => all.map(({ id }) => id)), [
      "email",
      "password",
    ]);
    assert.match(await visitor.page.locator("#email-error").innerText(), /email address/);
    assert.match(await visitor.page.locator("#password-error").innerText(), /anyone would try/);
    assert.equal(await visitor.page.getByLabel("Name").inputValue(), user.name);
    assert.equal(await visitor.page.getByLabel("Email address").inputValue(), "ada@example");
    assert.equal(await visitor.page.getByLabel("Password").inputValue(), "");
    assert.equal(await focusedId(visitor), "email");

    await visitor.submit("Register", { "Email address": user.email, Password: user.password });
    assert.equal(visitor.path, "/account");
    assert.equal(await visitor.heading(), user.name);
    assert.equal(await visitor.devices.count(), 1);
    await visitor.see("account-new");

    await visitor.page.goto("/");
    assert.match(await visitor.main.innerText(), /You are signed in as Ada Lovelace/);
    await visitor.see("home-signed-in");

    const namesake = await visit(t);
    await namesake.page.goto("/register");
    await namesake.submit("Register", {
      "Email address": user.email.toUpperCase(),
      Password: "another secret phrase",
    });
    assert.match(await namesake.main.innerText(), /There is an account with this email address/);
    await namesake.see("register-taken");
  });

  test(`a user sees all devices and signs them out (${by})`, async (t) => {
    const user = newUser();
    const first = await visit(t);
    await first.register(user);
    const second = await visit(t, phoneAgent);
    await second.signIn(user, true);
    const [cookie] = await second.context.cookies();
    assert.ok((cookie?.expires ?? 0) > Date.now() / 1000 + 86_400, "outlives the browser");
    assert.equal((await first.context.cookies())[0]?.expires, -1);

    assert.equal(await second.devices.count(), 2);
    assert.equal(await second.page.getByText("This device", { exact: true }).count(), 1);
    assert.match(await second.devices.first().innerText(), /iPhone[^]*This device/);
    await second.see("account-two-devices");

    await first.page.reload();
    assert.match(await first.devices.first().innerText(), /Linux[^]*This device/);
    await first.follow(first.devices.filter({ hasText: "iPhone" }).getByRole("button"));
    assert.equal(await first.notice(), "The device was signed out.");
    assert.equal(await first.devices.count(), 1);
    await first.see("account-device-signed-out");

    await second.follow(second.page.getByRole("link", { name: user.name }));
    assert.match(second.path, /^\/sign-in\?/);
    assert.match(await second.notice(), /signed out from elsewhere/);
    await second.see("sign-in-signed-out");

    await second.signIn(user);
    const third = await visit(t);
    await third.signIn(user);
    await first.page.reload();
    await first.follow(first.main.getByRole("button", { name: "Sign out all other devices" }));
    assert.equal(await first.notice(), "All other devices were signed out.");
    assert.equal(await first.devices.count(), 1);
    for (const other of [second, third]) {
      await other.page.reload();
      assert.match(other.path, /^\/sign-in\?/);
    }
  });

  test(`a user changes the password, which ends all other sessions (${by})`, async (t) => {
    const user = newUser();
    const [first, second] = [await visit(t), await visit(t)];
    await first.register(user);
    await second.signIn(user);

    const next = "second program ever";
    await first.submit("Change password", { "Current password": "not it", "New password": next });
    assert.match(
      await first.page.locator("#currentPassword-error").innerText(),
      /current password/,
    );
    assert.equal(await focusedId(first), "currentPassword");
    await first.see("account-wrong-password");

    await first.submit("Change password", {
      "Current password": user.password,
      "New password": next,
    });
    assert.match(await first.notice(), /^Your password was changed/);
    await first.see("account-password-changed");
    await second.page.reload();
    assert.match(second.path, /^\/sign-in\?/);

    await second.submit("Sign in", { "Email address": user.email, Password: user.password });
    assert.match(await second.notice(), /The email address or the password is not right/);
    await second.submit("Sign in", { Password: next });
    assert.equal(second.path, "/account");
  });

  test(`a wrong password is told, and the email stays (${by})`, async (t) => {
    const user = newUser();
    const visitor = await visit(t);
    await visitor.register(user);
    await visitor.follow(visitor.main.getByRole("button", { name: "Sign out of this device" }));
    assert.match(await visitor.notice(), /You are signed out/);

    await visitor.submit("Sign in", {
      "Email address": user.email,
      Password: "wrong horse battery",
      "Stay signed in": true,
    });
    assert.match(await visitor.page.title(), /^Error: Sign in/);
    assert.equal(await visitor.notice(), "The email address or the password is not right.");
    assert.equal(await visitor.page.getByLabel("Email address").inputValue(), user.email);
    assert.equal(await visitor.page.getByLabel("Password").inputValue(), "");
    assert.equal(await visitor.page.getByLabel("Stay signed in").isChecked(), true);
    assert.equal(await focusedId(visitor), "password");
    await visitor.see("sign-in-wrong");
  });

  test(`the back button shows nothing private after signing out (${by})`, async (t) => {
    const user = newUser();
    const visitor = await visit(t);
    await visitor.register(user);
    await visitor.page.goto("/");
    await visitor.page.goto("/account");
    await visitor.follow(
      visitor.page.getByRole("navigation").getByRole("button", { name: "Sign out" }),
    );
    assert.equal(visitor.path, "/sign-in?notice=signed-out");
    assert.deepEqual(await visitor.context.cookies(), []);
    for (let step = 0; step < 3; step += 1) {
      await visitor.page.goBack();
      assert.doesNotMatch(await visitor.page.content(), /ada\d+@example|Ada Lovelace/);
    }
    await visitor.page.goto("/account");
    assert.equal(visitor.path, "/sign-in?notice=sign-in-first&next=/account");
    assert.equal(await visitor.notice(), "Sign in to continue.");
  });

  test(`signing in leads back to where the visitor wanted to go, on this site only (${by})`, async (t) => {
    const user = newUser();
    const visitor = await visit(t);
    await visitor.register(user);
    for (const [next, arrived] of [
      ["/nowhere?x=1#y", "/nowhere?x=1"],
      ["//attacker.test/", "/account"],
      ["/\\attacker.test/", "/account"],
    ] as const) {
      await visitor.context.clearCookies();
      await visitor.page.goto(`/register?${new URLSearchParams({ next }).toString()}`);
      await visitor.follow(visitor.main.getByRole("link", { name: "Sign in", exact: true }));
      await visitor.submit("Sign in", { "Email address": user.email, Password: "wrong horse" });
      await visitor.submit("Sign in", { Password: user.password });
      assert.equal(visitor.path.replace(/#.*/, ""), arrived);
      assert.equal(new URL(visitor.page.url()).origin, server.url);
    }
    await visitor.page.goto("/nowhere");
    assert.equal(await visitor.heading(), "There is nothing here.");
    await visitor.see("not-found");
  });

  test(`the keyboard is enough to sign in (${by})`, async (t) => {
    const user = newUser();
    await (await visit(t)).register(user);
    const visitor = await visit(t);
    const { keyboard } = visitor.page;
    await visitor.page.goto("/sign-in");
    await keyboard.press("Tab");
    await visitor.see("keyboard-skip-link");
    await keyboard.press("Enter");
    await tabTo(visitor, "email");
    await keyboard.type(user.email);
    await tabTo(visitor, "password");
    await keyboard.type(user.password);
    await tabTo(visitor, "remember");
    await keyboard.press("Space");
    await visitor.see("keyboard-remember");
    const arrived = visitor.page.waitForEvent("load");
    await keyboard.press("Enter");
    await arrived;
    assert.equal(visitor.path, "/account");
    assert.ok((await visitor.context.cookies()).every(({ expires }) => expires > 0));
  });
}

async function focusedId({ page }: Visitor): Promise<string> {
  return page.evaluate(() => document.activeElement?.id ?? "");
}

/** Presses Tab until the element has the focus, every stop of which must be seen. */
async function tabTo(visitor: Visitor, id: string): Promise<void> {
  for (let presses = 0; presses < 5; presses += 1) {
    await visitor.page.keyboard.press("Tab");
    const outlined = await visitor.page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(
        document.activeElement ?? document.body,
      );
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1;
    });
    assert.ok(outlined, "shows where the focus is");
    if ((await focusedId(visitor)) === id) return;
  }
  assert.fail(`the focus does not come to ${id}`);
}
