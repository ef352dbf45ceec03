import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, type Auth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import type { Engine } from "../../src/core/engine.ts";
import { leadMs } from "../../src/core/keys/key-ring.ts";
import { createTokenVerifier, type TokenVerifier } from "../../src/tokens/token-verifier.ts";
import { testSecret } from "../support/auth.ts";
import {
  day,
  issue,
  issuer,
  tokenDeployment,
  type TokenDeployment,
} from "../support/signing-keys.ts";
import { must } from "../support/tokens.ts";
import { codeOf } from "./issuer-fixture.ts";

/*
 * A service that has only `symbolon/tokens` follows the issuer's keys: one process signs, another one publishes, and the
 * service asks that one by its handler, through whatever time passes.
 */

interface World extends TokenDeployment {
  readonly signer: Engine;
  readonly publisher: Auth;
  readonly verifier: TokenVerifier;
  /** How many milliseconds lay between requests for the keys, since the first. */
  readonly gaps: readonly number[];
}

function makeWorld(): World {
  const store = memoryStore();
  const deployment = tokenDeployment(() => store);
  const options = { accessTokens: { rotateEvery: "1d" } } as const;
  const { clock } = deployment;
  const publisher = createAuth({
    ...options,
    secret: testSecret,
    store,
    strategy: "hybrid",
    baseUrl: issuer,
    clock,
  });
  publisher.on("warning", () => undefined);
  publisher.on("store.failed", () => undefined);
  const gaps: number[] = [];
  let askedAt: number | null = null;
  const verifier = createTokenVerifier({
    issuer,
    audience: issuer,
    withoutRevocation: true,
    clockTolerance: 0,
    clock,
    async fetch(url, init) {
      if (askedAt !== null) gaps.push(clock.now() - askedAt);
      askedAt = clock.now();
      return publisher.handler(new Request(url, init));
    },
  });
  return {
    ...deployment,
    signer: deployment.engine(options),
    publisher,
    verifier,
    gaps,
  };
}

test("a service follows rotations, and refuses no honest token", async () => {
  const { signer, verifier, pass, clock, gaps } = makeWorld();
  const kids = new Set<string>();
  let last = await issue(signer);
  // A token every hundred seconds, presented at once and again later, until the key has been replaced three times.
  for (const until = clock.now() + 3 * day + 3_600_000; clock.now() < until;) {
    const token = await issue(signer);
    kids.add(must(signer.keys.signingKey()).kid);
    assert.equal(await codeOf(verifier.verify(token)), "verified");
    assert.equal(await codeOf(verifier.verify(last)), "verified");
    last = token;
    await pass(100_000, 1_000);
  }
  assert.equal(kids.size, 4);
  // A key that was not known when its first token came would have been looked for at once.
  assert.ok(Math.min(...gaps) > 240_000, `asked again after ${Math.min(...gaps)} ms`);
});

test("a service that has asked nothing for days knows the key that signs now", async () => {
  const { signer, verifier, pass } = makeWorld();
  assert.equal(await codeOf(verifier.verify(await issue(signer))), "verified");
  await pass(day - leadMs.signing + 62_000);
  await pass(5 * leadMs.signing);
  assert.equal(await codeOf(verifier.verify(await issue(signer))), "verified");
});

test("after a revocation a service takes the new key at once, and the revoked one no longer than the set may be kept", async () => {
  const { signer, publisher, verifier, pass } = makeWorld();
  const stolen = await issue(signer, 3_600_000);
  assert.equal(await codeOf(verifier.verify(stolen)), "verified");
  await pass(61_000);
  assert.equal(await publisher.keys.revoke(must(signer.keys.signingKey()).kid), true);
  await pass(2_000);
  const honest = await issue(signer);
  assert.equal(await codeOf(verifier.verify(honest)), "verified");
  // To find the new key it has fetched the set, in which the old one is not any more.
  assert.equal(await codeOf(verifier.verify(stolen)), "token_key_unknown");
});

test("a service that meets no new token refuses a revoked key when it renews the set", async () => {
  const { signer, publisher, verifier, pass } = makeWorld();
  const stolen = await issue(signer, 3_600_000);
  assert.equal(await codeOf(verifier.verify(stolen)), "verified");
  await pass(1_000);
  assert.equal(await publisher.keys.revoke(must(signer.keys.signingKey()).kid), true);
  await pass(300_000);
  assert.equal(await codeOf(verifier.verify(stolen)), "token_key_unknown");
});
