import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyCompact } from "../../src/core/access-tokens/node-verifier.ts";
import { forgedTokens } from "../support/forged-tokens.ts";
import { mutantsOf } from "../support/token-mutants.ts";
import { codeOf, FakeIssuer, jwksOf } from "../tokens/issuer-fixture.ts";
import {
  algorithmNames,
  claims,
  craft,
  encode,
  makeIssuer,
  must,
  reasonOf,
  rules,
  seconds,
} from "../support/tokens.ts";

/*
 * Whoever has seen honest tokens and the public keys, but no private one, makes a token that is accepted.
 */

const issuer = await makeIssuer();
const ours = must(issuer.pairs.get("EdDSA"));
const header = { alg: "EdDSA", typ: "at+jwt", kid: "EdDSA" };
const judge = (token: string): string => reasonOf(issuer.verify(token));

/** What verifies in other services: the same rules on WebCrypto. */
const elsewhere = new FakeIssuer(jwksOf(issuer)).verifier();

describe("a forged access token is refused", () => {
  for (const [trick, tokens] of Object.entries(forgedTokens(issuer))) {
    test(`${trick} (${tokens.length})`, () => {
      for (const token of tokens) assert.notEqual(judge(token), "verified", token);
    });

    test(`${trick}, in another service`, async () => {
      const codes = tokens.map((token) => codeOf(elsewhere.verify(token)));
      for (const code of await Promise.all(codes)) assert.match(code, /^token_/);
    });
  }

  test("a nested token, and a token as the payload", () => {
    const inner = issuer.issue("EdDSA");
    assert.equal(judge(craft({ ...header, cty: "JWT" }, inner, ours)), "token_header");
    assert.equal(judge(craft(header, inner, ours)), "token_malformed");
    assert.equal(judge(craft(header, JSON.stringify(inner), ours)), "token_malformed");
  });

  test("thousands of mutants of honest tokens, made by a fixed seed", () => {
    const honest = algorithmNames.flatMap((name) => [
      issuer.issue(name),
      issuer.issue(name, { sub: "admin", scope: "everything" }),
    ]);
    let count = 0;
    for (const mutant of mutantsOf(honest, { count: 20_000, seed: 20_260_101 })) {
      assert.notEqual(judge(mutant), "verified", mutant);
      count += 1;
    }
    assert.equal(count, 20_000);
  });
});

describe("both verifiers", () => {
  test("say the same of honest tokens and of two thousand mutants, word for word", async () => {
    const honest = algorithmNames
      .filter((name) => name !== "HS256")
      .map((name) => issuer.issue(name, { scope: "read" }));
    const mutants = [...mutantsOf(honest, { count: 2_000, seed: 20_260_102 })];
    const published = (kid: string) => (kid === "HS256" ? null : issuer.keyOf(kid));
    for (const token of [...honest, ...mutants]) {
      const said = reasonOf(verifyCompact(token, published, rules));
      assert.equal(await codeOf(elsewhere.verify(token)), said, token);
    }
  });
});

describe("what even the issuer's own key cannot make good", () => {
  const signed = (payload: string): string => judge(craft(header, payload, ours));
  const text = JSON.stringify(claims);

  test("an exp that is a text, a fraction, negative, huge, nothing, or no number", () => {
    const values = [`"${claims.exp}"`, `${claims.exp}.5`, "-1", `-${claims.exp}`, "1e400", "1e300"];
    for (const value of [
      ...values,
      "253402300800",
      "null",
      "true",
      "[]",
      `[${claims.exp}]`,
      "{}",
    ]) {
      const payload = text.replace(`"exp":${claims.exp}`, `"exp":${value}`);
      assert.notEqual(payload, text);
      assert.equal(signed(payload), "token_claims", value);
    }
    for (const value of ["NaN", "Infinity", "0x7fffffff", "01", "1_000", ""]) {
      const payload = text.replace(`"exp":${claims.exp}`, `"exp":${value}`);
      assert.equal(signed(payload), "token_malformed", value);
    }
    assert.equal(signed(text.replace(`,"exp":${claims.exp}`, "")), "token_claims");
    assert.equal(signed(text.replace(`"exp":${claims.exp}`, '"exp":1.7e9')), "token_expired");
  });

  test("members that are there twice, also by an escape", () => {
    for (const twice of [
      '"exp":9999999999',
      '"\\u0065xp":9999999999',
      '"sub":"admin"',
      '"":1,"":2',
    ]) {
      assert.equal(signed(`${text.slice(0, -1)},${twice}}`), "token_malformed", twice);
      assert.equal(signed(`{${twice},${text.slice(1)}`), "token_malformed", twice);
    }
  });

  test("bytes that are no UTF-8", () => {
    for (const bytes of ["\u00ff", "\u00c0\u0080", "\u00ed\u00a0\u0080", "\u00f8"]) {
      assert.equal(signed(text.replace("user-1", bytes)), "token_malformed");
    }
  });

  test("tokens of another kind, however authentic", () => {
    for (const typ of ["JWT", "id_token+jwt", "logout+jwt", "dpop+jwt", "rt+jwt", "jwt"]) {
      assert.equal(judge(craft({ ...header, typ }, claims, ours)), "token_type", typ);
    }
  });
});

describe("refusing a token costs little", () => {
  const deep = (open: string, close: string): string =>
    `${JSON.stringify(claims).slice(0, -1)},"x":${open.repeat(5_000)}1${close.repeat(5_000)}}`;
  const large = {
    "a megabyte": "A".repeat(1_000_000),
    "a megabyte of dots": ".".repeat(1_000_000),
    "a megabyte of claims": craft(header, { ...claims, x: "x".repeat(1_000_000) }, ours),
    "arrays 5,000 deep": craft(header, deep("[", "]"), ours),
    "objects 5,000 deep": craft(header, deep('{"a":', "}"), ours),
    "a header 5,000 deep": `${encode(`{"alg":${"[".repeat(5_000)}${"]".repeat(5_000)}}`)}.e30.AA`,
  };
  const unseen = () => assert.fail("a key was looked for");

  for (const [what, token] of Object.entries(large)) {
    test(`${what}: nothing of it is looked at`, () =>
      assert.equal(reasonOf(verifyCompact(token, unseen, rules)), "token_too_large"));

    test(`${what}, where more is allowed: refused, and not by a crash`, () => {
      const verdict = issuer.verify(token, { maxBytes: 4_000_000 });
      assert.match(reasonOf(verdict), /^token_(?:malformed|signature)$|^verified$/);
      assert.equal(verdict.outcome === "verified", what === "a megabyte of claims");
    });
  }

  test("a token under an unknown key, or another algorithm, is refused before its signature is looked at", () => {
    // A signature that cannot even be decoded shows that nobody tried.
    const input = (changes: object): string => `${encode({ ...header, ...changes })}.e30.%%%`;
    assert.equal(judge(input({ kid: "unknown" })), "token_key_unknown");
    assert.equal(judge(input({ alg: "RS256" })), "token_algorithm");
    assert.equal(judge(input({})), "token_malformed");
  });

  test("the key is looked for once, and only when there is something to verify", () => {
    let lookUps = 0;
    const keyOf = (kid: string) => {
      lookUps += 1;
      return issuer.keyOf(kid);
    };
    verifyCompact(issuer.issue("ES256", { exp: seconds - 1 }), keyOf, rules);
    assert.equal(lookUps, 1);
    for (const token of ["a.b.c", "", ".."]) verifyCompact(token, keyOf, rules);
    assert.equal(lookUps, 1);
  });
});

describe("what is known of a token that has a twin", () => {
  test("the same ECDSA signature with its other s is accepted: who must know a token again goes by its jti", () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const token = issuer.issue("ES256");
    const end = token.lastIndexOf(".") + 1;
    const bytes = Buffer.from(token.slice(end), "base64url");
    const s = BigInt(`0x${bytes.toString("hex", 32)}`);
    const other = Buffer.from((order - s).toString(16).padStart(64, "0"), "hex");
    const twin =
      token.slice(0, end) + Buffer.concat([bytes.subarray(0, 32), other]).toString("base64url");
    assert.notEqual(twin, token);
    const [one, two] = [issuer.verify(token), issuer.verify(twin)];
    assert.ok(one.outcome === "verified" && two.outcome === "verified");
    assert.equal(one.claims.jti, two.claims.jti);
  });
});
