import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compat, original } from "./implementations.ts";
import { serve, type Answer, type Routes } from "./served.ts";

const login: NonNullable<Routes[string]> = ({ session }, response) => {
  session["who"] = "ada";
  response.end();
};

const setCookieOf = ({ headers }: Answer): string => headers.getSetCookie().join("\n");

describe("the cookie of an application that has not said otherwise", () => {
  test("is SameSite=Lax, and Secure where the client speaks TLS", async (t) => {
    const visit = await serve(t, { "/": login }, { proxy: true });
    const plain = setCookieOf(await visit("/"));
    assert.match(plain, /; SameSite=Lax$/);
    assert.doesNotMatch(plain, /Secure/);
    const tls = { headers: { "x-forwarded-proto": "https" } };
    assert.match(setCookieOf(await visit("/", undefined, tls)), /; Secure; SameSite=Lax$/);
  });

  test("is stored as express-session stores it, so that one can go back", async (t) => {
    const store = new compat.MemoryStore();
    const visit = await serve(t, { "/": login }, { store });
    await visit("/");
    const [stored = ""] = Object.values(Reflect.get(store, "sessions") as Record<string, string>);
    assert.deepEqual((JSON.parse(stored) as { cookie: object }).cookie, {
      originalMaxAge: null,
      expires: null,
      httpOnly: true,
      path: "/",
    });
  });

  for (const [cookie, missing] of [
    [{ sameSite: false }, /SameSite/],
    [{ secure: false }, /Secure/],
    [{ partitioned: true }, /SameSite/],
  ] as const) {
    test(`is left as it is by ${JSON.stringify(cookie)}`, async (t) => {
      const visit = await serve(t, { "/": login }, { proxy: true, cookie });
      const tls = { headers: { "x-forwarded-proto": "https" } };
      assert.doesNotMatch(setCookieOf(await visit("/", undefined, tls)), missing);
    });
  }
});

describe("a response that hands out a session", () => {
  for (const [said, expected] of [
    [undefined, "no-store"],
    ["public, max-age=3600", "private, max-age=3600"],
    ["max-age=60, s-maxage=600", "private, max-age=60"],
    ["no-cache", "private, no-cache"],
    ["private, max-age=5", "private, max-age=5"],
    ["no-store", "no-store"],
    ['private="x-y", max-age=5', 'private, private="x-y", max-age=5'],
  ] as const) {
    test(`with Cache-Control: ${String(said)} says ${expected}`, async (t) => {
      const visit = await serve(t, {
        "/": ({ session }, response) => {
          session["who"] = "ada";
          if (said === undefined) response.end();
          else response.writeHead(200, { "Cache-Control": said }).end();
        },
      });
      assert.equal((await visit("/")).headers.get("cache-control"), expected);
    });
  }

  test("is the only one that is touched", async (t) => {
    const visit = await serve(t, { "/": login, "/else": (_, response) => response.end() });
    const { cookie } = await visit("/");
    assert.equal((await visit("/else", cookie)).headers.get("cache-control"), null);
  });

  test("says what the application says when that was asked for", async (t) => {
    const visit = await serve(t, { "/": login }, { dangerouslyCacheSessionCookies: true });
    assert.equal((await visit("/")).headers.get("cache-control"), null);
  });
});

describe("sessions that express-session has begun", () => {
  test("go on, and go back", async (t) => {
    const store = new original.MemoryStore();
    const routes: Routes = {
      "/": login,
      "/count": ({ session }, response) => {
        session["count"] = Number(session["count"] ?? 0) + 1;
        response.end(`${String(session["who"])} ${String(session["count"])}`);
      },
    };
    const [theirs, ours] = await Promise.all([
      serve(t, routes, { store }, original),
      serve(t, routes, { store }),
    ]);
    const { cookie } = await theirs("/");
    assert.equal((await ours("/count", cookie)).body, "ada 1");
    assert.equal((await theirs("/count", cookie)).body, "ada 2");
    assert.equal((await ours("/count", cookie)).body, "ada 3");
    const own = await ours("/");
    assert.equal((await theirs("/count", own.cookie)).body, "ada 1");
  });
});

describe("strict", () => {
  const routes: Routes = {
    "/": login,
    "/post": (_, response) => response.end("done"),
    "/as": ({ session, url }, response) => {
      session["who"] = url.split("?")[1] ?? "";
      response.end();
    },
    "/saved": ({ session }, response) => {
      session["who"] = "grace";
      session.save((error) => response.end(`${String(error)} ${session.id}`));
    },
    "/late": ({ session }, response) => {
      response.write("begun ");
      session["who"] = "grace";
      session.save((error) => response.end(String(error)));
    },
    "/whoami": ({ session }, response) => response.end(String(session["who"])),
  };
  const identityOf = (session: Record<string, unknown>): unknown => session["who"];

  for (const [headers, method, status] of [
    [{ "sec-fetch-site": "cross-site" }, "POST", 403],
    [{ "sec-fetch-site": "same-site" }, "DELETE", 403],
    [{ origin: "https://evil.example" }, "POST", 403],
    [{ "sec-fetch-site": "cross-site", origin: "https://partner.example" }, "POST", 200],
    [{ "sec-fetch-site": "cross-site" }, "GET", 200],
    [{ "sec-fetch-site": "same-origin" }, "POST", 200],
    [{}, "POST", 200],
  ] as const) {
    test(`answers ${status} to ${method} with ${JSON.stringify(headers)}`, async (t) => {
      const strict = { trustedOrigins: ["https://partner.example"] };
      const visit = await serve(t, routes, { strict });
      const { cookie } = await visit("/");
      assert.equal((await visit("/post", cookie, { method, headers })).status, status);
      // Without a session there is nothing that another site could make use of.
      assert.equal((await visit("/post", undefined, { method, headers })).status, 200);
    });
  }

  test("is off unless it is asked for", async (t) => {
    const visit = await serve(t, routes);
    const { cookie } = await visit("/");
    const request = { method: "POST", headers: { "sec-fetch-site": "cross-site" } };
    assert.equal((await visit("/post", cookie, request)).status, 200);
  });

  for (const path of ["/as?grace", "/saved"]) {
    test(`moves a session to a new id when another user is in it (${path})`, async (t) => {
      const visit = await serve(t, routes, { strict: { identityOf } });
      const planted = (await visit("/")).cookie;
      const signedIn = (await visit(path, planted)).cookie;
      assert.ok(signedIn !== undefined && signedIn !== planted);
      assert.equal((await visit("/whoami", planted)).body, "undefined");
      assert.equal((await visit("/whoami", signedIn)).body, "grace");
      assert.equal((await visit("/whoami", signedIn)).cookie, undefined);
    });
  }

  test("stores no other user once the response has begun", async (t) => {
    const visit = await serve(t, routes, { strict: { identityOf } });
    const { cookie } = await visit("/");
    assert.match((await visit("/late", cookie)).body, /after the response had begun/);
    assert.equal((await visit("/whoami", cookie)).body, "ada");
  });

  test("refuses options that it does not know", () => {
    const options = { secret: "x", resave: false, saveUninitialized: false };
    for (const strict of [{ identity: 1 }, { identityOf: "user" }, { trustedOrigins: ["x"] }, 1]) {
      assert.throws(() => compat(Object.assign({ strict }, options)), TypeError);
    }
  });
});

describe("options that cannot be meant", () => {
  for (const [options, message] of [
    [{ genid: "x" }, /genid.*must/],
    [{ unset: "x" }, /unset.*must/],
    [{ secret: [] }, /secret option array/],
  ] as const) {
    test(`are refused in express-session's words: ${JSON.stringify(options)}`, () => {
      for (const session of [original, compat]) {
        assert.throws(() => session({ secret: "x", ...options } as never), {
          name: "TypeError",
          message,
        });
      }
    });
  }
});
