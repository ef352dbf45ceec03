import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importSecret } from "../../src/core/access-tokens/node-keys.ts";
import { localSigningKey, signCompact } from "../../src/core/access-tokens/node-signer.ts";
import type { TokenVerifierOptions } from "../../src/tokens/options.ts";
import { createTokenVerifier } from "../../src/tokens/token-verifier.ts";
import { algorithmNames, claims, craft, makeIssuer, must, seconds } from "../support/tokens.ts";
import { codeOf, errorOf, FakeIssuer, jwksOf } from "./issuer-fixture.ts";

const issuer = await makeIssuer();
const publicAlgorithms = algorithmNames.filter((name) => name !== "HS256");
const make = (options: Partial<TokenVerifierOptions> = {}) => {
  const server = new FakeIssuer(jwksOf(issuer));
  return { server, verifier: server.verifier(options) };
};

describe("a verifier of access tokens", () => {
  for (const algorithm of publicAlgorithms) {
    test(`verifies what the issuer signs with ${algorithm}`, async () => {
      const { verifier } = make();
      const token = issuer.issue(algorithm, { scope: "read  write " });
      const { claims: found, scopes } = await verifier.verify(token);
      assert.deepEqual(found, { ...claims, scope: "read  write " });
      assert.deepEqual(scopes, ["read", "write"]);
    });

    test(`refuses an ${algorithm} signature by another key, cut, or extended`, async () => {
      const { verifier } = make();
      const stranger = await makeIssuer();
      assert.equal(await codeOf(verifier.verify(stranger.issue(algorithm))), "token_signature");
      const token = issuer.issue(algorithm);
      for (const changed of [token.slice(0, -4), `${token}AAAA`]) {
        assert.match(await codeOf(verifier.verify(changed)), /^token_(?:signature|malformed)$/);
      }
    });
  }

  test("asks for the keys at the issuer's well-known address, unless told another", async () => {
    const { server, verifier } = make();
    await verifier.verify(issuer.issue("EdDSA"));
    assert.equal(server.lastUrl, "https://issuer.example/.well-known/jwks.json");
    const other = server.verifier({ jwks: new URL("https://keys.example/set") });
    await other.verify(issuer.issue("EdDSA"));
    assert.equal(server.lastUrl, "https://keys.example/set");
  });

  test("takes the keys from a set or a function, and HS256 only if told so", async () => {
    const { server } = make();
    const secret = { kty: "oct", kid: "HS256", alg: "HS256" };
    const k = must(issuer.pairs.get("HS256")).publicKey.export().toString("base64url");
    const set = { keys: [...jwksOf(issuer, "EdDSA").keys, { ...secret, k }] };
    const token = issuer.issue("HS256");
    for (const jwks of [set, () => set, async () => set]) {
      const all = server.verifier({ jwks, algorithms: ["EdDSA", "HS256"] });
      assert.equal(await codeOf(all.verify(token)), "verified");
      assert.equal(await codeOf(all.verify(issuer.issue("EdDSA"))), "verified");
      const usual = server.verifier({ jwks });
      assert.equal(await codeOf(usual.verify(token)), "token_key_unknown");
    }
    assert.equal(server.requests, 0);
  });

  test("uses keys for the allowed algorithms only, and says which were left out", async () => {
    const { server } = make();
    const verifier = server.verifier({ algorithms: ["ES256"] });
    assert.equal(await codeOf(verifier.verify(issuer.issue("ES256"))), "verified");
    const error = await errorOf(verifier.verify(issuer.issue("EdDSA")));
    assert.equal(error?.code, "token_key_unknown");
    assert.ok(error?.cause instanceof AggregateError);
    assert.ok(error.cause.errors.includes("EdDSA is not allowed here"));
  });

  test("judges the claims, also of a token that it has seen before", async () => {
    const { server, verifier } = make();
    const token = issuer.issue("EdDSA", { exp: seconds + 10 });
    assert.equal(await codeOf(verifier.verify(token)), "verified");
    server.clock.advance(9_999);
    assert.equal(await codeOf(verifier.verify(token)), "verified");
    server.clock.advance(1);
    assert.equal(await codeOf(verifier.verify(token)), "token_expired");
    const judge = (changes: object) =>
      codeOf(verifier.verify(issuer.issue("EdDSA", { ...changes })));
    assert.equal(await judge({ iss: "https://other.example" }), "token_issuer");
    assert.equal(await judge({ aud: "https://other.example" }), "token_audience");
    assert.equal(await judge({ nbf: seconds + 60 }), "token_not_yet_valid");
    assert.equal(await judge({ sub: 5 }), "token_claims");
    const header = { alg: "EdDSA", typ: "JWT", kid: "EdDSA" };
    const other = craft(header, claims, must(issuer.pairs.get("EdDSA")));
    assert.equal(await codeOf(verifier.verify(other)), "token_type");
  });

  test("allows for clocks that differ by five seconds, unless told otherwise", async () => {
    const token = issuer.issue("EdDSA", { exp: seconds - 4, iat: seconds + 4 });
    const options = { clock: new FakeIssuer({}).clock, jwks: jwksOf(issuer) };
    const given = { issuer: claims.iss, audience: String(claims.aud), withoutRevocation: true };
    const usual = createTokenVerifier({ ...given, ...options });
    assert.equal(await codeOf(usual.verify(token)), "verified");
    const strict = createTokenVerifier({ ...given, ...options, clockTolerance: "3s" });
    assert.equal(await codeOf(strict.verify(token)), "token_not_yet_valid");
  });

  test("gives the same token again without a second signature, frozen", async () => {
    const { verifier } = make();
    const token = issuer.issue("EdDSA", { roles: ["user"] });
    const first = await verifier.verify(token);
    assert.equal(await verifier.verify(token), first);
    assert.ok(Object.isFrozen(first) && Object.isFrozen(first.claims["roles"]));
    const other = issuer.issue("EdDSA", { roles: ["user"], jti: "other" });
    assert.notEqual(await verifier.verify(other), first);
  });

  test("remembers no more tokens than it was told, and none that it refused", async () => {
    const { server } = make();
    const verifier = server.verifier({ cacheSize: 0 });
    const token = issuer.issue("EdDSA");
    assert.notEqual(await verifier.verify(token), await verifier.verify(token));
  });

  test("does not take a token for one that it knows because it ends alike", async () => {
    const { verifier } = make();
    const token = issuer.issue("RS256");
    await verifier.verify(token);
    const [header, , signature] = token.split(".");
    const admin = Buffer.from(JSON.stringify({ ...claims, sub: "admin" })).toString("base64url");
    const forged = `${header}.${admin}.${signature}`;
    assert.equal(await codeOf(verifier.verify(forged)), "token_signature");
  });
});

test("a token signed with a secret that the verifier was given under another algorithm's name is refused", async () => {
  const { server } = make();
  const signer = localSigningKey("RS256", "HS256", importSecret("s".repeat(32)));
  const token = signCompact({ typ: "at+jwt" }, claims, signer);
  assert.equal(await codeOf(server.verifier().verify(token)), "token_algorithm");
});
