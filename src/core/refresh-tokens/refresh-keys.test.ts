import assert from "node:assert/strict";
import { test } from "node:test";
import { HybridEngines, refreshAt, signIn } from "../../../test/support/hybrid-engines.ts";
import { must } from "../../../test/support/tokens.ts";
import { leadMs, type KeyRing, type RingKey } from "../keys/key-ring.ts";
import { RefreshKeys } from "./refresh-keys.ts";

const now = Date.UTC(2026, 0, 1);

function keyOf(id: string, facts: Partial<RingKey> = {}): RingKey {
  const material = Buffer.alloc(32, id).toString("base64url");
  const times = { createdAt: now, activeFrom: now, revokedAt: null };
  return { id, use: "mac", algorithm: null, material, ...times, ...facts };
}

/** Two ids that begin alike, and one that does not. */
const older = keyOf(Buffer.from("aaaa1111").toString("base64url"));
const newer = keyOf(Buffer.from("aaaa2222").toString("base64url"));
const other = keyOf(Buffer.from("bbbb3333").toString("base64url"));
const shortId = (text: string): string => Buffer.from(text).toString("base64url");

function keysOf(...keys: readonly RingKey[]): {
  readonly refreshKeys: RefreshKeys;
  readonly ring: { current: KeyRing; reads: number };
} {
  const ring = { current: { version: 1, keys }, reads: 0 };
  const shared = {
    get ring(): KeyRing {
      return ring.current;
    },
    makeCurrent: async () => {
      ring.reads += 1;
    },
    lookAgain: async () => false,
  };
  return { refreshKeys: new RefreshKeys(shared, { now: () => now }), ring };
}

test("the active key signs, under the first bytes of its id", async () => {
  const waiting = { ...other, activeFrom: now + 1 };
  const { refreshKeys } = keysOf(older, waiting);
  assert.equal((await refreshKeys.signing()).id, shortId("aaaa"));
});

test("all keys verify that are not revoked; of two with one short id the newer", async () => {
  const { refreshKeys } = keysOf(older, newer, { ...other, revokedAt: now });
  const lookUp = await refreshKeys.lookUp();
  assert.ok(lookUp(shortId("aaaa"))?.equals((await refreshKeys.signing()).key));
  assert.equal(lookUp(shortId("bbbb")), null);
  assert.equal(lookUp("__proto__"), null);
});

test("what a token was signed with is no key for another purpose", async () => {
  const { refreshKeys } = keysOf(older);
  const { key } = await refreshKeys.signing();
  assert.notDeepEqual(key.export(), Buffer.from(older.material, "base64url"));
});

test("keys are derived once for each state of the ring, which is made current first", async () => {
  const { refreshKeys, ring } = keysOf(older);
  const first = (await refreshKeys.lookUp())(shortId("aaaa"));
  assert.equal((await refreshKeys.lookUp())(shortId("aaaa")), first);
  assert.equal(ring.reads, 2);
  ring.current = { version: 2, keys: [older, other] };
  assert.ok((await refreshKeys.lookUp())(shortId("bbbb")) !== null);
});

test("a key that was rotated signs when all must know it, and what it takes over from stays good", async () => {
  const engines = new HybridEngines();
  const [one, two] = [engines.start(), engines.start()];
  const before = await signIn(one);
  await refreshAt(two, before.refreshToken);
  await one.engine.keys.rotate("mac");
  const keyIdOf = (token: string): string => token.slice("syr_".length).slice(0, 5);
  const early = await signIn(one);
  engines.advance(leadMs.mac);
  const late = await signIn(one);
  assert.equal(keyIdOf(early.refreshToken), keyIdOf(before.refreshToken));
  assert.notEqual(keyIdOf(late.refreshToken), keyIdOf(before.refreshToken));
  for (const { refreshToken } of [before, early, late]) {
    const result = await refreshAt(two, refreshToken);
    assert.ok(result.outcome === "refreshed");
    assert.equal(keyIdOf(must(result.refreshToken)), keyIdOf(late.refreshToken));
  }
});
