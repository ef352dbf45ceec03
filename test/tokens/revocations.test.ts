import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RevocationFeed } from "../../src/tokens/revocation-feed.ts";
import type { TokenVerifierOptions } from "../../src/tokens/options.ts";
import { createTokenVerifier } from "../../src/tokens/token-verifier.ts";
import { claims, makeIssuer } from "../support/tokens.ts";
import { codeOf, errorOf, FakeIssuer, jwksOf } from "./issuer-fixture.ts";

const issuer = await makeIssuer();
const make = (options: Partial<TokenVerifierOptions> = {}) => {
  const server = new FakeIssuer(jwksOf(issuer));
  return { server, verifier: server.verifier(options) };
};

describe("revocations", () => {
  class FakeFeed implements RevocationFeed {
    answer: ReturnType<RevocationFeed["isRevoked"]> = false;
    startFails = false;
    calls: string[] = [];

    isRevoked({ jti }: { readonly jti: string }) {
      this.calls.push(jti);
      return this.answer;
    }

    async start() {
      this.calls.push("start");
      if (this.startFails) throw new Error("the feed cannot be reached");
    }

    async close() {
      this.calls.push("close");
    }
  }

  test("must be chosen: a feed, or to go without", () => {
    const given = { issuer: claims.iss, audience: "api", jwks: jwksOf(issuer) };
    assert.throws(() => createTokenVerifier(given), /withoutRevocation/);
    const both = { ...given, revocations: new FakeFeed(), withoutRevocation: true };
    assert.throws(() => createTokenVerifier(both), /withoutRevocation/);
  });

  test("are asked on every use, after the feed was started once", async () => {
    const feed = new FakeFeed();
    const { verifier } = make({ revocations: feed });
    const token = issuer.issue("EdDSA");
    await Promise.all([verifier.verify(token), verifier.verify(token)]);
    assert.deepEqual(feed.calls, ["start", "token-1", "token-1"]);
    feed.answer = true;
    assert.equal(await codeOf(verifier.verify(token)), "token_revoked");
    feed.answer = "outdated";
    assert.equal(await codeOf(verifier.verify(token)), "token_outdated");
    feed.answer = "unknown";
    assert.equal(await codeOf(verifier.verify(token)), "revocations_unavailable");
    feed.answer = undefined as never;
    assert.equal(await codeOf(verifier.verify(token)), "revocations_unavailable");
    feed.answer = false;
    assert.equal(await codeOf(verifier.verify(token)), "verified");
    await verifier.close();
    assert.equal(feed.calls.at(-1), "close");
  });

  test("that cannot be followed let nobody pass, until they can", async () => {
    const feed = new FakeFeed();
    feed.startFails = true;
    const { verifier } = make({ revocations: feed });
    const error = await errorOf(verifier.verify(issuer.issue("EdDSA")));
    assert.equal(error?.code, "revocations_unavailable");
    assert.match(String(error?.cause), /the feed cannot be reached/);
    await assert.rejects(verifier.start(), /the feed cannot be reached/);
    feed.startFails = false;
    assert.equal(await codeOf(verifier.verify(issuer.issue("EdDSA"))), "verified");
  });

  test("are not asked about a token that is not right", async () => {
    const feed = new FakeFeed();
    const { verifier } = make({ revocations: feed });
    await codeOf(verifier.verify("a.b.c"));
    await codeOf(verifier.verify(issuer.issue("EdDSA", { exp: 0 })));
    assert.deepEqual(feed.calls, []);
  });
});
