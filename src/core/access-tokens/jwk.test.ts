import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import type { JsonObject, JsonValue } from "../../util/json.ts";
import { parseJwkSet, parseVerificationJwk } from "./jwk.ts";

const exported = (
  pair: ReturnType<typeof generateKeyPairSync>,
): Record<"x" | "y" | "n" | "kty", string> =>
  pair.privateKey.export({ format: "jwk" }) as Record<"x" | "y" | "n" | "kty", string>;
const ed = { ...exported(generateKeyPairSync("ed25519")), kid: "ed" };
const ec = { ...exported(generateKeyPairSync("ec", { namedCurve: "P-256" })), kid: "ec" };
const rsa = {
  ...exported(generateKeyPairSync("rsa", { modulusLength: 2048 })),
  kid: "rsa",
  alg: "RS256",
};
const secret = { kty: "oct", kid: "hs", alg: "HS256", k: randomBytes(32).toString("base64url") };

const zeros = (length: number): string => Buffer.alloc(length, 1).toString("base64url");

const faultOf = (value: JsonValue | undefined): string => {
  const parsed = parseVerificationJwk(value);
  return typeof parsed === "string" ? parsed : "none";
};

describe("a JWK", () => {
  test("is taken with the one algorithm that it is for, and only the members that verify", () => {
    const cases = [
      [ed, "EdDSA", "alg crv kid kty use x"],
      [ec, "ES256", "alg crv kid kty use x y"],
      [rsa, "RS256", "alg e kid kty n use"],
      [{ ...rsa, alg: "PS256" }, "PS256", "alg e kid kty n use"],
      [secret, "HS256", "alg k kid kty use"],
    ] as const;
    for (const [jwk, algorithm, members] of cases) {
      const parsed = parseVerificationJwk(jwk);
      assert.ok(typeof parsed !== "string");
      assert.deepEqual([parsed.kid, parsed.algorithm.name], [jwk.kid, algorithm]);
      assert.equal(Object.keys(parsed.jwk).sort().join(" "), members);
      assert.equal(parsed.jwk.alg, algorithm);
    }
  });

  test("must say its algorithm, unless its curve has only one", () => {
    const { alg: _rs, ...rsaWithout } = rsa;
    const { alg: _hs, ...secretWithout } = secret;
    assert.match(faultOf(rsaWithout), /does not say its alg/);
    assert.match(faultOf(secretWithout), /does not say its alg/);
  });

  test("is refused when its algorithm is none of ours, or that of another kind of key", () => {
    for (const alg of ["none", "NONE", "", "RS384", "ES384", "HS512", "RSA-OAEP", "toString", 5]) {
      assert.match(faultOf({ ...rsa, alg }), /none of ours/, String(alg));
    }
    for (const alg of ["EdDSA", "ES256", "HS256"])
      assert.match(faultOf({ ...rsa, alg }), /not a key/);
    assert.match(faultOf({ ...ed, alg: "ES256" }), /not a key/);
    assert.match(faultOf({ ...ec, crv: "P-384", alg: "ES256" }), /not a key/);
    assert.match(faultOf({ ...ed, crv: "X25519", alg: "EdDSA" }), /not a key/);
    assert.match(faultOf({ ...ec, crv: "secp256k1" }), /does not say/);
  });

  test("is refused when it is meant for something else than verifying", () => {
    assert.equal(faultOf({ ...ed, use: "sig", key_ops: ["sign", "verify"] }), "none");
    for (const use of ["enc", "", null, ["sig"]]) assert.match(faultOf({ ...ed, use }), /use/);
    for (const key_ops of [["encrypt"], ["sign"], [], "verify", null]) {
      assert.match(faultOf({ ...ed, key_ops }), /key_ops/);
    }
  });

  test("is refused without a kid that is a text", () => {
    for (const kid of [undefined, "", 5, null, ["a"]]) {
      assert.match(faultOf({ ...ed, kid } as JsonObject), /kid/);
    }
  });

  test("is refused when it is no object", () => {
    for (const value of [undefined, null, "jwk", 5, [], [ed]])
      assert.match(faultOf(value), /object/);
  });

  test("is refused when its numbers are missing, of a wrong size, or spelt in another way", () => {
    for (const x of [undefined, "", 5, zeros(31), zeros(33), `${ed.x}=`, ` ${ed.x}`]) {
      assert.match(faultOf({ ...ed, x } as JsonObject), /32 bytes/);
    }
    for (const y of [undefined, zeros(31), zeros(33), `${ec.y}=`]) {
      assert.match(faultOf({ ...ec, y } as JsonObject), /32 bytes/);
    }
    const n = Buffer.from(rsa.n, "base64url");
    const small = [zeros(128), zeros(255), zeros(256), Buffer.concat([Buffer.of(0), n])];
    for (const wrong of [...small, zeros(1025), "", "n", n.toString("base64")]) {
      const spelt = typeof wrong === "string" ? wrong : wrong.toString("base64url");
      assert.match(faultOf({ ...rsa, n: spelt }), /2048 to 8192 bits/);
    }
    for (const e of ["", "AQ", "Aw", "AAEAAQ", "AQAA", "AQAB=", zeros(9)]) {
      assert.match(faultOf({ ...rsa, e }), /exponent/, e);
    }
    assert.match(faultOf({ ...secret, k: zeros(31) }), /at least 32 bytes/);
    assert.match(faultOf({ ...secret, k: "" }), /at least 32 bytes/);
  });
});

describe("a JWK set", () => {
  test("gives its keys by their kid, and says what is wrong with the others", () => {
    const set = parseJwkSet({ keys: [ed, { ...ec, use: "enc" }, rsa, 5] });
    assert.deepEqual([...(set?.keys.keys() ?? [])], ["ed", "rsa"]);
    assert.equal(set?.faults.length, 2);
  });

  test("gives no key for a kid that several claim, even if only one of them is sound", () => {
    for (const twice of [
      [ed, { ...ec, kid: "ed" }],
      [ed, { ...ed, use: "enc" }],
      [{ ...ed, use: "enc" }, ed],
      [ed, ed, ed],
    ]) {
      const set = parseJwkSet({ keys: [...twice, rsa] });
      assert.deepEqual([...(set?.keys.keys() ?? [])], ["rsa"]);
    }
  });

  test("is none when it has no list of keys", () => {
    for (const value of [undefined, null, [], [ed], {}, { keys: {} }, ed, "keys"]) {
      assert.equal(parseJwkSet(value), null);
    }
  });
});
