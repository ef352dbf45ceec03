import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSigner, createVerifier } from "fast-jwt";
import { importJWK, jwtVerify, SignJWT } from "jose";
import jsonwebtoken from "jsonwebtoken";
import { importJwk, publicJwk } from "../../src/core/access-tokens/node-keys.ts";
import { verifyCompact } from "../../src/core/access-tokens/node-verifier.ts";
import { algorithmNames, claims, makeIssuer, must, now, rules } from "../support/tokens.ts";

/* What one side signs, the other verifies: between Symbolon and the libraries that people use elsewhere. */

const issuer = await makeIssuer();
const expected = { issuer: claims.iss, audience: String(claims.aud) };

for (const algorithm of algorithmNames) {
  describe(`${algorithm}, between Symbolon and other libraries`, () => {
    const { publicKey, privateKey } = must(issuer.pairs.get(algorithm));
    const isSecret = algorithm === "HS256";
    const header = { alg: algorithm, typ: "at+jwt", kid: algorithm } as const;
    const ours = issuer.issue(algorithm);
    const takes = (token: string): void => {
      const verdict = issuer.verify(token);
      assert.ok(verdict.outcome === "verified", JSON.stringify(verdict));
      assert.deepEqual(verdict.claims, claims);
    };

    test("jose verifies ours", async () => {
      const options = { ...expected, typ: "at+jwt", currentDate: new Date(now) };
      const { payload } = await jwtVerify(ours, publicKey, {
        ...options,
        algorithms: [algorithm],
      });
      assert.deepEqual(payload, claims);
    });

    test("we verify what jose signs", async () =>
      takes(await new SignJWT({ ...claims } as never).setProtectedHeader(header).sign(privateKey)));

    if (!isSecret) {
      test("keys are exchanged with jose as JWK, both ways", async () => {
        const key = must(issuer.keys.get(algorithm));
        const options = { ...expected, currentDate: new Date(now) };
        await jwtVerify(ours, await importJWK(publicJwk(key)), options);
        const exported = { ...publicKey.export({ format: "jwk" }), kid: algorithm, alg: algorithm };
        const verdict = verifyCompact(ours, () => importJwk(exported), rules);
        assert.equal(verdict.outcome, "verified");
      });
    }

    if (algorithm !== "EdDSA") {
      test("jsonwebtoken verifies ours", () => {
        const options = { ...expected, algorithms: [algorithm], clockTimestamp: now / 1000 };
        const payload = jsonwebtoken.verify(ours, publicKey, options as jsonwebtoken.VerifyOptions);
        assert.deepEqual(payload, claims);
      });

      test("we verify what jsonwebtoken signs", () =>
        takes(jsonwebtoken.sign({ ...claims }, privateKey, { algorithm, header })));
    }

    const pem = (key: typeof publicKey, type: "spki" | "pkcs8"): string | Buffer =>
      isSecret ? key.export() : String(key.export({ format: "pem", type } as never));

    test("fast-jwt verifies ours", () => {
      const key = pem(publicKey, "spki");
      const verify = createVerifier({
        key,
        algorithms: [algorithm],
        allowedIss: expected.issuer,
        allowedAud: expected.audience,
        clockTimestamp: now,
      });
      assert.deepEqual(verify(ours), claims);
    });

    test("we verify what fast-jwt signs", () => {
      const key = pem(privateKey, "pkcs8");
      const sign = createSigner({ key, algorithm, kid: algorithm, header });
      takes(sign({ ...claims }));
    });
  });
}
