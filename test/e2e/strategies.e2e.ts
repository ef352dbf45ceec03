import assert from "node:assert/strict";
import { test } from "node:test";
import { startBrowser } from "./support/browser.ts";
import { startSymbolon } from "./support/symbolon-server.ts";
import { looks, Visitor } from "./support/visitor.ts";

/* The pages with the strategies whose credentials are tokens; `server.e2e.ts` has them with sessions. */

const browser = await startBrowser();

/** At a desk and on a phone; scripts are what the pages can do without. */
const scriptless = looks.filter(({ javaScriptEnabled }) => !javaScriptEnabled);

for (const strategy of ["hybrid", "jwt"] as const) {
  const server = await startSymbolon({ SYMBOLON_STRATEGY: strategy });
  const hasRecords = strategy === "hybrid";

  for (const [index, look] of scriptless.entries()) {
    test(`with ${strategy} a user registers, changes the password and signs out (${look.name}, without JavaScript)`, async (t) => {
      const [first, second] = [await visit(), await visit()];
      const user = {
        name: "Ada Lovelace",
        email: `ada${index}@example.com`,
        password: "first program ever",
      };
      await first.page.goto("/");
      await first.see(`home-${strategy}`);
      await first.register(user);
      await first.see(`account-${strategy}`);
      for (const { name, httpOnly } of await first.context.cookies()) {
        assert.ok(httpOnly, `${name} is out of the reach of scripts`);
      }
      await second.page.goto("/sign-in");
      await second.see(`sign-in-${strategy}`);
      assert.equal(await second.page.getByLabel("Stay signed in").count(), hasRecords ? 1 : 0);
      await second.submit("Sign in", { "Email address": user.email, Password: user.password });
      assert.equal(second.path, "/account");
      assert.equal(await second.devices.count(), hasRecords ? 2 : 0);

      if (hasRecords) {
        // As when it has expired: the next page, or the next form, renews it.
        await first.context.clearCookies({ name: "sym_access" });
        await first.page.reload();
        assert.equal(first.path, "/account");
        await first.context.clearCookies({ name: "sym_access" });
      }
      const next = "second program ever";
      await first.submit("Change password", {
        "Current password": user.password,
        "New password": next,
      });
      assert.match(await first.notice(), /^Your password was changed/);
      await second.page.reload();
      assert.match(await second.notice(), /signed out from elsewhere/);
      await first.page.reload();
      assert.equal(await first.heading(), user.name);

      await first.follow(
        first.page.getByRole("navigation").getByRole("button", { name: "Sign out" }),
      );
      assert.match(await first.notice(), /You are signed out/);
      assert.deepEqual(await first.context.cookies(), []);

      async function visit(): Promise<Visitor> {
        const visitor = await Visitor.open(browser, { baseURL: server.url, look });
        t.after(() => visitor.leave());
        return visitor;
      }
    });
  }
}
