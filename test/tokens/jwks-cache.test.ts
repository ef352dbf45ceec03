import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claims, craft, type Issuer, makeIssuer, must, seconds } from "../support/tokens.ts";
import { codeOf, FakeIssuer, jwksOf } from "./issuer-fixture.ts";

/* When the issuer is asked for its keys, and what happens when it does not answer. Time is moved, nobody waits. */

const issuer = await makeIssuer();
const minute = 60_000;
const hour = 60 * minute;

/** A token that outlives the test. */
const lasting = (algorithm: "EdDSA" | "ES256", by: Issuer = issuer): string =>
  by.issue(algorithm, { exp: seconds + 1_000_000, jti: `${algorithm} ${(count += 1)}` });
let count = 0;

const unknown = (kid: string): string =>
  craft({ alg: "EdDSA", typ: "at+jwt", kid }, claims, must(issuer.pairs.get("EdDSA")));

describe("the keys of the issuer", () => {
  test("are fetched when the first token comes, and not again for the next ones", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    assert.equal(server.requests, 0);
    await verifier.verify(lasting("EdDSA"));
    await verifier.verify(lasting("ES256"));
    assert.equal(server.requests, 1);
  });

  test("are fetched before the first token when asked to", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    await verifier.start();
    await verifier.start();
    await verifier.verify(lasting("EdDSA"));
    assert.equal(server.requests, 1);
  });

  test("are fetched once for all who wait", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    const answered = Promise.withResolvers<Response>();
    server.answer = () => answered.promise;
    const waiting = Promise.all([1, 2, 3, 4].map(() => verifier.verify(lasting("EdDSA"))));
    answered.resolve(Response.json(jwksOf(issuer)));
    await waiting;
    assert.equal(server.requests, 1);
  });

  test("are kept for ten minutes, or for as long as the issuer says, within a minute and a day", async () => {
    const lives = [
      ["", 10 * minute],
      ["public", 10 * minute],
      ["public, max-age=300", 5 * minute],
      ["MAX-AGE=300", 5 * minute],
      ["s-maxage=10,max-age=300", 5 * minute],
      ["max-age=5", minute],
      ["no-store", minute],
      ["no-cache, max-age=300", minute],
      ["max-age=99999999", 24 * hour],
      ["max-age=none", 10 * minute],
    ] as const;
    for (const [control, life] of lives) {
      const server = new FakeIssuer({});
      server.publish(jwksOf(issuer), control === "" ? {} : { "cache-control": control });
      const verifier = server.verifier();
      await verifier.verify(lasting("EdDSA"));
      server.clock.advance(life * 0.8);
      await verifier.verify(lasting("EdDSA"));
      assert.equal(server.requests, 1, control);
      server.clock.advance(life * 0.2 + 1);
      await verifier.verify(lasting("EdDSA"));
      assert.equal(server.requests, 2, control);
    }
  });

  test("are kept for less when they have lain in a cache", async () => {
    const server = new FakeIssuer({});
    server.publish(jwksOf(issuer), { "cache-control": "max-age=600", age: "300" });
    const verifier = server.verifier();
    await verifier.verify(lasting("EdDSA"));
    server.clock.advance(5 * minute + 1);
    await verifier.verify(lasting("EdDSA"));
    assert.equal(server.requests, 2);
  });

  test("are renewed on the side before they are too old, so that nobody waits", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    const token = lasting("EdDSA");
    await verifier.verify(token);
    server.clock.advance(9 * minute);
    const hanging = Promise.withResolvers<Response>();
    server.answer = () => hanging.promise;
    await verifier.verify(token);
    await verifier.verify(lasting("EdDSA"));
    assert.equal(server.requests, 2);
    hanging.resolve(Response.json(jwksOf(issuer)));
  });

  test("count their age also while the machine sleeps", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    await verifier.verify(lasting("EdDSA"));
    server.clock.setWallClock(server.clock.now() + 11 * minute);
    await verifier.verify(lasting("EdDSA"));
    assert.equal(server.requests, 2);
  });

  test("are refused as soon as the issuer no longer names them, also for tokens seen before", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    const token = lasting("EdDSA");
    await verifier.verify(token);
    server.publish(jwksOf(issuer, "ES256"));
    server.clock.advance(10 * minute + 1);
    assert.equal(await codeOf(verifier.verify(token)), "token_key_unknown");
    assert.equal(await codeOf(verifier.verify(lasting("ES256"))), "verified");
  });

  test("are all refused when the issuer names none any more", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    const token = lasting("EdDSA");
    await verifier.verify(token);
    server.publish({ keys: [] });
    server.clock.advance(10 * minute + 1);
    assert.equal(await codeOf(verifier.verify(token)), "token_key_unknown");
  });

  test("are others when another key comes under the same kid", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    const token = lasting("EdDSA");
    const first = await verifier.verify(token);
    server.clock.advance(10 * minute + 1);
    assert.equal(await verifier.verify(token), first);
    const other = await makeIssuer();
    server.publish(jwksOf(other));
    server.clock.advance(10 * minute + 1);
    assert.equal(await codeOf(verifier.verify(token)), "token_signature");
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA", other))), "verified");
  });
});

describe("an unknown kid", () => {
  test("makes the verifier look again, and find a key that is new", async () => {
    const server = new FakeIssuer(jwksOf(issuer, "ES256"));
    const verifier = server.verifier();
    await verifier.verify(lasting("ES256"));
    server.publish(jwksOf(issuer));
    server.clock.advance(30_000);
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "verified");
    assert.equal(server.requests, 2);
  });

  test("cannot be told from a new key while the issuer cannot be reached", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    await verifier.start();
    server.answer = null;
    server.clock.advance(30_000);
    assert.equal(await codeOf(verifier.verify(unknown("new"))), "keys_unavailable");
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "verified");
    server.publish(jwksOf(issuer));
    server.clock.advance(30_000);
    assert.equal(await codeOf(verifier.verify(unknown("new"))), "token_key_unknown");
  });
});

describe("an issuer that cannot be reached", () => {
  test("stops nobody for a day after its keys went stale, and everybody then", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    await verifier.start();
    server.answer = null;
    server.clock.advance(10 * minute + 24 * hour);
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "verified");
    server.clock.advance(1);
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "keys_unavailable");
    server.publish(jwksOf(issuer));
    server.clock.advance(1_000);
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "verified");
  });

  test("stops nobody for as long as was chosen", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier({ staleFor: "5m" });
    await verifier.start();
    server.answer = null;
    server.clock.advance(15 * minute);
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "verified");
    server.clock.advance(1);
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "keys_unavailable");
  });

  test("is not asked for every token: once in thirty seconds", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    const known = lasting("EdDSA");
    await verifier.verify(known);
    server.answer = null;
    server.clock.advance(10 * minute + 1);
    for (let second = 0; second < 120; second += 1) {
      assert.equal(await codeOf(verifier.verify(known)), "verified");
      assert.equal(await codeOf(verifier.verify(lasting("ES256"))), "verified");
      server.clock.advance(1_000);
    }
    assert.equal(server.requests, 1 + 4);
  });

  test("keeps those waiting who find out, up to its deadline, and nobody after them", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    await verifier.start();
    server.answer = () => new Promise(() => undefined);
    server.clock.advance(10 * minute + 1);
    let isVerified = false;
    const first = verifier.verify(lasting("EdDSA")).then(() => (isVerified = true));
    await new Promise(setImmediate);
    assert.equal(isVerified, false);
    server.clock.advance(5_000);
    await first;
    server.clock.advance(30_000);
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "verified");
    assert.equal(server.requests, 3);
  });

  test("is asked again after a second when there are no keys at all, as when both start together", async () => {
    const server = new FakeIssuer(jwksOf(issuer));
    const verifier = server.verifier();
    server.answer = null;
    await verifier.start();
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "keys_unavailable");
    server.publish(jwksOf(issuer));
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "keys_unavailable");
    assert.equal(server.requests, 1);
    server.clock.advance(1_000);
    assert.equal(await codeOf(verifier.verify(lasting("EdDSA"))), "verified");
    assert.equal(server.requests, 2);
  });
});
