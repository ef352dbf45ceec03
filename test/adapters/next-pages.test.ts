import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AuthOptions } from "symbolon";
import { RenderedRequests } from "../../src/adapters/next/rendered-requests.ts";
import { makeApplication, type Application } from "./application.ts";
import { crossSite, pastAccessToken } from "./http-case.ts";

/* Pages and actions without Next: `test/e2e/next.e2e.ts` shows that Next tells of its requests what is told here. */

interface SetCookie {
  readonly name: string;
  readonly value: string;
  readonly [attribute: string]: unknown;
}

/** One request that is rendered, and what its action has set. */
function renderedRequest({ auth }: Application, headers: Readonly<Record<string, string>>) {
  const received = new Headers({ host: "localhost", ...headers });
  const set: SetCookie[] = [];
  const rendered = new RenderedRequests(
    auth,
    {},
    {
      headers: async () => received,
      cookies: async () => ({
        set: (name, value, attributes) => set.push({ name, value, ...attributes }),
      }),
    },
  );
  return { rendered, set };
}

/** The Cookie header of somebody who has signed in. */
async function signedIn({ auth }: Application): Promise<string> {
  const head = { method: "POST", headers: { host: "localhost" } };
  const { cookies } = await auth.signIn({ userId: "u1" }, head);
  return cookies.map((field) => field.split(";")[0]).join("; ");
}

const inline: Partial<AuthOptions> = { strategy: "hybrid", refresh: "inline" };

describe("pageAuth", () => {
  test("is one object for all of a request", async () => {
    const application = makeApplication();
    const { rendered } = renderedRequest(application, { cookie: await signedIn(application) });
    const [one, other] = await Promise.all([rendered.page(), rendered.page()]);
    assert.equal(one, other);
    assert.equal(one.principal?.userId, "u1");
  });

  test("does nothing that would need a cookie, and says where it can be done", async () => {
    const application = makeApplication();
    const cookie = await signedIn(application);
    const { rendered } = renderedRequest(application, { cookie });
    const page = await rendered.page();
    const misuse = { name: "TypeError", message: /server action \(actionAuth\)/ };
    await assert.rejects(page.signIn({ userId: "u2" }), misuse);
    await assert.rejects(page.signOut(), misuse);
    await page.data.set("visits", 1);
    const again = await renderedRequest(application, { cookie }).rendered.page();
    assert.equal(again.principal?.userId, "u1", "the session goes on");
    assert.equal(await again.data.get("visits"), 1);
    const guest = await renderedRequest(application, {}).rendered.page();
    await assert.rejects(guest.data.set("visits", 1), misuse);
  });

  test("knows a user for as long as the session lives, and trades no refresh token for it", async () => {
    const application = makeApplication(inline);
    const cookie = await signedIn(application);
    for (let time = 0; time < 10; time += 1) {
      application.clock.advance(pastAccessToken);
      const pages = Array.from({ length: 3 }, () => renderedRequest(application, { cookie }));
      for (const { rendered } of pages) {
        assert.equal((await rendered.page()).principal?.userId, "u1");
      }
    }
    // The browser's tokens are as good as they were: an action that can set cookies renews them.
    const { rendered, set } = renderedRequest(application, { cookie });
    assert.equal((await rendered.action()).principal?.userId, "u1");
    assert.deepEqual(set.map(({ name }) => name).sort(), ["sym_access", "sym_refresh_inline"]);
  });

  test("is refused with two cookies of different logins, and leaves it to others to take them away", async () => {
    const application = makeApplication();
    const cookie = `${await signedIn(application)}; ${await signedIn(application)}`;
    const { rendered } = renderedRequest(application, { cookie });
    assert.equal((await rendered.page()).error?.code, "duplicate_cookie");
  });

  test("is told apart by the names of cookies on this machine, whatever Next fills in", async () => {
    const application = makeApplication();
    const cookie = await signedIn(application);
    const filled = {
      "x-forwarded-host": "localhost",
      "x-forwarded-port": "3000",
      "x-forwarded-proto": "http",
      "x-forwarded-for": "::ffff:127.0.0.1",
    };
    const warnings: unknown[] = [];
    application.auth.on("warning", (warning) => warnings.push(warning));
    const here = renderedRequest(application, { cookie, ...filled });
    assert.equal((await here.rendered.page()).principal?.userId, "u1");
    assert.equal((await here.rendered.page()).address, null);
    assert.deepEqual(warnings, []);
    const proxied = renderedRequest(application, {
      cookie,
      ...filled,
      "x-forwarded-proto": "https",
    });
    assert.equal((await proxied.rendered.page()).principal, null, "its cookies are others");
  });
});

describe("actionAuth", () => {
  test("sets cookies with their attributes, and the page after the action sees them", async () => {
    const application = makeApplication();
    const { rendered, set } = renderedRequest(application, {});
    assert.equal((await rendered.page()).principal, null);
    const action = await rendered.action();
    await action.signIn({ userId: "u1", remember: true });
    const [{ value, maxAge, ...attributes } = { name: "", value: "" }] = set;
    assert.deepEqual(attributes, { name: "sym", path: "/", httpOnly: true, sameSite: "lax" });
    assert.ok(value.startsWith("sys_") && Number(maxAge) > 0);
    assert.equal((await rendered.page()).principal?.userId, "u1");

    await (await rendered.action()).signOut();
    assert.deepEqual([set.at(-1)?.value, set.at(-1)?.["maxAge"]], ["", 0]);
    assert.equal((await rendered.page()).principal, null);
  });

  test("refuses another site's page, with a cookie and without any", async () => {
    const application = makeApplication();
    const cookie = await signedIn(application);
    const { rendered } = renderedRequest(application, { cookie, ...crossSite });
    await assert.rejects(rendered.action(), { code: "cross_site_request" });
    const stranger = renderedRequest(application, crossSite);
    const action = await stranger.rendered.action();
    await assert.rejects(action.signIn({ userId: "u1" }), { code: "cross_site_request" });
    assert.deepEqual(stranger.set, []);
  });
});
