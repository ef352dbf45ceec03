import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTokenVerifier } from "./token-verifier.ts";

describe("options that make no sense", () => {
  const given = { issuer: "https://issuer.example", audience: "api", withoutRevocation: true };
  const cases: Readonly<Record<string, readonly [changes: object, says: RegExp]>> = {
    "a misspelt one": [{ audiences: "api" }, /audiences is not an option/],
    "no issuer": [{ issuer: "" }, /issuer/],
    "an issuer that is no address, and no jwks": [{ issuer: "me" }, /jwks must say/],
    "no audience": [{ audience: undefined }, /audience/],
    "an empty audience": [{ audience: [] }, /audience/],
    "an audience with an empty name": [{ audience: ["api", ""] }, /audience/],
    "an unknown algorithm": [{ algorithms: ["none"] }, /algorithms/],
    "no algorithm": [{ algorithms: [] }, /algorithms/],
    "a secret that would be fetched": [{ algorithms: ["HS256"] }, /not fetched/],
    "too much tolerance": [{ clockTolerance: "61s" }, /at most 60 s/],
    "a negative tolerance": [{ clockTolerance: -1 }, /clockTolerance/],
    "a cache of half a token": [{ cacheSize: 0.5 }, /cacheSize/],
    "an address that is none": [{ jwks: "keys" }, /no address/],
    "keys over plain HTTP": [{ jwks: "http://issuer.example/keys" }, /https/],
    "keys over plain HTTP, although this machine would be allowed": [
      { jwks: "http://issuer.example/keys", dangerouslyAllowLoopbackHttp: true },
      /https/,
    ],
    "a host that only looks like this machine": [
      { jwks: "http://127.0.0.1.example/keys", dangerouslyAllowLoopbackHttp: true },
      /https/,
    ],
    "this machine over plain HTTP": [{ jwks: "http://localhost:3000/" }, /dangerouslyAllow/],
    "keys in a file": [{ jwks: "file:///etc/keys" }, /https/],
    "a set without usable keys": [{ jwks: { keys: [{ kty: "RSA" }] } }, /no usable key.*kid/],
    "no set": [{ jwks: {} }, /no keys/],
  };
  for (const [what, [changes, says]] of Object.entries(cases)) {
    test(`are refused: ${what}`, () =>
      assert.throws(
        () => createTokenVerifier({ ...given, ...changes }),
        (error) => error instanceof TypeError && says.test(error.message),
      ));
  }

  test("do not include this machine over plain HTTP, when allowed", () => {
    for (const jwks of ["http://localhost:1/k", "http://127.1.2.3:1/k", "http://[::1]:1/k"]) {
      createTokenVerifier({ ...given, jwks, dangerouslyAllowLoopbackHttp: true });
    }
  });
});
