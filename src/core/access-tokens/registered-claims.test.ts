import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claims, now, rules, seconds } from "../../../test/support/tokens.ts";
import type { JsonObject } from "../../util/json.ts";
import { type ClaimRules, judgeClaims } from "./registered-claims.ts";

const judge = (changes: object, ruleChanges: Partial<ClaimRules> = {}): string | null =>
  judgeClaims({ ...claims, ...changes }, { ...rules, ...ruleChanges });

describe("the claims of an access token", () => {
  test("are right when they say what was expected", () => {
    assert.equal(judge({}), null);
    assert.equal(judge({ nbf: seconds, scope: "", roles: ["admin"] }), null);
  });

  for (const name of ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"]) {
    test(`must hold ${name}`, () => {
      const { [name]: _left, ...rest } = claims as JsonObject;
      assert.equal(judgeClaims(rest, rules), "token_claims");
    });
  }

  for (const name of ["iss", "sub", "jti", "client_id"]) {
    test(`are refused when ${name} is not a text, or empty`, () => {
      for (const value of [null, 5, "", true, [], {}, ["a"]]) {
        assert.equal(judge({ [name]: value }), "token_claims", JSON.stringify(value));
      }
    });
  }

  for (const name of ["exp", "iat", "nbf"]) {
    test(`are refused when ${name} is no whole number of seconds from 1970 to 9999`, () => {
      const texts = [null, String(seconds), "", true, [seconds], {}];
      const numbers = [
        seconds + 0.5,
        -1,
        -seconds,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        1e300,
        253_402_300_800,
      ];
      for (const value of [...texts, ...numbers]) {
        assert.equal(judge({ [name]: value }), "token_claims", JSON.stringify(value));
      }
    });
  }

  test("are refused when scope is not a text", () => {
    for (const scope of [null, 5, ["read"]]) assert.equal(judge({ scope }), "token_claims");
  });

  test("are refused when aud is neither a text nor a list of texts", () => {
    for (const aud of [null, 5, "", [], [null], [claims.aud, null], [claims.aud, ""], {}, [[]]]) {
      assert.equal(judge({ aud }), "token_claims", JSON.stringify(aud));
    }
  });

  test("are refused when the issuer is not exactly the expected one", () => {
    for (const iss of [
      `${claims.iss}/`,
      "https://ISSUER.example",
      "https://issuer.example.evil.example",
      ` ${claims.iss}`,
    ]) {
      assert.equal(judge({ iss }), "token_issuer", iss);
    }
  });

  test("are refused when they are for somebody else, and taken when they are also for us", () => {
    const api = "https://api.example";
    for (const aud of ["https://other.example", `${api}/`, ["https://other.example"]]) {
      assert.equal(judge({ aud }), "token_audience");
    }
    assert.equal(judge({ aud: ["https://other.example", api] }), null);
    assert.equal(judge({ aud: "b" }, { audience: ["a", "b"] }), null);
    assert.equal(judge({ aud: ["c", "b"] }, { audience: ["a", "b"] }), null);
    assert.equal(judge({ aud: ["c", "d"] }, { audience: ["a", "b"] }), "token_audience");
    assert.equal(judge({ aud: api }, { audience: [] }), "token_audience");
  });

  test("end exactly when they expire, and no second later", () => {
    assert.equal(judge({ exp: seconds }), "token_expired");
    assert.equal(judge({ exp: seconds + 1 }), null);
    assert.equal(judge({ exp: seconds + 1 }, { now: now + 999 }), null);
    assert.equal(judge({ exp: seconds + 1 }, { now: now + 1000 }), "token_expired");
    assert.equal(judge({ exp: 0 }), "token_expired");
  });

  test("are not yet valid before nbf, nor when they were issued in the future", () => {
    for (const name of ["nbf", "iat"]) {
      assert.equal(judge({ [name]: seconds }), null);
      assert.equal(judge({ [name]: seconds + 1 }), "token_not_yet_valid");
      assert.equal(judge({ [name]: seconds + 1 }, { now: now + 999 }), "token_not_yet_valid");
      assert.equal(judge({ [name]: seconds + 1 }, { now: now + 1000 }), null);
    }
  });

  test("are judged with as much tolerance for clocks as was asked for, on both sides", () => {
    const toleranceMs = 5_000;
    assert.equal(judge({ exp: seconds - 4 }, { toleranceMs }), null);
    assert.equal(judge({ exp: seconds - 5 }, { toleranceMs }), "token_expired");
    for (const name of ["nbf", "iat"]) {
      assert.equal(judge({ [name]: seconds + 5 }, { toleranceMs }), null);
      assert.equal(judge({ [name]: seconds + 6 }, { toleranceMs }), "token_not_yet_valid");
    }
  });
});
