import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NextRequest } from "next/server.js";
import { nextAuth } from "symbolon/next";
import { alice } from "../support/auth.ts";
import { makeApplication } from "./application.ts";
import { pastAccessToken } from "./http-case.ts";
import { testHost } from "./http-suite.ts";
import { nextHost } from "./next-host.ts";

testHost(nextHost("Next, its route handlers"));

const origin = "http://localhost:3000";

function requestOf(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  basePath: string = "",
): NextRequest {
  const all = { host: "localhost:3000", accept: "text/html", ...headers };
  return new NextRequest(origin + path, { headers: all, nextConfig: { basePath } });
}

/** What a request goes on with behind the proxy. */
function overridden(response: Response, name: string): string | null {
  return response.headers.get(`x-middleware-request-${name}`);
}

describe("authProxy", () => {
  test("guards a path and all below it, however it is written, and nothing beside it", async () => {
    const { authProxy } = nextAuth(makeApplication().auth);
    const proxy = authProxy({ "/account": { redirectTo: "/sign-in" }, "/account/help": {} });
    for (const path of [
      "/account",
      "/account/",
      "/account/orders?page=2",
      "/%61ccount",
      "/%61ccount/%6frders",
    ]) {
      const answer = await proxy(requestOf(path));
      const location = `${origin}/sign-in?next=${encodeURIComponent(path)}`;
      assert.deepEqual([answer.status, answer.headers.get("location")], [303, location]);
    }
    assert.equal((await proxy(requestOf("/account/help"))).status, 401, "the longest path decides");
    for (const path of ["/", "/accounts", "/my/account", "/%zz"]) {
      const answer = await proxy(requestOf(path));
      assert.equal(answer.headers.get("x-middleware-next"), "1", path);
    }
  });

  test("knows the way back below a base path", async () => {
    const { authProxy } = nextAuth(makeApplication().auth);
    const proxy = authProxy({ "/account": { redirectTo: "/shop/sign-in" } });
    const answer = await proxy(requestOf("/shop/account?a=1", {}, "/shop"));
    const location = `${origin}/shop/sign-in?next=${encodeURIComponent("/shop/account?a=1")}`;
    assert.equal(answer.headers.get("location"), location);
  });

  test("renews, and hands the new cookies to the page and the browser, and the answer to no cache", async () => {
    const { auth, clock } = makeApplication({ strategy: "hybrid", refresh: "inline" });
    const { authProxy } = nextAuth(auth);
    const proxy = authProxy({ "/": {} });
    const head = { method: "POST", headers: { host: "localhost:3000" } };
    const { cookies } = await auth.signIn({ userId: "u1" }, head);
    const pairs = cookies.map((field) => field.split(";")[0] ?? "");
    const cookie = `theme=dark; ${pairs.join("; ")}`;
    const fresh = await proxy(requestOf("/", { cookie }));
    assert.deepEqual(fresh.headers.getSetCookie(), []);
    assert.equal(fresh.headers.get("cache-control"), null);

    clock.advance(pastAccessToken);
    const renewed = await proxy(requestOf("/", { cookie }));
    assert.equal(renewed.headers.get("x-middleware-next"), "1");
    assert.equal(renewed.headers.get("cache-control"), "private, no-store");
    // Of a name that the proxy has set, Next takes no other value from what answers.
    assert.equal(renewed.headers.get("cdn-cache-control"), "no-store");
    const set = renewed.headers.getSetCookie();
    assert.deepEqual(set.map((field) => field.split("=")[0] ?? "").sort(), [
      "sym_access",
      "sym_refresh_inline",
    ]);
    for (const field of set) assert.match(field, /; HttpOnly(?:;|$)/i);
    const forPage = overridden(renewed, "cookie") ?? "";
    assert.ok(forPage.startsWith("theme=dark; "), forPage);
    for (const field of set) assert.ok(forPage.includes(field.split(";")[0] ?? "?"), field);
    for (const pair of pairs) assert.ok(!forPage.includes(pair), "the old one is gone");
    assert.equal(overridden(renewed, "accept"), "text/html", "other headers go on");
  });

  test("leaves the account routes to themselves, and refuses bad options at once", async () => {
    const { auth } = makeApplication();
    const { authProxy } = nextAuth(auth);
    const crossSite = { cookie: "sym=x", "sec-fetch-site": "cross-site" };
    const passed = await authProxy({ "/": {} })(requestOf("/auth/session", crossSite));
    assert.equal(passed.headers.get("x-middleware-next"), "1");
    for (const path of ["account", "/account/", "/account/*"]) {
      assert.throws(() => authProxy({ [path]: {} }), TypeError);
    }
    assert.throws(() => authProxy({ "/": { maxAge: "soon" as "1s" } }), TypeError);
  });
});

test("an engine of another copy of the package is told apart, before a refusal becomes a fault", async () => {
  const { auth } = makeApplication();
  const { authProxy, withAuth } = nextAuth({
    ...auth,
    // As an object of another copy's class is.
    open: async (...given) =>
      Object.create(null, Object.getOwnPropertyDescriptors(await auth.open(...given))),
  });
  const said = { name: "TypeError", message: /serverExternalPackages/ };
  await assert.rejects(authProxy()(requestOf("/")), said);
  await assert.rejects(withAuth(async () => Response.json({}))(requestOf("/"), null), said);
});

describe("the handlers", () => {
  test("answer paths with the slash that Next's trailingSlash adds", async () => {
    const { auth } = makeApplication();
    const { handlers } = nextAuth(auth);
    const headers = { host: "localhost:3000", "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(alice) };
    const answer = await handlers.POST(new NextRequest(`${origin}/auth/register/`, init));
    assert.equal(answer.status, 201);
  });

  test("set cookies for the paths that the browser sees below a base path", async () => {
    const { auth } = makeApplication({ strategy: "hybrid" });
    const { handlers } = nextAuth(auth);
    const headers = { host: "localhost:3000", "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(alice) };
    const request = new NextRequest(`${origin}/shop/auth/register`, {
      ...init,
      nextConfig: { basePath: "/shop" },
    });
    const answer = await handlers.POST(request);
    assert.match(
      answer.headers.getSetCookie().join("\n"),
      /_refresh=[^;]+; Path=\/shop\/auth\/refresh;/,
    );
  });
});
