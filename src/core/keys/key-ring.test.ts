import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  activeKey,
  emptyRing,
  pruned,
  stateOf,
  verifyingKeys,
  withKey,
  withRevoked,
  type KeyRing,
  type RingKey,
} from "./key-ring.ts";

const key = (id: string, activeFrom: number, use: RingKey["use"] = "mac"): RingKey => ({
  id,
  use,
  algorithm: null,
  material: "held here",
  createdAt: activeFrom - 100,
  activeFrom,
  revokedAt: null,
});

/** Two MAC keys, of which the second takes over at 2000, and a signing key. */
const ring: KeyRing = [key("a", 1_000), key("s", 1_000, "signing"), key("b", 2_000)].reduce(
  withKey,
  emptyRing,
);
const statesAt = (now: number): readonly string[] =>
  ring.keys.map((each) => `${each.id} ${stateOf(ring, each, now)}`);
const ids = (keys: readonly RingKey[]): string => keys.map(({ id }) => id).join();

describe("a key ring", () => {
  test("knows a key before it signs, and keeps it after another has taken over", () => {
    assert.deepEqual(statesAt(1_999), ["a active", "s active", "b next"]);
    assert.deepEqual(statesAt(2_000), ["a retiring", "s active", "b active"]);
  });

  test("signs with its oldest key where a clock is behind all of them", () => {
    assert.equal(activeKey(ring, "mac", 10)?.id, "a");
    assert.deepEqual(statesAt(10), ["a active", "s active", "b next"]);
    assert.equal(activeKey(emptyRing, "mac", 10), null);
  });

  test("verifies with all keys of a use, the one that signs first", () => {
    assert.equal(ids(verifyingKeys(ring, "mac", 1_999)), "a,b");
    assert.equal(ids(verifyingKeys(ring, "mac", 2_000)), "b,a");
    assert.equal(ids(verifyingKeys(ring, "signing", 2_000)), "s");
  });

  test("goes back to the key before when the one that signs is revoked, and never uses that again", () => {
    const revoked = withRevoked(ring, "b", 3_000);
    assert.ok(revoked !== null);
    assert.equal(activeKey(revoked, "mac", 3_000)?.id, "a");
    assert.equal(ids(verifyingKeys(revoked, "mac", 3_000)), "a");
    assert.equal(withRevoked(revoked, "b", 4_000), null, "it was revoked before");
    assert.equal(withRevoked(ring, "nobody", 3_000), null);
  });

  test("forgets a key when nothing that it made can be alive, and no sooner", () => {
    const life = { mac: 500, signing: 50 };
    assert.equal(ids(pruned(ring, life, 2_499).keys), "a,s,b");
    assert.equal(ids(pruned(ring, life, 2_500).keys), "s,b");
    assert.equal(ids(pruned(ring, life, 1e9).keys), "s,b", "the ones that sign stay");
  });

  test("grows by one version with each change", () => {
    assert.equal(ring.version, 3);
    assert.equal(withRevoked(ring, "a", 0)?.version, 4);
  });
});
