import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import type { BaseClient } from "symbolon/client";
import { AuthProvider, SignedIn, SignedOut, useSession } from "symbolon/react";
import { alice } from "../support/auth.ts";
import { ClientWorld, FakeBrowser, settle } from "../support/client-world.ts";

function page(client: BaseClient): string {
  return renderToString(
    h(
      AuthProvider,
      { client },
      h(SignedIn, { children: ({ user }) => `Hello ${user?.email}.` }),
      h(SignedIn, null, "Your devices."),
      h(SignedOut, null, "Sign in."),
    ),
  );
}

describe("on a server React", () => {
  test("renders what the client was given, and asks nobody", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    const initial = await browser.tab().register(alice);
    world.sent.length = 0;
    assert.equal(page(browser.tab({ initial })), `Hello ${alice.email}.<!-- -->Your devices.`);
    assert.equal(page(browser.tab({ initial: null })), "Sign in.");
    assert.equal(page(browser.tab()), "");
    await settle();
    assert.deepEqual(world.sent, []);
  });

  test("says that a provider is missing", () => {
    const Lost = (): string => useSession().status;
    assert.throws(() => renderToString(h(Lost)), /useSession needs an <AuthProvider>/);
  });
});
