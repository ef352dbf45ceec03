import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { importJwk, type VerificationKey } from "../../src/core/access-tokens/node-keys.ts";
import { judgeSignature, parseOnNode } from "../../src/core/access-tokens/node-verifier.ts";

/**
 * The Wycheproof cases for JSON Web Signatures, and the cookbook of RFC 7520. They lie beside the repository, not in it, so
 * outside of continuous integration they may be missing.
 */

const folder = resolve(import.meta.dirname, "../../../shared/vectors");
const wycheproof = `${folder}/json_web_signature_test.json`;
const cookbook = `${folder}/rfc7520`;
const missing = [wycheproof, cookbook].filter((path) => !existsSync(path));

type Jwk = Readonly<Record<string, string>>;

interface Vectors {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly public?: Jwk;
    readonly private: Jwk;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly jws: unknown;
      readonly result: "valid" | "invalid";
    }[];
  }[];
}

/** Where we differ from what the file says, and why. What is not here must be as the file says. */
const deviations: Readonly<Record<string, readonly number[]>> = {
  "valid, but signed with an algorithm that is none of ours": [
    ...range(264, 271),
    ...range(320, 323),
    ...range(325, 328),
    346,
    347,
    350,
    351,
  ],
  "valid, but empty: no access token has an empty payload": [259, 272],
  "valid, but of bytes that are no UTF-8: claims are text": [263, 275],
  "called invalid, but byte for byte the valid 357": [367, 370],
  "called valid, although it holds a question mark, which is not in the alphabet": [372, 373],
};

if (missing.length > 0) {
  const reason = `${missing.join(" and ")} not there`;
  test("the vectors for JWS", { skip: process.env["CI"] === "true" ? false : reason }, () => {
    assert.fail(reason);
  });
} else {
  const vectors = JSON.parse(readFileSync(wycheproof, "utf8")) as Vectors;
  const cases = vectors.testGroups.flatMap((group) =>
    group.tests.map((one) => ({ ...one, jwk: group.public ?? group.private })),
  );
  const differing = Object.values(deviations).flat();

  describe("Wycheproof", () => {
    for (const { tcId, comment, jws, result, jwk } of cases) {
      test(`${tcId} ${comment}: ${result}`, () => {
        const isTaken = verdictOn(jws, jwk) === "verified";
        assert.equal(isTaken !== (result === "valid"), differing.includes(tcId));
      });
    }

    test("all cases are there", () => assert.equal(cases.length, vectors.numberOfTests));

    for (const [why, ids] of Object.entries(deviations)) {
      test(`${why}: ${ids.join(", ")}`, () => {
        const known = cases.filter(({ tcId }) => ids.includes(tcId));
        assert.equal(known.length, ids.length);
        if (!why.includes("none of ours")) return;
        for (const { jws, jwk } of known)
          assert.match(verdictOn(jws, jwk), /none of ours|token_algorithm/);
      });
    }
  });

  describe("the cookbook of RFC 7520", () => {
    for (const file of readdirSync(cookbook)) {
      const { title, input, output } = JSON.parse(readFileSync(`${cookbook}/${file}`, "utf8")) as {
        readonly title: string;
        readonly input: { readonly key: Jwk; readonly alg: string };
        readonly output: { readonly compact?: string; readonly json?: object };
      };
      const isOurs = ["RS256", "HS256"].includes(input.alg) && output.compact !== undefined;
      test(`${title}: ${isOurs ? "verified" : "refused"}`, () => {
        const token = output.compact ?? JSON.stringify(output.json);
        const verdict = verdictOn(token, { ...input.key, alg: input.alg });
        assert.equal(verdict === "verified", isOurs, verdict);
        if (isOurs) assert.notEqual(verdictOn(token.replace(/\.S/, ".T"), input.key), "verified");
      });
    }
  });
}

/** What becomes of a token, as one word or the reason why its key is refused. */
function verdictOn(token: unknown, jwk: Jwk): string {
  let key: VerificationKey;
  try {
    // Some keys of the vectors have no `kid`; that of the token is not looked at here.
    key = importJwk({ kid: "any", ...jwk });
  } catch (error) {
    assert.ok(error instanceof TypeError);
    return error.message;
  }
  const text = typeof token === "string" ? token : JSON.stringify(token);
  const jws = parseOnNode(text, 65_536);
  return typeof jws === "string" ? jws : (judgeSignature(jws, key) ?? "verified");
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}
