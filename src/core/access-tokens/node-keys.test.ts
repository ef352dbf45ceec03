import assert from "node:assert/strict";
import { createPublicKey, createSecretKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { algorithmNames, claims, makeIssuer, must, rules } from "../../../test/support/tokens.ts";
import type { AlgorithmName } from "./algorithms.ts";
import {
  importJwk,
  importSecret,
  publicJwk,
  requireFit,
  thumbprint,
  verificationKey,
} from "./node-keys.ts";
import { localSigningKey } from "./node-signer.ts";
import { verifyCompact } from "./node-verifier.ts";

const issuer = await makeIssuer();
const publicAlgorithms = algorithmNames.filter((name) => name !== "HS256");

describe("a key's JWK", () => {
  for (const algorithm of publicAlgorithms) {
    test(`is published without anything private, and read again (${algorithm})`, () => {
      const key = must(issuer.keys.get(algorithm));
      const jwk = publicJwk(key);
      const { kty, kid, alg, use, ...material } = jwk;
      assert.deepEqual([kid, alg, use], [algorithm, algorithm, "sig"]);
      assert.ok(!["d", "p", "q", "k"].some((name) => name in material), kty);
      const again = importJwk(JSON.parse(JSON.stringify(jwk)));
      assert.deepEqual([again.kid, again.algorithm], [algorithm, algorithm]);
      assert.ok(again.key.equals(key.key));
      const verdict = verifyCompact(issuer.issue(algorithm), () => again, rules);
      assert.ok(verdict.outcome === "verified" && verdict.claims.sub === claims.sub);
    });

    test(`of a private key is read as its public half only (${algorithm})`, () => {
      const { privateKey } = must(issuer.pairs.get(algorithm));
      const jwk = { ...privateKey.export({ format: "jwk" }), kid: "a", alg: algorithm };
      assert.equal(importJwk(jwk).key.type, "public");
    });
  }

  test("of a secret is never published, and neither is its digest", () => {
    const key = must(issuer.keys.get("HS256"));
    assert.throws(() => publicJwk(key), /never published/);
    assert.throws(() => thumbprint("HS256", key.key), TypeError);
  });

  test("of a secret can be read", () => {
    const k = randomBytes(32).toString("base64url");
    assert.equal(importJwk({ kty: "oct", kid: "a", alg: "HS256", k }).key.type, "secret");
  });

  test("has the thumbprint of RFC 8037, A.3", () => {
    const jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
    const key = createPublicKey({ key: jwk, format: "jwk" });
    assert.equal(thumbprint("EdDSA", key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  });

  test("has the same thumbprint for both halves of a key", () => {
    for (const algorithm of publicAlgorithms) {
      const { publicKey, privateKey } = must(issuer.pairs.get(algorithm));
      assert.equal(thumbprint(algorithm, privateKey), thumbprint(algorithm, publicKey));
    }
  });

  test("is refused when its point is not on the curve", () => {
    const jwk = publicJwk(must(issuer.keys.get("ES256")));
    assert.throws(() => importJwk({ ...jwk, y: jwk["x"] }), /not a public key/);
  });
});

describe("a key", () => {
  test("signs and verifies with its own algorithm only", () => {
    for (const [kid, pair] of issuer.pairs) {
      for (const algorithm of algorithmNames) {
        // RSA keys look alike; that each is for one of the two is said where it is made.
        const isAlike = algorithm === kid || ![algorithm, kid].some((name) => !/^[RP]S/.test(name));
        const make = (): unknown => [
          verificationKey(kid, algorithm, pair.publicKey),
          localSigningKey(kid, algorithm, pair.privateKey),
        ];
        if (isAlike) make();
        else assert.throws(make, TypeError, `${kid} as ${algorithm}`);
      }
    }
  });

  test("verifies with its public half, and signs with its private half", () => {
    for (const algorithm of publicAlgorithms) {
      const { publicKey, privateKey } = must(issuer.pairs.get(algorithm));
      assert.throws(() => verificationKey("a", algorithm, privateKey), /public key/);
      assert.throws(() => localSigningKey("a", algorithm, publicKey), /private key/);
    }
  });

  test("is refused when it is weak, or on another curve", () => {
    const weak: [AlgorithmName, ReturnType<typeof generateKeyPairSync>][] = [
      ["RS256", generateKeyPairSync("rsa", { modulusLength: 1024 })],
      ["PS256", generateKeyPairSync("rsa", { modulusLength: 2040 })],
      ["RS256", generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 })],
      ["PS256", generateKeyPairSync("rsa-pss", { modulusLength: 2048 })],
      ["ES256", generateKeyPairSync("ec", { namedCurve: "P-384" })],
      ["ES256", generateKeyPairSync("ec", { namedCurve: "secp256k1" })],
      ["EdDSA", generateKeyPairSync("ed448")],
      ["EdDSA", generateKeyPairSync("x25519")],
    ];
    for (const [algorithm, { publicKey, privateKey }] of weak) {
      assert.throws(() => verificationKey("a", algorithm, publicKey), TypeError);
      assert.throws(() => localSigningKey("a", algorithm, privateKey), TypeError);
    }
    const short = createSecretKey(randomBytes(31));
    assert.throws(() => requireFit("HS256", short), /at least 32 bytes/);
  });
});

describe("a secret", () => {
  test("is 32 bytes or more", () => {
    assert.equal(importSecret(randomBytes(32)).symmetricKeySize, 32);
    assert.equal(importSecret(randomBytes(100).toString("base64")).type, "secret");
    assert.throws(() => importSecret(randomBytes(31)), /at least 32 bytes/);
    assert.throws(() => importSecret(""), /at least 32 bytes/);
  });
});
