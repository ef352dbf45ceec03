import assert from "node:assert/strict";
import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import { describe, test } from "node:test";
import { issueRefreshToken, parseRefreshToken, type RefreshKey } from "./refresh-token.ts";

const ring = new Map<string, KeyObject>();
const keys = (keyId: string): KeyObject | null => ring.get(keyId) ?? null;
const key = newKey();
const sessionId = randomBytes(16).toString("base64url");
const at = Date.UTC(2026, 0, 1);

function newKey(): RefreshKey {
  const made = { id: randomBytes(4).toString("base64url"), key: createSecretKey(randomBytes(32)) };
  ring.set(made.id, made.key);
  return made;
}

const first = (): ReturnType<typeof issueRefreshToken> =>
  issueRefreshToken({
    sessionId,
    generation: 0,
    parent: null,
    issuedAt: at,
    key,
    random: randomBytes,
  });

describe("a refresh token", () => {
  test("says what was put into it", () => {
    const parent = first();
    const { refreshToken, hash } = issueRefreshToken({
      sessionId,
      generation: 4_294_967_295,
      parent: parent.hash,
      issuedAt: at,
      key,
      random: randomBytes,
    });
    assert.match(refreshToken, /^syr_[\w-]{104}$/);
    assert.deepEqual(parseRefreshToken(refreshToken, keys), {
      sessionId,
      generation: 4_294_967_295,
      issuedAt: at,
      hash,
      parent: parent.hash,
      authenticity: "authentic",
    });
  });

  test("has no parent when it is the first of its session, and only then", () => {
    assert.equal(parseRefreshToken(first().refreshToken, keys)?.parent, null);
    const input = { sessionId, issuedAt: at, key, random: randomBytes };
    assert.throws(() => issueRefreshToken({ ...input, generation: 1, parent: null }), TypeError);
    const parent = first().hash;
    assert.throws(() => issueRefreshToken({ ...input, generation: 0, parent }), TypeError);
  });

  test("is never the same twice", () =>
    assert.notEqual(first().refreshToken, first().refreshToken));

  test("is refused when any bit of it is another", () => {
    const { refreshToken } = first();
    const bytes = Buffer.from(refreshToken.slice(4), "base64url");
    for (let bit = 32; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(parseRefreshToken(`syr_${forged.toString("base64url")}`, keys), null);
    }
  });

  test("is refused in any other spelling", () => {
    const { refreshToken } = first();
    const spellings = ["", " ", "=", "A", "\u0000", "\u0100"].flatMap((extra) =>
      extra === "" ? [refreshToken.slice(0, -1), refreshToken.slice(4)] : [refreshToken + extra],
    );
    const wider = refreshToken.replace(/.$/, (last) =>
      String.fromCharCode(last.charCodeAt(0) + 256),
    );
    for (const spelling of [...spellings, wider, refreshToken.replace("syr_", "sys_"), ""]) {
      assert.equal(parseRefreshToken(spelling, keys), null, spelling);
    }
  });

  test("under a key that is not known is not called forged", () => {
    const { refreshToken, hash } = first();
    const presented = parseRefreshToken(refreshToken, () => null);
    assert.equal(presented?.authenticity, "unknown_key");
    assert.deepEqual(presented.hash, hash);
    assert.equal(presented.sessionId, sessionId);
  });

  test("stays authentic while its key is in the ring, whichever key signs now", () => {
    const { refreshToken } = first();
    newKey();
    assert.equal(parseRefreshToken(refreshToken, keys)?.authenticity, "authentic");
  });

  test("cannot be made under one key with the id of another", () => {
    const other = newKey();
    const { refreshToken } = issueRefreshToken({
      sessionId,
      generation: 0,
      parent: null,
      issuedAt: at,
      key: { id: key.id, key: other.key },
      random: randomBytes,
    });
    assert.equal(parseRefreshToken(refreshToken, keys), null);
  });
});
