import assert from "node:assert/strict";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { issue, tokenDeployment, verdictOf } from "../../../test/support/signing-keys.ts";
import { testAuth } from "../../../test/support/auth.ts";
import { must } from "../../../test/support/tokens.ts";
import type { ExternalSigner } from "../access-tokens/external-signer.ts";
import { joseFromDer } from "../access-tokens/ecdsa-signature.ts";
import { publicJwk, verificationKey } from "../access-tokens/node-keys.ts";

/** A key management service: it signs and gives its key to nobody. */
interface Kms {
  readonly signer: ExternalSigner;
  readonly jwk: object;
}

function makeKms(
  kid: string,
  form: (der: Buffer, key: KeyObject) => Uint8Array = joseFromDer,
): Kms {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = publicJwk(verificationKey(kid, "ES256", publicKey));
  return {
    jwk,
    signer: {
      kid,
      algorithm: "ES256",
      publicJwk: jwk,
      sign: async (input) => form(sign("sha256", input, privateKey), privateKey),
    },
  };
}

const one = makeKms("kms-1");
const two = makeKms("kms-2");

describe("a signer that is held elsewhere", () => {
  test("signs in place of the ring, which has no signing key then", async () => {
    const { engine } = tokenDeployment();
    const signing = engine({ accessTokens: { signer: one.signer } });
    assert.equal(
      signing.keys.signingKey(),
      null,
      "the ring says whether it is revoked, and was not read",
    );
    const token = await issue(signing);
    assert.equal(await verdictOf(signing, token), "verified");
    assert.equal(signing.keys.signingKey()?.kid, "kms-1");
    assert.deepEqual(
      signing.keys.ring.keys.map(({ use }) => use),
      ["mac"],
    );
    await signing.keys.keepUp();
    assert.deepEqual(
      signing.keys.ring.keys.map(({ use }) => use),
      ["mac"],
    );
  });

  test("whose answer is not the right signature is told so, and nothing is issued", async () => {
    const { engine } = tokenDeployment();
    const wrong: readonly Kms[] = [
      makeKms("der", (der) => der),
      makeKms("text", (der) => joseFromDer(der).toString() as unknown as Uint8Array),
      makeKms("of another key", () =>
        joseFromDer(
          sign(
            "sha256",
            Buffer.from("x"),
            generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
          ),
        ),
      ),
    ];
    for (const { signer } of wrong) {
      const signing = engine({ accessTokens: { signer } });
      await assert.rejects(issue(signing), { name: "TypeError", message: /accessTokens\.signer/ });
    }
  });

  test("is replaced by configuration, one process after the other, and nobody is refused", async () => {
    const { engine } = tokenDeployment();
    const before = engine({ accessTokens: { signer: one.signer } });
    const told = engine({ accessTokens: { signer: one.signer, next: [two.jwk] } });
    const switched = engine({ accessTokens: { signer: two.signer, previous: [one.jwk] } });
    const tokens = [await issue(told), await issue(switched)];
    for (const token of tokens) {
      assert.equal(await verdictOf(told, token), "verified");
      assert.equal(await verdictOf(switched, token), "verified");
    }
    assert.equal(await verdictOf(before, must(tokens[1])), "token_key_unknown", "it was not told");
  });

  test("takes over from the ring, and gives back to it, while the tokens of both are good", async () => {
    const { engine } = tokenDeployment();
    const ring = engine();
    const byRing = await issue(ring);
    const external = engine({ accessTokens: { signer: one.signer } });
    assert.equal(await verdictOf(external, byRing), "verified");
    const back = engine({ accessTokens: { previous: [one.jwk] } });
    assert.equal(await verdictOf(back, await issue(external)), "verified");
    assert.equal(back.keys.signingKey()?.kid, ring.keys.signingKey()?.kid);
  });

  test("that is revoked neither signs nor verifies, in any process, and for ever", async () => {
    const deployment = tokenDeployment();
    const options = { accessTokens: { signer: one.signer } };
    const [first, other] = [deployment.engine(options), deployment.engine(options)];
    const token = await issue(first);
    assert.equal(await verdictOf(other, token), "verified");
    assert.equal(await first.keys.revoke("kms-1"), true);
    assert.equal(await first.keys.revoke("kms-1"), false);
    await deployment.pass(2_000);
    for (const engine of [first, other, deployment.engine(options)]) {
      assert.equal(await verdictOf(engine, token), "token_key_unknown");
      assert.equal(engine.keys.signingKey(), null);
      assert.deepEqual(await engine.keys.published(), []);
    }
    // Also when the log has forgotten it, and other keys were changed meanwhile.
    await deployment.pass(40 * 86_400_000);
    await first.keys.rotate("mac");
    const late = deployment.engine(options);
    await late.ready();
    assert.equal(late.keys.signingKey(), null);
  });
});

describe("auth.keys", () => {
  const rows = async (auth: ReturnType<typeof testAuth>["auth"]): Promise<readonly string[]> =>
    (await auth.keys.list()).map(({ use, state }) => `${use} ${state}`);

  test("lists the keys of both uses with their states, and rotates both unless told otherwise", async () => {
    const { auth, clock } = testAuth({ strategy: "jwt" });
    assert.deepEqual(await rows(auth), ["mac active", "signing active"]);
    const rotated = await auth.keys.rotate();
    assert.deepEqual(
      rotated.map(({ use, state }) => `${use} ${state}`),
      ["mac next", "signing next"],
    );
    clock.advance(900_000);
    assert.deepEqual(await rows(auth), [
      "mac retiring",
      "signing retiring",
      "mac active",
      "signing active",
    ]);
    assert.deepEqual(
      (await auth.keys.rotate("mac")).map(({ use }) => use),
      ["mac"],
    );
  });

  test("has no signing keys with the strategy session, and says so to who wants one", async () => {
    const { auth } = testAuth();
    assert.deepEqual(
      (await auth.keys.rotate()).map(({ use }) => use),
      ["mac"],
    );
    await assert.rejects(auth.keys.rotate("signing"), {
      name: "TypeError",
      message: /keys\.rotate/,
    });
  });

  test("lists the keys of the configuration, of which it knows no times, and revokes them", async () => {
    const { auth } = testAuth({
      store: memoryStore(),
      strategy: "hybrid",
      accessTokens: { signer: two.signer, previous: [one.jwk] },
    });
    assert.deepEqual(await rows(auth), ["mac active", "signing retiring", "signing active"]);
    assert.deepEqual((await auth.keys.list()).at(-1), {
      id: "kms-2",
      use: "signing",
      state: "active",
      algorithm: "ES256",
      createdAt: null,
      activeFrom: null,
      revokedAt: null,
    });
    await assert.rejects(auth.keys.rotate("signing"), { name: "TypeError" });
    assert.equal(await auth.keys.revoke("kms-1"), true);
    assert.deepEqual(await rows(auth), ["mac active", "signing revoked", "signing active"]);
    assert.deepEqual(
      (await auth.jwks()).keys.map(({ kid }) => kid),
      ["kms-2"],
    );
  });

  test("shows a key of the ring as retiring where a signer has taken over", async () => {
    const store = memoryStore();
    await testAuth({ store, strategy: "hybrid" }).auth.ready();
    const { auth } = testAuth({ store, strategy: "hybrid", accessTokens: { signer: one.signer } });
    assert.deepEqual(await rows(auth), ["mac active", "signing retiring", "signing active"]);
    const ring = must((await auth.keys.list()).find(({ state }) => state === "retiring"));
    assert.equal(await auth.keys.revoke(ring.id), true);
    assert.deepEqual(await rows(auth), ["mac active", "signing revoked", "signing active"]);
  });
});
