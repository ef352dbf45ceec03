import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { testSecret } from "../../../test/support/auth.ts";
import { resolveEngineOptions, type EngineOptions } from "../options.ts";
import {
  longestAccessTokenMs,
  type AccessTokensConfig,
  type AccessTokensOptions,
} from "./options.ts";
import { generateKeyPair, publicJwk, verificationKey } from "./node-keys.ts";

const { publicKey, privateKey } = await generateKeyPair("ES256");
const jwk = publicJwk(verificationKey("kms-1", "ES256", publicKey));
const signer = {
  kid: "kms-1",
  algorithm: "ES256",
  publicJwk: jwk,
  sign: async () => new Uint8Array(64),
} as const;

function engineConfig(options: Partial<EngineOptions>): ReturnType<typeof resolveEngineOptions> {
  const all = { secret: testSecret, store: memoryStore(), ...options };
  return resolveEngineOptions(all, "https://app.example.com");
}

function resolved(
  accessTokens?: AccessTokensOptions,
  strategy: "hybrid" | "jwt" = "hybrid",
): AccessTokensConfig {
  const { accessTokens: config } = engineConfig({
    strategy,
    ...(accessTokens && { accessTokens }),
  });
  assert.ok(config !== null);
  return config;
}

describe("the options of access tokens", () => {
  test("have defaults by the strategy, and are none of the strategy session's", () => {
    assert.equal(engineConfig({}).accessTokens, null);
    const { lifetimeMs, issuer, audience, clientId, algorithm, rotateEveryMs, cacheSize } =
      resolved();
    assert.deepEqual(
      { lifetimeMs, issuer, audience, clientId, algorithm, rotateEveryMs, cacheSize },
      {
        lifetimeMs: 300_000,
        issuer: "https://app.example.com",
        audience: ["https://app.example.com"],
        clientId: "https://app.example.com",
        algorithm: "EdDSA",
        rotateEveryMs: 90 * 86_400_000,
        cacheSize: 50_000,
      },
    );
    assert.equal(resolved({}, "jwt").lifetimeMs, 900_000);
    assert.throws(() => engineConfig({ accessTokens: {} }), {
      name: "TypeError",
      message: /accessTokens needs the strategy/,
    });
  });

  test("name the client as the first audience, unless told otherwise", () => {
    const several = resolved({ audience: ["a", "b"] });
    assert.deepEqual(several.audience, ["a", "b"]);
    assert.equal(several.clientId, "a");
    assert.equal(resolved({ clientId: "web" }).clientId, "web");
  });

  test("keep revocations for as long as the longest token can be presented", () => {
    const keepForMs = (lifetime: AccessTokensOptions["lifetime"] & string): number =>
      engineConfig({ strategy: "jwt", accessTokens: { lifetime } }).revocation.keepForMs;
    assert.equal(
      keepForMs("15m"),
      engineConfig({}).revocation.keepForMs,
      "never less than without",
    );
    assert.equal(keepForMs("24h"), 86_400_000 + 120_000);
    assert.equal(keepForMs("24h"), longestAccessTokenMs);
  });

  const bad: readonly (readonly [option: RegExp, options: object])[] = [
    [/accessTokens\.lifetim is not an option/, { lifetim: "5m" }],
    [/accessTokens\.lifetime must be between/, { lifetime: "9s" }],
    [/accessTokens\.lifetime must be between/, { lifetime: "25h" }],
    [/accessTokens\.lifetime must be a duration/, { lifetime: "soon" }],
    [/accessTokens\.issuer/, { issuer: "" }],
    [/accessTokens\.audience/, { audience: [] }],
    [/accessTokens\.audience/, { audience: ["a", ""] }],
    [/accessTokens\.clientId/, { clientId: 7 }],
    [/accessTokens\.algorithm/, { algorithm: "none" }],
    [/accessTokens\.algorithm/, { algorithm: "toString" }],
    [/accessTokens\.rotateEvery must be at least a day/, { rotateEvery: "23h" }],
    [/accessTokens\.cacheSize/, { cacheSize: -1 }],
    [/accessTokens\.cacheSize/, { cacheSize: 1.5 }],
    [/accessTokens\.algorithm and rotateEvery/, { signer, algorithm: "ES256" }],
    [/accessTokens\.algorithm and rotateEvery/, { signer, rotateEvery: "90d" }],
    [/accessTokens\.signer\.sign/, { signer: { ...signer, sign: "kms" } }],
    [/accessTokens\.signer cannot be of HS256/, { signer: { ...signer, algorithm: "HS256" } }],
    [/accessTokens\.signer and its publicJwk disagree/, { signer: { ...signer, kid: "other" } }],
    [
      /accessTokens\.signer and its publicJwk disagree/,
      { signer: { ...signer, algorithm: "EdDSA" } },
    ],
    [/accessTokens\.signer\.publicJwk/, { signer: { ...signer, publicJwk: { kty: "EC" } } }],
    [
      /accessTokens\.signer\.publicJwk holds a private/,
      { signer: { ...signer, publicJwk: privateKey.export({ format: "jwk" }) } },
    ],
    [/accessTokens\.next must be an array/, { next: jwk }],
    [/accessTokens\.previous holds a private/, { previous: [{ ...jwk, d: "AAAA" }] }],
    [/accessTokens\.previous holds a private/, { previous: [{ kty: "oct", k: "A".repeat(43) }] }],
    [
      /accessTokens\.previous is no public JWK: a JWK needs a kid/,
      { previous: [{ ...jwk, kid: "" }] },
    ],
    [
      /accessTokens\.previous needs a kid of at most/,
      { previous: [{ ...jwk, kid: "k".repeat(256) }] },
    ],
    [/name the kid "kms-1" twice/, { signer, previous: [jwk] }],
    [/name the kid "kms-1" twice/, { next: [jwk], previous: [jwk] }],
  ];
  for (const [message, options] of bad) {
    test(`are refused by name: ${message.source} (${Object.keys(options).join()})`, () =>
      assert.throws(() => resolved(options), {
        name: "TypeError",
        message,
      }));
  }

  test("refuse an unknown strategy by name", () =>
    assert.throws(() => engineConfig({ strategy: "jwts" as "jwt" }), {
      name: "TypeError",
      message: /strategy must be 'session', 'hybrid' or 'jwt'; got "jwts"/,
    }));
});
