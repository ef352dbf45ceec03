import assert from "node:assert/strict";
import { test } from "node:test";
import { makeIssuer, must } from "../../../test/support/tokens.ts";
import { AuthError } from "../errors.ts";
import { localSigningKey, type SigningKey } from "./node-signer.ts";
import { resolveAccessTokensOptions } from "./options.ts";
import { createTokenIssuer, toleranceMs, type IssuedAccessToken } from "./token-issuer.ts";
import { subjectOf, type TokenSubject } from "./token-claims.ts";

const now = Date.UTC(2026, 0, 1);
const lifetimeMs = 300_000;
const never = Number.MAX_SAFE_INTEGER;
const pair = must((await makeIssuer()).pairs.get("EdDSA"));
const signingKey = localSigningKey("k", pair.algorithm, pair.privateKey);

const subject: TokenSubject = {
  sessionId: "s",
  userId: "u",
  tenantId: "t",
  mark: 1,
  position: 2,
  authenticatedAt: now - 5_000,
  methods: ["pwd"],
  assuranceLevel: "aal1",
  claims: { role: "reader" },
};

interface Payload {
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
}

function payloadOf({ accessToken }: IssuedAccessToken): Payload & Readonly<Record<string, never>> {
  const [, payload = ""] = accessToken.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as ReturnType<typeof payloadOf>;
}

/** An issuer whose dice show `chance` of 255. */
function issuerWith(
  chance: number,
  keys: {
    readonly signingKey: () => SigningKey | null;
    readonly makeCurrent: () => Promise<void>;
  } = {
    signingKey: () => signingKey,
    makeCurrent: async () => undefined,
  },
): ReturnType<typeof createTokenIssuer> {
  const config = resolveAccessTokensOptions({}, { lifetime: lifetimeMs, issuer: "i" });
  let drawn = 0;
  const random = (length: number): Uint8Array =>
    new Uint8Array(length).map((_, index) => (index === 0 ? chance : (drawn += 1)));
  return createTokenIssuer({ config, keys, random });
}

test("chance shortens a token's life, by a twentieth at most", async () => {
  for (const [chance, lifeMs] of [
    [0, lifetimeMs],
    [51, lifetimeMs * 0.99],
    [255, lifetimeMs * 0.95],
  ] as const) {
    const issued = await issuerWith(chance).issue(subject, now, never);
    assert.equal(issued.origin.expiresAt, now + lifeMs);
    assert.equal(payloadOf(issued).exp * 1000, issued.origin.expiresAt);
  }
});

test("a token counts from when it was known what it says, in whole seconds that are not longer", async () => {
  const issued = await issuerWith(0).issue(subject, now + 999, never);
  const { iat, exp } = payloadOf(issued);
  assert.deepEqual([iat * 1000, exp * 1000], [now, now + lifetimeMs]);
  assert.ok(issued.origin.expiresAt <= now + 999 + lifetimeMs);
});

test("a token does not outlive its session, also where it is accepted for as long as clocks may differ", async () => {
  for (const notAfter of [now + 60_999, now + 1, now]) {
    const issued = await issuerWith(0).issue(subject, now, notAfter);
    const last = issued.origin.expiresAt + toleranceMs;
    assert.ok(last <= notAfter && last > notAfter - 1_000);
  }
});

test("a token says whom it is about, and no two are the same", async () => {
  const issuer = issuerWith(0);
  const [one, other] = [
    await issuer.issue(subject, now, never),
    await issuer.issue(subject, now, never),
  ];
  assert.deepEqual(subjectOf(payloadOf(one)), subject);
  assert.notEqual(payloadOf(one).jti, payloadOf(other).jti);
  assert.match(payloadOf(one).jti, /^[\w-]{16}$/);
});

test("keys that are not current are made so first, and an outage is told", async () => {
  let isCurrent = false;
  const keys = {
    signingKey: () => (isCurrent ? signingKey : null),
    makeCurrent: async () => {
      isCurrent = true;
    },
  };
  assert.ok(await issuerWith(0, keys).issue(subject, now, never));
  const gone = {
    signingKey: () => null,
    makeCurrent: () => Promise.reject(new AuthError("store_unavailable")),
  };
  await assert.rejects(issuerWith(0, gone).issue(subject, now, never), {
    code: "store_unavailable",
  });
  const none = { signingKey: () => null, makeCurrent: async () => undefined };
  await assert.rejects(issuerWith(0, none).issue(subject, now, never), /signer's was revoked/);
});
