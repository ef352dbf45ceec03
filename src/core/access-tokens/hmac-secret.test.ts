import assert from "node:assert/strict";
import { createECDH, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { hmacSecretFault } from "./hmac-secret.ts";

const fault = (secret: Uint8Array | string): string | null => hmacSecretFault(Buffer.from(secret));

const pairs = {
  RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  Ed25519: generateKeyPairSync("ed25519"),
};

/** The ways in which the halves of a key are written down. */
function spellings({ publicKey, privateKey }: Record<"publicKey" | "privateKey", KeyObject>) {
  const spki = publicKey.export({ format: "der", type: "spki" });
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
  const pem = String(publicKey.export({ format: "pem", type: "spki" }));
  const privatePem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
  const jwk = publicKey.export({ format: "jwk" });
  return {
    PEM: pem,
    "PEM with Windows' line ends": pem.replaceAll("\n", "\r\n"),
    "PEM with blanks around it": ` \n\t${pem}\n  `,
    "PEM in one line": pem.replaceAll("\n", ""),
    "PEM with lines broken elsewhere": pem.replaceAll("\n", "\n\n  "),
    "PEM without its first and last line": pem.split("\n").slice(1, -2).join("\n"),
    DER: spki,
    "DER in base64": spki.toString("base64"),
    "DER in base64url": spki.toString("base64url"),
    JWK: JSON.stringify(jwk),
    "JWK, printed": JSON.stringify(jwk, null, 2),
    "a JWK set": JSON.stringify({ keys: [jwk] }),
    "private PEM": privatePem,
    "private DER": pkcs8,
    "private JWK": JSON.stringify(privateKey.export({ format: "jwk" })),
  };
}

describe("the secret of an HS256 key", () => {
  for (const [name, pair] of Object.entries(pairs)) {
    for (const [spelling, secret] of Object.entries(spellings(pair))) {
      test(`is no ${name} key as ${spelling}`, () =>
        assert.match(String(fault(secret)), /another kind/));
    }
  }

  test("is no RSA key in the older forms", () => {
    const { publicKey, privateKey } = pairs.RSA;
    assert.notEqual(fault(publicKey.export({ format: "der", type: "pkcs1" })), null);
    assert.notEqual(fault(publicKey.export({ format: "pem", type: "pkcs1" })), null);
    assert.notEqual(fault(privateKey.export({ format: "der", type: "pkcs1" })), null);
  });

  test("is no bare point of P-256, and no line of an SSH key", () => {
    const point = createECDH("prime256v1").generateKeys();
    assert.notEqual(fault(point), null);
    assert.equal(fault(Buffer.concat([Buffer.of(4), randomBytes(64)])), null);
    assert.notEqual(fault(`ssh-ed25519 ${randomBytes(51).toString("base64")} me@here`), null);
  });

  test("is anything else that is long enough: random bytes, and texts in every usual encoding", () => {
    const secrets = fc.uint8Array({ minLength: 32, maxLength: 100 });
    fc.assert(
      fc.property(secrets, (secret) => {
        const bytes = Buffer.from(secret);
        for (const encoding of ["base64", "base64url", "hex"] as const) {
          assert.equal(fault(bytes.toString(encoding)), null);
        }
        assert.equal(fault(bytes), null);
      }),
      { numRuns: 500 },
    );
    assert.equal(fault("correct horse battery staple, at length"), null);
    assert.equal(fault("0".repeat(32)), null);
    assert.equal(fault(`0b${"0".repeat(98)}`), null, "as text a sequence of 98 bytes");
    assert.equal(fault(`{"not a key": "${"x".repeat(32)}"}`), null);
  });

  test("has at least as many bytes as the digest", () => {
    for (const length of [0, 1, 16, 31]) {
      assert.match(String(fault(randomBytes(length))), /at least 32 bytes/);
    }
  });
});
