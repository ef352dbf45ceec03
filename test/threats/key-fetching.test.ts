import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, test, type TestContext } from "node:test";
import type { TokenError } from "../../src/tokens/token-error.ts";
import { createTokenVerifier } from "../../src/tokens/token-verifier.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { listen } from "../support/listen.ts";
import { claims, craft, makeIssuer, must, now, seconds } from "../support/tokens.ts";
import { codeOf, errorOf, FakeIssuer, jwksOf } from "../tokens/issuer-fixture.ts";

/*
 * Tokens, or whoever is on the way to the issuer, make a service fetch more, for longer, or from elsewhere than it should.
 */

const issuer = await makeIssuer();
const token = issuer.issue("EdDSA");
const set = JSON.stringify(jwksOf(issuer));

interface Outcome {
  readonly error: TokenError | null;
  readonly requests: readonly IncomingMessage[];
}

/** Verifies a token against an issuer that answers so. */
async function verifyWith(
  context: TestContext,
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  clock: FakeClock = new FakeClock(now),
): Promise<Outcome> {
  const requests: IncomingMessage[] = [];
  const base = await listen(context, (request, response) => {
    requests.push(request);
    answer(response, request);
  });
  const verifier = createTokenVerifier({
    issuer: claims.iss,
    audience: String(claims.aud),
    jwks: `${base}/.well-known/jwks.json`,
    dangerouslyAllowLoopbackHttp: true,
    withoutRevocation: true,
    clock,
  });
  const error = await errorOf(verifier.verify(token));
  return { error, requests };
}

const causeOf = ({ error }: Outcome): string => String(error?.cause);

describe("a request for keys", () => {
  test("asks for JSON, brings no credentials, and takes the answer", async (t) => {
    const outcome = await verifyWith(t, (response) => response.end(set));
    assert.equal(outcome.error, null);
    const [request] = outcome.requests;
    assert.equal(request?.url, "/.well-known/jwks.json");
    assert.match(String(request.headers.accept), /application\/json/);
    assert.equal(request.headers.cookie, undefined);
    assert.equal(request.headers.authorization, undefined);
  });

  test("takes an answer that comes in pieces", async (t) => {
    const outcome = await verifyWith(t, (response) => {
      for (const character of set) response.write(character);
      response.end();
    });
    assert.equal(outcome.error, null);
  });

  test("follows no redirect, not even to the same host", async (t) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const outcome = await verifyWith(t, (response, { url }) => {
        if (url === "/keys") response.end(set);
        else response.writeHead(status, { location: "/keys" }).end();
      });
      assert.equal(outcome.error?.code, "keys_unavailable");
      assert.equal(outcome.requests.length, 1);
      assert.match(causeOf(outcome), new RegExp(`answered ${status}`));
    }
  });

  test("takes nothing but 200 for an answer, whatever the body", async (t) => {
    for (const status of [201, 203, 206, 400, 401, 404, 500, 503]) {
      const outcome = await verifyWith(t, (response) => response.writeHead(status).end(set));
      assert.equal(outcome.error?.code, "keys_unavailable", String(status));
      assert.match(causeOf(outcome), new RegExp(`answered ${status}`));
    }
  });

  test("takes no answer that is no JWK set", async (t) => {
    const duplicate = `{"keys":[],${set.slice(1)}`;
    const answers = ["", "<html>", "[]", "null", "{}", '{"keys":{}}', `${set} x`, duplicate];
    for (const body of answers) {
      const outcome = await verifyWith(t, (response) => response.end(body));
      assert.equal(outcome.error?.code, "keys_unavailable", body);
      assert.match(causeOf(outcome), /no JSON object|no JWK set/);
    }
    const notText = await verifyWith(t, (response) =>
      response.end(Buffer.from(set.replace('"keys"', '"keys\u00ff"'), "latin1")),
    );
    assert.match(causeOf(notText), /no JSON object/);
  });

  test("reads no more than 64 KiB, however the length is announced", async (t) => {
    const fits = `${" ".repeat(65_536 - set.length)}${set}`;
    assert.equal((await verifyWith(t, (response) => response.end(fits))).error, null);
    let written = 0;
    const outcome = await verifyWith(t, (response) => {
      const more = (): void => {
        written += 1;
        if (written < 10_000 && !response.destroyed) response.write(" ".repeat(10_000), more);
        else response.end();
      };
      more();
    });
    assert.match(causeOf(outcome), /more than 65536 bytes/);
    assert.ok(written < 10_000);
  });

  test("ends after five seconds, when nothing comes", async (t) => {
    const clock = new FakeClock(now);
    const outcome = await verifyWith(t, () => clock.advance(5_000), clock);
    assert.equal(outcome.error?.code, "keys_unavailable");
    assert.match(causeOf(outcome), /did not answer within 5000 ms/);
  });

  test("ends after five seconds, when the answer does not end", async (t) => {
    const clock = new FakeClock(now);
    const outcome = await verifyWith(
      t,
      (response) => response.write(set.slice(0, 20), () => clock.advance(5_000)),
      clock,
    );
    assert.match(causeOf(outcome), /did not answer within 5000 ms/);
  });

  test("ends when the connection breaks", async (t) => {
    const outcome = await verifyWith(t, (response) => response.destroy());
    assert.equal(outcome.error?.code, "keys_unavailable");
  });
});

describe("unknown kids", () => {
  const unknown = (kid: string): string =>
    craft({ alg: "EdDSA", typ: "at+jwt", kid }, claims, must(issuer.pairs.get("EdDSA")));
  const lasting = issuer.issue("EdDSA", { exp: seconds + 1_000 });

  test("however often one is made up, the issuer is asked once in thirty seconds", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    await verifier.start();
    for (let second = 0; second < 300; second += 1) {
      const flood = [1, 2, 3].map((n) => codeOf(verifier.verify(unknown(`${second} ${n}`))));
      assert.deepEqual(new Set(await Promise.all(flood)), new Set(["token_key_unknown"]));
      assert.equal(await codeOf(verifier.verify(lasting)), "verified");
      server.clock.advance(1_000);
    }
    assert.equal(server.requests, 10);
  });
});
