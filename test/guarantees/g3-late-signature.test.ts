import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { testAuth } from "../support/auth.ts";
import { must } from "../support/tokens.ts";

/** Guarantee G3 counts on it: an answer to a refresh comes soon, or not at all. */
test("a refresh whose access token an external signer has signed late is not answered, and nothing is lost", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  let takesMs = 0;
  const publicJwk = { ...publicKey.export({ format: "jwk" }), alg: "EdDSA", kid: "far" };
  const { auth, clock } = testAuth({
    strategy: "hybrid",
    baseUrl: "https://app.example.com",
    accessTokens: {
      signer: {
        kid: "far",
        algorithm: "EdDSA",
        publicJwk,
        sign: async (input) => {
          clock.advance(takesMs);
          return sign(null, input, privateKey);
        },
      },
    },
  });
  auth.on("store.failed", () => undefined);
  const head = { method: "POST", headers: { host: "app.example.com" } };
  const { tokens } = await auth.signIn({ userId: "u", delivery: "body" }, head);
  const refreshToken = must(tokens?.refreshToken);
  takesMs = 2_001;
  await assert.rejects(auth.refresh(head, { refreshToken }), { code: "store_unavailable" });
  takesMs = 100;
  const { tokens: renewed } = await auth.refresh(head, { refreshToken });
  assert.ok(renewed?.refreshToken !== undefined);
});
