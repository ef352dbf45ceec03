import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import Koa, { type Middleware } from "koa";
import { koaAuth, requireAuth } from "symbolon/koa";
import { alice } from "../support/auth.ts";
import { listen } from "../support/listen.ts";
import { makeApplication } from "./application.ts";
import { testHost } from "./http-suite.ts";
import { koaHost, mounted } from "./koa-host.ts";

testHost(koaHost("Koa, before body parsers"));
testHost(
  koaHost("Koa, after body parsers and mounted", {
    prefix: "/api",
    parsesJson: true,
  }),
);

/** Serves middleware; answers the base address, and what Koa reports. */
async function serve(
  context: TestContext,
  ...middleware: readonly Middleware[]
): Promise<{ readonly base: string; readonly reported: Error[] }> {
  const app = new Koa();
  const reported: Error[] = [];
  app.on("error", (error: Error) => reported.push(error));
  for (const each of middleware) app.use(each);
  return { base: await listen(context, app.callback()), reported };
}

const post = { method: "POST" };

describe("koaAuth", () => {
  test("writes cookies on answers that Koa does not send, and on those of failed routes", async (t) => {
    const { auth } = makeApplication();
    const { base, reported } = await serve(t, koaAuth(auth), async (ctx) => {
      await ctx.auth.signIn({ userId: "u1" });
      if (ctx.path === "/failed") throw new Error("the route failed");
      ctx.respond = false;
      ctx.res.writeHead(200, { "cache-control": "public" });
      ctx.res.end("raw");
    });
    for (const [path, status] of [
      ["/raw", 200],
      ["/failed", 500],
    ] as const) {
      const answer = await fetch(base + path, post);
      assert.equal(answer.status, status);
      assert.match(answer.headers.get("set-cookie") ?? "", /^sym=/);
      assert.equal(answer.headers.get("cache-control"), "private, no-store");
    }
    assert.deepEqual(
      reported.map(({ message }) => message),
      ["the route failed"],
    );
  });

  test("answers through the context, so that middleware before it sees the answer and adds to it", async (t) => {
    const { auth } = makeApplication();
    const seen: unknown[] = [];
    const { base } = await serve(
      t,
      async (ctx, next) => {
        ctx.set("vary", "origin");
        await next();
        seen.push([ctx.status, ctx.length]);
        ctx.set("x-after", "yes");
      },
      koaAuth(auth),
    );
    const answer = await fetch(`${base}/auth/session`);
    assert.deepEqual(seen, [[401, (await answer.arrayBuffer()).byteLength]]);
    assert.deepEqual(
      [answer.headers.get("vary"), answer.headers.get("x-after")],
      ["origin", "yes"],
    );
  });

  test("knows where it is when mounted in what is mounted", async (t) => {
    const { auth } = makeApplication({ strategy: "hybrid" });
    const { base } = await serve(t, mounted("/api", mounted("/v1", koaAuth(auth))));
    const answer = await fetch(`${base}/api/v1/auth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(alice),
    });
    assert.match(
      answer.headers.get("set-cookie") ?? "",
      /sym_refresh=[^;]+; Path=\/api\/v1\/auth\/refresh;/,
    );
  });

  test("reports an AuthError that comes when the answer has begun, and a guard without it", async (t) => {
    const { auth } = makeApplication();
    const begun = await serve(t, koaAuth(auth), async (ctx) => {
      ctx.respond = false;
      ctx.res.write("begun");
      ctx.res.end();
      await ctx.auth.replaceSecret("password_changed");
    });
    assert.equal(await (await fetch(begun.base, post)).text(), "begun");
    assert.deepEqual(
      begun.reported.map(({ name }) => name),
      ["AuthError"],
    );
    const unguarded = await serve(t, requireAuth());
    assert.equal((await fetch(unguarded.base)).status, 500);
    assert.match(unguarded.reported[0]?.message ?? "", /app\.use\(koaAuth\(auth\)\)/);
  });
});
