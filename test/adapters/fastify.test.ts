import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import type { Auth } from "symbolon";
import { authErrors, fastifyAuth, requireAuth, type FastifyAuthOptions } from "symbolon/fastify";
import { alice } from "../support/auth.ts";
import { crossSite } from "./http-case.ts";
import { makeApplication } from "./application.ts";
import { fastifyHost } from "./fastify-host.ts";
import { testHost } from "./http-suite.ts";

testHost(fastifyHost("Fastify, before the body is read"));
testHost(
  fastifyHost("Fastify, after body parsers and under a prefix", {
    prefix: "/api",
    hook: "preValidation",
  }),
);

const host = "localhost";

/** An application that is asked without a server. */
function appFor(context: TestContext, options: FastifyServerOptions = {}): FastifyInstance {
  const app = fastify(options);
  context.after(() => app.close());
  return app;
}

async function registered(
  context: TestContext,
  auth: Auth,
  options: FastifyAuthOptions = {},
): Promise<FastifyInstance> {
  const app = appFor(context);
  await app.register(fastifyAuth(auth), options);
  return app;
}

describe("fastifyAuth", () => {
  test("answers through the reply, so that what other plugins put on it is sent along", async (t) => {
    const { auth } = makeApplication();
    const app = appFor(t);
    const sent: unknown[] = [];
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("access-control-allow-origin", "https://pages.example");
    });
    app.addHook("onSend", async (_request, reply) => {
      sent.push(reply.statusCode);
    });
    await app.register(fastifyAuth(auth));
    app.get("/guarded", { onRequest: requireAuth() }, async () => "in");
    const payload = { ...alice, email: "a@b.example" };
    const answers = [
      await app.inject({ method: "POST", url: "/auth/register", headers: { host }, payload }),
      await app.inject({ method: "POST", url: "/auth/sign-out", headers: { host, ...crossSite } }),
      await app.inject({ url: "/guarded", headers: { host } }),
    ];
    for (const { headers } of answers) {
      assert.equal(headers["access-control-allow-origin"], "https://pages.example");
    }
    assert.deepEqual(
      sent,
      answers.map(({ statusCode }) => statusCode),
    );
    assert.deepEqual(sent, [201, 403, 401]);
  });

  test("writes cookies on answers that Fastify does not send, and on those of failed routes", async (t) => {
    const app = await registered(t, makeApplication().auth);
    app.post("/hijacked", async (request, reply) => {
      await request.auth.signIn({ userId: "u1" });
      reply.hijack();
      reply.raw.writeHead(200, { "cache-control": "public" });
      reply.raw.end("raw");
    });
    app.post("/failed", async (request) => {
      await request.auth.signIn({ userId: "u1" });
      throw new Error("the route failed");
    });
    for (const [url, status] of [
      ["/hijacked", 200],
      ["/failed", 500],
    ] as const) {
      const answer = await app.inject({ method: "POST", url, headers: { host } });
      assert.equal(answer.statusCode, status);
      assert.match(String(answer.headers["set-cookie"]), /^sym=/);
      assert.equal(answer.headers["cache-control"], "private, no-store");
    }
  });

  test("belongs to the instance that it is registered in, and to those below", async (t) => {
    const { auth } = makeApplication();
    const app = appFor(t);
    await app.register(async (inside) => {
      await inside.register(fastifyAuth(auth));
      await inside.register(async (below) => {
        below.get("/below", async (request) => request.auth.status);
      });
    });
    app.get("/beside", { onRequest: requireAuth() }, async () => "in");
    assert.equal((await app.inject({ url: "/below", headers: { host } })).body, "anonymous");
    const beside = await app.inject({ url: "/beside", headers: { host } });
    assert.equal(beside.statusCode, 500);
    assert.match(beside.json<{ message: string }>().message, /await app\.register\(fastifyAuth/);
  });

  for (const [name, register] of [
    [
      "by an option",
      (app: FastifyInstance, auth: Auth) => app.register(fastifyAuth(auth), { prefix: "/api" }),
    ],
    [
      "with a parameter",
      (app: FastifyInstance, auth: Auth) =>
        app.register(
          async (inside) => {
            await inside.register(fastifyAuth(auth));
          },
          { prefix: "/:tenant" },
        ),
    ],
  ] as const) {
    test(`has its routes below a prefix ${name}, and nowhere else`, async (t) => {
      const { auth } = makeApplication({ strategy: "hybrid" });
      const app = appFor(t);
      await register(app, auth);
      const payload = { ...alice };
      const answer = await app.inject({
        method: "POST",
        url: "/api/auth/register?a=/b",
        headers: { host },
        payload,
      });
      assert.equal(answer.statusCode, 201);
      assert.match(
        String(answer.headers["set-cookie"]),
        /sym_refresh=[^;]+; Path=\/api\/auth\/refresh;/,
      );
      for (const url of ["/auth/session", "/x/api/auth/session", "/api/auth/unknown"]) {
        assert.equal((await app.inject({ url, headers: { host } })).statusCode, 404, url);
      }
    });
  }

  test("starts where routes ignore a slash at their end, and leaves ids that cannot be to nobody", async (t) => {
    const app = appFor(t, { routerOptions: { ignoreTrailingSlash: true } });
    await app.register(fastifyAuth(makeApplication().auth));
    assert.equal((await app.inject({ url: "/auth/session/", headers: { host } })).statusCode, 401);
    const strange = await app.inject({
      method: "DELETE",
      url: "/auth/sessions/a.b",
      headers: { host },
    });
    assert.equal(strange.statusCode, 404);
  });

  test("finds a CSRF token in a form field when it comes after the body", async (t) => {
    const { auth } = makeApplication({ csrf: "token" });
    const app = appFor(t);
    app.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string" },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    await app.register(fastifyAuth(auth), { hook: "preValidation" });
    app.get("/form", async (request) => request.auth.csrfToken());
    app.post("/submit", async (request) => request.auth.status);
    const form = await app.inject({ url: "/form", headers: { host } });
    const [cookie = ""] = String(form.headers["set-cookie"]).split(";");
    const headers = { host, cookie, "content-type": "application/x-www-form-urlencoded" };
    const submit = async (_csrf: string): Promise<number> => {
      const payload = new URLSearchParams({ _csrf }).toString();
      return (await app.inject({ method: "POST", url: "/submit", headers, payload })).statusCode;
    };
    assert.deepEqual([await submit(form.body), await submit("forged")], [200, 403]);
  });

  test("answers bodies that Fastify's parsers refuse in its own words, and leaves other errors to the handler further out", async (t) => {
    const app = appFor(t, { bodyLimit: 10 });
    const seen: string[] = [];
    app.setErrorHandler<Error>((error, _request, reply) => {
      seen.push(error.message);
      reply.code(418).send("further out");
    });
    await app.register(async (inside) => {
      inside.setErrorHandler(authErrors());
      inside.post("/fails", async () => {
        throw new Error("not of ours");
      });
    });
    const post = async (payload: string, type: string): Promise<unknown[]> => {
      const headers = { "content-type": type };
      const answer = await app.inject({ method: "POST", url: "/fails", headers, payload });
      return [answer.statusCode, answer.headers["content-type"]?.toString().includes("problem")];
    };
    assert.deepEqual(await post("{", "application/json"), [400, true]);
    assert.deepEqual(await post("<a/>", "text/xml"), [415, true]);
    assert.deepEqual(await post('"0123456789"', "application/json"), [413, true]);
    assert.deepEqual(await post("{}", "application/json"), [418, false]);
    assert.deepEqual(seen, ["not of ours"]);
  });
});
