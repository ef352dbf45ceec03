import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { mutantsOf } from "../support/token-mutants.ts";
import { algorithmNames, makeIssuer } from "../support/tokens.ts";

/* `test/threats/forged-access-token.test.ts` makes the same mutants every time; here they are new, and ten times as many. */

const issuer = await makeIssuer();

test("two hundred thousand new mutants of honest access tokens are refused", () => {
  const seed = randomInt(2 ** 31);
  const honest = algorithmNames.flatMap((name) => [
    issuer.issue(name),
    issuer.issue(name, { sub: "admin", scope: "everything" }),
  ]);
  for (const mutant of mutantsOf(honest, { count: 200_000, seed })) {
    const { outcome } = issuer.verify(mutant);
    assert.notEqual(outcome, "verified", `seed ${seed}: ${JSON.stringify(mutant)}`);
  }
});
