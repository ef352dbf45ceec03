import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { validator } from "hono/validator";
import { createAuth, type Auth } from "symbolon";
import { authErrors, honoAuth, requireAuth, type AuthVariables } from "symbolon/hono";
import { memoryStore } from "symbolon/stores/memory";
import * as v from "valibot";
import { alice, testSecret } from "../support/auth.ts";
import { makeApplication } from "./application.ts";
import { honoFetchHost, honoNodeHost } from "./hono-host.ts";
import { testHost } from "./http-suite.ts";

testHost(honoNodeHost("Hono on Node"));
testHost(
  honoNodeHost("Hono on Node, as a part of an application that has read the body", {
    prefix: "/api",
    readsBody: true,
  }),
);
testHost(honoFetchHost("Hono elsewhere"));

type App = Hono<{ Variables: AuthVariables }>;

function appOn(auth: Auth): App {
  const app: App = new Hono();
  app.use(honoAuth(auth));
  return app;
}

const headers = { host: "localhost" };
const post = { method: "POST", headers };
const registration = {
  method: "POST",
  headers: { ...headers, "content-type": "application/json" },
  body: JSON.stringify(alice),
};

describe("honoAuth", () => {
  test("adds cookies to responses that cannot be changed, and to those of failed routes", async (t) => {
    const app = appOn(makeApplication().auth);
    app.post("/proxied", async (c) => {
      await c.get("auth").signIn({ userId: "u1" });
      // What `fetch` answers is such a response.
      return Response.redirect("https://elsewhere.example/");
    });
    app.post("/failed", async (c) => {
      await c.get("auth").signIn({ userId: "u1" });
      throw new Error("the route failed");
    });
    const reports = t.mock.method(console, "error", () => undefined);
    app.onError(authErrors());
    for (const [path, status] of [
      ["/proxied", 302],
      ["/failed", 500],
    ] as const) {
      const answer = await app.request(path, post);
      assert.equal(answer.status, status);
      assert.match(answer.headers.get("set-cookie") ?? "", /^sym=/);
      assert.equal(answer.headers.get("cache-control"), "private, no-store");
    }
    assert.equal(reports.mock.callCount(), 1);
  });

  test("leaves errors that are not ours to the application, or to what Hono does by itself", async () => {
    const app = appOn(makeApplication().auth);
    app.get("/teapot", () => {
      throw new HTTPException(418, { message: "a teapot" });
    });
    app.onError(authErrors());
    assert.equal((await app.request("/teapot")).status, 418);
    app.onError(authErrors((error, c) => c.text(`own: ${error.message}`, 500)));
    assert.equal(await (await app.request("/teapot")).text(), "own: a teapot");
  });

  for (const [name, register] of [
    ["app.use", (app: Hono, auth: Auth) => app.use("/api/*", honoAuth(auth))],
    ["a path with a parameter", (app: Hono, auth: Auth) => app.use("/:tenant/*", honoAuth(auth))],
    ["basePath", (app: Hono, auth: Auth) => app.basePath("/api").use(honoAuth(auth))],
    ["route", (app: Hono, auth: Auth) => app.route("/api", new Hono().use(honoAuth(auth)))],
    [
      "route of a part that has an error handler",
      (app: Hono, auth: Auth) =>
        app.route("/api", new Hono().use(honoAuth(auth)).onError(authErrors())),
    ],
  ] as const) {
    test(`has its routes where it is registered by ${name}, and nowhere else`, async () => {
      const { auth } = makeApplication({ strategy: "hybrid" });
      const app = new Hono();
      register(app, auth);
      const answer = await app.request("/api/auth/register?a=/b", registration);
      assert.equal(answer.status, 201);
      assert.match(
        answer.headers.getSetCookie().join("\n"),
        /sym_refresh=[^;]+; Path=\/api\/auth\/refresh;/,
      );
      for (const path of ["/auth/session", "/x/api/auth/session", "/api/auth/unknown"]) {
        assert.equal((await app.request(path, { headers })).status, 404, path);
      }
    });
  }

  test("reads again what a validator has read", async () => {
    const app = new Hono();
    app.use(validator("json", (value) => value));
    app.use(honoAuth(makeApplication().auth));
    assert.equal((await app.request("/auth/register", registration)).status, 201);
  });

  test("asks who opened the connection where the runtime cannot say it by itself", async () => {
    const { auth } = makeApplication();
    const app: App = new Hono();
    app.use(honoAuth(auth, { remoteAddress: (c) => c.req.header("cf-connecting-ip") }));
    app.get("/", (c) => c.json(c.get("auth").address));
    const answer = await app.request("/", { headers: { "cf-connecting-ip": "192.0.2.7" } });
    assert.equal(await answer.json(), "192.0.2.7");
    assert.equal(await (await app.request("/")).json(), null);
  });

  test("takes an upgrade with a cookie for a request that may change something", async (t: TestContext) => {
    const { auth } = makeApplication();
    const app = appOn(auth);
    app.get("/socket", requireAuth(), (c) => c.text("upgraded"));
    const { cookies } = await auth.signIn({ userId: "u1" }, { method: "POST", headers });
    const cookie = cookies[0]?.split(";")[0] ?? "";
    const asked = { ...headers, cookie, upgrade: "websocket" };
    const statusFrom = async (origin: string): Promise<number> =>
      (await app.request("/socket", { headers: { ...asked, origin } })).status;
    t.assert.equal(await statusFrom("http://localhost"), 200);
    t.assert.equal(await statusFrom("https://attacker.example"), 403);
  });

  test("is missed by a guard without it, in words that help", async () => {
    const app = new Hono();
    app.use(requireAuth());
    app.onError((error, c) => c.text(error.message, 500));
    const answer = await app.request("/");
    assert.match(await answer.text(), /app\.use\(honoAuth\(auth\)\)/);
  });

  test("has the types of the session's data, by its variables and in a chain", async () => {
    const auth = createAuth({
      secret: testSecret,
      store: memoryStore(),
      data: { visits: v.number() },
    });
    const declared = new Hono<{ Variables: AuthVariables<typeof auth> }>();
    declared.use(honoAuth(auth));
    declared.get("/", async (c) => {
      const visits: number | undefined = await c.get("auth").data.get("visits");
      // @ts-expect-error -- it is a number
      await c.var.auth.data.set("visits", "two").catch(() => undefined);
      return c.json(visits ?? 0);
    });
    const chained = new Hono().use(honoAuth(auth)).get("/", async (c) => {
      const visits: number | undefined = await c.var.auth.data.get("visits");
      return c.json(visits ?? 0);
    });
    assert.equal(await (await declared.request("/", { headers })).json(), 0);
    assert.equal(await (await chained.request("/", { headers })).json(), 0);
    await auth.close();
  });
});
