import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AuthOptions } from "symbolon";
import { FakeClock } from "symbolon/testing";
import { CookieJar } from "../../src/http/cookie-jar.ts";
import { problemAnswer } from "../../src/http/problem.ts";
import { localSigningKey } from "../../src/core/access-tokens/node-signer.ts";
import { forgedTokens } from "../support/forged-tokens.ts";
import { observedAuth, type ObservedAuth } from "../support/served-app.ts";
import { jwksOf } from "../tokens/issuer-fixture.ts";
import { makeIssuer, must, now, rules } from "../support/tokens.ts";

/*
 * The threat: a forged access token is presented to the application itself, in a header or as a cookie. It must be refused like
 * any other, so that its maker learns nothing from the answer, and cost the store nothing.
 */

const issuer = await makeIssuer();
const jwks = jwksOf(issuer).keys as readonly { readonly kid: string }[];
const jwkOf = (kid: string): object => must(jwks.find((jwk) => jwk.kid === kid));

/** An engine that trusts all public keys of the issuer whose tokens are forged, and signs with one of them. */
function application(strategy: "hybrid" | "jwt"): ObservedAuth {
  const { privateKey } = must(issuer.pairs.get("EdDSA"));
  const key = localSigningKey("EdDSA", "EdDSA", privateKey);
  const accessTokens: AuthOptions["accessTokens"] = {
    issuer: rules.issuer,
    audience: "https://api.example",
    signer: {
      kid: "EdDSA",
      algorithm: "EdDSA",
      publicJwk: jwkOf("EdDSA"),
      sign: async (input) => key.sign(Buffer.from(input).toString("latin1")),
    },
    previous: ["ES256", "RS256", "PS256"].map(jwkOf),
  };
  return observedAuth({ strategy, accessTokens, clock: new FakeClock(now) });
}

/** What the application is told of a credential, and what its client would be answered. */
async function answerTo(
  { auth }: ObservedAuth,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const jar = new CookieJar();
  const request = await auth.open(
    { method: "GET", headers: { host: "localhost", ...headers } },
    jar,
  );
  assert.equal(request.principal, null);
  assert.deepEqual(jar.fields, []);
  const { error, status } = request;
  return error === null ? status : JSON.stringify(problemAnswer(error));
}

for (const strategy of ["hybrid", "jwt"] as const) {
  describe(`${strategy}: a forged access token is refused`, () => {
    for (const [trick, tokens] of Object.entries(forgedTokens(issuer))) {
      test(`${trick} (${tokens.length}): one answer for all, and no store call`, async () => {
        const app = application(strategy);
        await app.auth.ready();
        await app.auth.jwks();
        await answerTo(app, { authorization: `Bearer ${must(tokens[0])}` });
        app.store.takeCalls();
        const answers = new Set<string>();
        for (const token of tokens) {
          const byHeader = await answerTo(app, { authorization: `Bearer ${token}` });
          // What does not say that it is ours is not ours to judge, and then there is nothing else.
          if (byHeader !== "anonymous") answers.add(byHeader);
          const byCookie = await answerTo(app, {
            cookie: `sym_access=${token.replaceAll(";", "")}`,
          });
          assert.match(byCookie, /^anonymous$|"invalid_token/, token);
        }
        for (const answer of answers) {
          assert.match(answer, /"status":401.*invalid_token/);
          assert.doesNotMatch(answer, /signature|algorithm|kid|malformed|unknown/);
        }
        assert.ok(answers.size <= 1, [...answers].join("\n"));
        const reads = app.store.takeCalls().filter((call) => call !== "revocation.sync");
        assert.deepEqual(reads, []);
      });
    }

    test("and an honest one of the same key is accepted, but not with another word in it", async () => {
      const app = application(strategy);
      const head = { method: "POST", headers: { host: "localhost" } };
      const { tokens } = await app.auth.signIn({ userId: "user-1", delivery: "body" }, head);
      const [header = "", payload = "", signature = ""] = must(tokens?.accessToken).split(".");
      const authorization = `Bearer ${header}.${payload}.${signature}`;
      const host = "localhost";
      const principal = await app.auth.authenticate({ host, authorization });
      assert.equal(principal?.userId, "user-1");
      const claims = Buffer.from(payload, "base64url").toString().replace('"user-1"', '"admin!"');
      const changed = `${header}.${Buffer.from(claims).toString("base64url")}.${signature}`;
      assert.match(await answerTo(app, { authorization: `Bearer ${changed}` }), /invalid_token/);
    });

    test("an authentic token of another use of the same keys is none of the application", async () => {
      const app = application(strategy);
      for (const token of [
        issuer.issue("EdDSA"),
        issuer.issue("ES256", { sub: "admin", sid: "A".repeat(22) }),
        issuer.issue("EdDSA", {
          sid: "A".repeat(22),
          mark: 0,
          pos: 0,
          acr: "aal9",
          amr: [],
          auth_time: 1,
        }),
        issuer.issue("EdDSA", {
          sid: "A".repeat(22),
          mark: -1,
          pos: 0,
          acr: "aal1",
          amr: [],
          auth_time: 1,
        }),
        issuer.issue("EdDSA", { sid: 5, mark: 0, pos: 0, acr: "aal1", amr: [], auth_time: 1 }),
        issuer.issue("EdDSA", {
          sid: "A".repeat(22),
          mark: 0,
          pos: 0,
          acr: "aal1",
          amr: "pwd",
          auth_time: 1,
        }),
      ]) {
        assert.match(await answerTo(app, { authorization: `Bearer ${token}` }), /invalid_token/);
      }
    });
  });
}
