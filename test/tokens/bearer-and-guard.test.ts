import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claims, makeIssuer } from "../support/tokens.ts";
import { codeOf, errorOf, FakeIssuer, jwksOf } from "./issuer-fixture.ts";

const issuer = await makeIssuer();
const make = () => {
  const server = new FakeIssuer(jwksOf(issuer));
  return { server, verifier: server.verifier() };
};

describe("the bearer token of a request", () => {
  test("is found in the Authorization header, of fetch or of Node, however the scheme is spelt", async () => {
    const { verifier } = make();
    const token = issuer.issue("EdDSA");
    for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `BEARER  ${token}`]) {
      for (const headers of [{ authorization }, new Headers({ authorization })]) {
        assert.equal((await verifier.authenticate(headers))?.claims.sub, claims.sub);
      }
    }
  });

  test("is none without one, or with another scheme", async () => {
    const { verifier, server } = make();
    const token = issuer.issue("EdDSA");
    for (const authorization of [
      undefined,
      "",
      "Basic YTpi",
      token,
      `Bearer${token}`,
      "DPoP a.b.c",
    ]) {
      const headers = authorization === undefined ? {} : { authorization };
      assert.equal(await verifier.authenticate(headers), null);
      assert.equal(await codeOf(verifier.requireToken(headers)), "token_missing");
    }
    assert.equal(server.requests, 0);
  });

  test("is refused when it is empty, or not the only one", async () => {
    const { verifier } = make();
    const token = issuer.issue("EdDSA");
    const values = ["Bearer", "Bearer ", `Bearer ${token}, Bearer ${token}`];
    for (const authorization of [...values, [`Bearer ${token}`, `Bearer ${token}`]]) {
      assert.equal(await codeOf(verifier.authenticate({ authorization })), "token_malformed");
    }
  });
});

describe("a guard", () => {
  const { verifier } = make();
  const token = issuer.issue("EdDSA", { scope: "read write", role: "editor" });

  test("lets a token pass that grants all scopes, and whose claims the application allows", async () => {
    await verifier.verify(token, { requireScopes: ["write", "read"] });
    await verifier.verify(token, { allow: ({ claims }) => claims["role"] === "editor" });
    await verifier.verify(token, { requireScopes: [] });
  });

  test("refuses one that does not, and says which scopes are needed", async () => {
    for (const scopes of [["admin"], ["read", "admin"], ["Read"], ["read write"], [""]]) {
      const error = await errorOf(verifier.verify(token, { requireScopes: scopes }));
      assert.equal(error?.code, "insufficient_scope");
      assert.equal(
        error?.headers["www-authenticate"],
        `Bearer error="insufficient_scope", scope="${scopes.join(" ")}"`,
      );
    }
    const error = await errorOf(verifier.verify(token, { allow: () => false }));
    assert.deepEqual([error?.code, error?.status], ["forbidden", 403]);
    const without = issuer.issue("EdDSA");
    const guarded = verifier.verify(without, { requireScopes: ["read"] });
    assert.equal(await codeOf(guarded), "insufficient_scope");
  });

  test("does not take a promise, or anything but true, for a yes", async () => {
    for (const answer of [Promise.resolve(false), 1, "yes", undefined]) {
      const allow = (() => answer) as unknown as () => boolean;
      assert.equal(await codeOf(verifier.verify(token, { allow })), "forbidden");
    }
  });

  test("that is misspelt lets nobody pass", async () => {
    const misspelt = { requiredScopes: ["admin"] } as object;
    await assert.rejects(verifier.verify(token, misspelt), /guard.requiredScopes is not an option/);
  });
});

describe("what the client hears", () => {
  test("is invalid_token, whatever is wrong with the token", async () => {
    const { verifier } = make();
    const wrong = ["a.b.c", issuer.issue("EdDSA", { exp: 0 }), issuer.issue("HS256")];
    for (const token of [...wrong, issuer.issue("EdDSA").slice(0, -4), "x".repeat(10_000)]) {
      const error = await errorOf(verifier.verify(token));
      assert.deepEqual(
        [error?.status, error?.headers, error?.message],
        [401, { "www-authenticate": 'Bearer error="invalid_token"' }, "Sign in to continue."],
      );
    }
  });

  test("is a bare challenge without a token, and to come again when nobody can say", async () => {
    const { server, verifier } = make();
    const missing = await errorOf(verifier.requireToken({}));
    assert.deepEqual([missing?.status, missing?.headers], [401, { "www-authenticate": "Bearer" }]);
    server.answer = null;
    const unavailable = await errorOf(verifier.verify(issuer.issue("EdDSA")));
    assert.deepEqual(
      [unavailable?.code, unavailable?.status, unavailable?.headers],
      ["keys_unavailable", 503, { "retry-after": "5" }],
    );
    assert.match(String(unavailable?.cause), /cannot be reached/);
  });
});
