import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import type { Auth, AuthOptions } from "symbolon";
import { expressAuth } from "symbolon/express";
import { nodeAuth } from "symbolon/node";
import { createServerApp } from "../../src/server/app.ts";
import { testAuth } from "../support/auth.ts";
import { Client, readAnswer, type Answer, type Sent } from "../support/client.ts";
import { cutOffStore } from "../support/cut-off-store.ts";
import { listen } from "../support/listen.ts";
import { passTime } from "../support/pass-time.ts";
import { must } from "../support/tokens.ts";

/** The public keys, as every way of serving Symbolon answers them. */

const path = "/.well-known/jwks.json";
type Asks = (sent?: Sent & { readonly at?: string }) => Promise<Answer>;

function tokenAuth(options: Partial<AuthOptions> = {}): ReturnType<typeof testAuth> {
  const made = testAuth({ strategy: "hybrid", ...options });
  made.auth.on("warning", () => undefined);
  made.auth.on("store.failed", () => undefined);
  return made;
}

async function askOver(
  base: string,
  { at = path, ...sent }: Parameters<Asks>[0] = {},
): Promise<Answer> {
  return new Client(base).send(at, sent);
}

/** What a request is answered by, in each way. */
const ways: Readonly<Record<string, (context: TestContext, auth: Auth) => Promise<Asks>>> = {
  "auth.handler": async (_context, auth) => {
    return async ({ at = path, body: _body, ...sent } = {}) =>
      readAnswer(await auth.handler(new Request(`https://app.example.com${at}`, sent)));
  },
  "auth.respond": async (_context, auth) => {
    const handle = async (): Promise<Response> => new Response("the application", { status: 404 });
    return async ({ at = path, body: _body, ...sent } = {}) =>
      readAnswer(await auth.respond(new Request(`https://app.example.com${at}`, sent), handle));
  },
  express: async (context, auth) => {
    const base = await listen(context, express().use(expressAuth(auth)));
    return (sent) => askOver(base, sent);
  },
  "node:http": async (context, auth) => {
    const open = nodeAuth(auth);
    const base = await listen(context, async (request, response) => {
      if ((await open(request, response)) !== null) response.writeHead(404).end();
    });
    return (sent) => askOver(base, sent);
  },
  "the standalone server": async (context, auth) => {
    const app = createServerApp({
      auth,
      accounts: must(auth.users),
      strategy: "hybrid",
      publicUrl: () => "https://app.example.com",
      onError: (error) => assert.fail(String(error)),
    });
    const base = await listen(context, getRequestListener(app.fetch));
    return (sent) => askOver(base, sent);
  },
};

for (const [name, serve] of Object.entries(ways)) {
  describe(`the public keys, by ${name},`, () => {
    test("are for every page and every cache, and never private", async (context) => {
      const { auth } = tokenAuth();
      const { status, headers, json } = await (await serve(context, auth))();
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), "application/jwk-set+json");
      assert.equal(headers.get("cache-control"), "public, max-age=300");
      assert.equal(headers.get("access-control-allow-origin"), "*");
      assert.equal(headers.get("set-cookie"), null);
      const { keys } = json as { keys: readonly object[] };
      assert.equal(keys.length, 1);
      assert.deepEqual(Object.keys(must(keys[0])).sort(), ["alg", "crv", "kid", "kty", "use", "x"]);
      assert.deepEqual(json, await auth.jwks());
    });

    test("need no credential, look at none, and change none", async (context) => {
      const { auth } = tokenAuth();
      const asks = await serve(context, auth);
      const cookie = "__Host-sym=sys_nonsense; __Host-sym=sys_other";
      const { status, headers } = await asks({
        headers: { cookie, authorization: "Bearer nonsense", "sec-fetch-site": "cross-site" },
      });
      assert.equal(status, 200);
      assert.equal(headers.get("set-cookie"), null);
    });

    test("need not be sent again to who has them", async (context) => {
      const { auth } = tokenAuth();
      const asks = await serve(context, auth);
      const etag = must((await asks()).headers.get("etag"));
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const { status, text, headers } = await asks({ headers: { "if-none-match": known } });
        assert.deepEqual([status, text, headers.get("etag")], [304, "", etag], known);
      }
      await auth.keys.rotate("signing");
      const changed = await asks({ headers: { "if-none-match": etag } });
      assert.equal(changed.status, 200);
      assert.notEqual(changed.headers.get("etag"), etag);
    });

    test("can be asked for by HEAD and OPTIONS, and by nothing else", async (context) => {
      const { auth } = tokenAuth();
      const asks = await serve(context, auth);
      const head = await asks({ method: "HEAD" });
      assert.deepEqual([head.status, head.text], [200, ""]);
      assert.equal(head.headers.get("etag"), (await asks()).headers.get("etag"));
      const options = await asks({ method: "OPTIONS" });
      assert.deepEqual([options.status, options.headers.get("allow")], [204, "GET, HEAD, OPTIONS"]);
      for (const method of ["POST", "PUT", "DELETE"]) {
        const { status, json, headers } = await asks({ method });
        assert.deepEqual([status, json["code"]], [405, "method_not_allowed"]);
        assert.equal(headers.get("allow"), "GET, HEAD, OPTIONS");
      }
    });

    test("are the ones last known in an outage; who has never known any says 503", async (context) => {
      const cutOff = cutOffStore();
      const { auth, clock } = tokenAuth({ store: cutOff.store });
      const asks = await serve(context, auth);
      cutOff.isCutOff = true;
      const none = await asks();
      assert.deepEqual([none.status, none.json["code"]], [503, "store_unavailable"]);
      assert.equal(none.headers.get("cache-control"), "no-store");
      await assert.rejects(auth.jwks(), { code: "store_unavailable" });
      cutOff.isCutOff = false;
      await passTime(clock, 10_000);
      const { json } = await asks();
      cutOff.isCutOff = true;
      clock.advance(600_000);
      const known = await asks();
      assert.deepEqual([known.status, known.json], [200, json]);
    });

    test("are not there where no access tokens are signed, nor anywhere near", async (context) => {
      const sessions = await serve(context, tokenAuth({ strategy: "session" }).auth);
      assert.equal((await sessions()).status, 404);
      const asks = await serve(context, tokenAuth().auth);
      for (const at of [`${path}/`, `/auth${path}`, "/.well-known/jwks.jsonp", "/.well-known"]) {
        assert.equal((await asks({ at })).status, 404, at);
      }
    });
  });
}

describe("the public keys", () => {
  test("are none where a secret signs, or where nothing does", async () => {
    const secret = tokenAuth({ accessTokens: { algorithm: "HS256" } }).auth;
    assert.deepEqual(await secret.jwks(), { keys: [] });
    const answer = await readAnswer(
      await secret.handler(new Request(`https://app.example.com${path}`)),
    );
    assert.deepEqual([answer.status, answer.json], [200, { keys: [] }]);
    assert.deepEqual(await tokenAuth({ strategy: "session" }).auth.jwks(), { keys: [] });
  });

  test("are those that will sign, sign, and have signed; never one that is revoked", async () => {
    const { auth, clock } = tokenAuth();
    const kids = async (): Promise<readonly string[]> =>
      (await auth.jwks()).keys.map(({ kid }) => kid);
    const [first] = await kids();
    const [rotated] = await auth.keys.rotate("signing");
    assert.deepEqual(await kids(), [first, rotated?.id]);
    clock.advance(900_000);
    assert.deepEqual(await kids(), [first, rotated?.id]);
    assert.equal(await auth.keys.revoke(must(first)), true);
    assert.deepEqual(await kids(), [rotated?.id]);
  });

  test("have nothing private, whatever the algorithm", async () => {
    for (const algorithm of ["EdDSA", "ES256", "RS256", "PS256"] as const) {
      const { keys } = await tokenAuth({ accessTokens: { algorithm } }).auth.jwks();
      const [key] = keys;
      assert.equal(key?.alg, algorithm);
      for (const name of ["d", "p", "q", "dp", "dq", "qi", "k"]) {
        assert.equal(Object.hasOwn(must(key), name), false, name);
      }
    }
  });
});
