import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  activeKey,
  emptyRing,
  leadMs,
  pruned,
  stateOf,
  withKey,
  type KeyRing,
} from "./key-ring.ts";
import type { NewKey } from "./key-material.ts";
import {
  atOnce,
  isRotationDue,
  waiting,
  withForeignRevoked,
  withoutTrustIn,
} from "./ring-changes.ts";

const made = (id: string, algorithm = "EdDSA"): NewKey => ({
  id,
  use: "signing",
  algorithm,
  material: "held here",
});
const start = Date.UTC(2026, 0, 1);
const config = { algorithm: "EdDSA", rotateEveryMs: 86_400_000 } as const;
const first = withKey(emptyRing, atOnce(made("first"), start));
const due = start + config.rotateEveryMs - leadMs.signing;
const statesAt = (ring: KeyRing, now: number): readonly string[] =>
  ring.keys.map((key) => `${key.id} ${stateOf(ring, key, now)}`);

describe("a signing key is due to be replaced", () => {
  test("so early that the next has been published when its time is over, and not again while one waits", () => {
    assert.equal(isRotationDue(first, config, due - 1), false);
    assert.equal(isRotationDue(first, config, due), true);
    const both = withKey(first, waiting(made("second"), due));
    assert.equal(isRotationDue(both, config, due), false);
    const takesOver = start + config.rotateEveryMs;
    assert.deepEqual(statesAt(both, takesOver - 1), ["first active", "second next"]);
    assert.deepEqual(statesAt(both, takesOver), ["first retiring", "second active"]);
    assert.equal(isRotationDue(both, config, takesOver), false);
    assert.equal(isRotationDue(both, config, due + config.rotateEveryMs), true);
  });

  test("when it is of another algorithm than configured", () => {
    assert.equal(isRotationDue(first, { ...config, algorithm: "ES256" }, start), true);
  });

  test("not where there is none to replace", () => {
    assert.equal(isRotationDue(emptyRing, config, due), false);
  });
});

describe("a key that is revoked", () => {
  const both = withKey(first, waiting(made("second"), due));

  test("gives way at once, with the one that waited, and the one before it does not come back", () => {
    const later = due + leadMs.signing;
    const third = withKey(both, waiting(made("third"), later));
    const without = withoutTrustIn(third, "second", made("new"), later);
    assert.ok(without !== null);
    assert.deepEqual(statesAt(without, later), [
      "first retiring",
      "second revoked",
      "third revoked",
      "new active",
    ]);
    // Also by a clock that is behind.
    assert.equal(activeKey(without, "signing", later - 30_000)?.id, "new");
  });

  test("while it waits leaves the active one alone", () => {
    const without = withoutTrustIn(both, "second", made("new"), due);
    assert.ok(without !== null);
    assert.deepEqual(statesAt(without, due), ["first active", "second revoked"]);
  });

  test("is revoked once", () => {
    const without = withoutTrustIn(first, "first", made("new"), due);
    assert.ok(without !== null);
    assert.equal(withoutTrustIn(without, "first", made("newer"), due), null);
    assert.equal(withoutTrustIn(first, "nobody", made("new"), due), null);
  });

  test("leaves what the one before it has signed good for as long as that lives", () => {
    const takesOver = start + config.rotateEveryMs;
    const life = { mac: 0, signing: 20 * 60_000 };
    // Five minutes after the takeover: the new key says that it has been active for longer than that.
    const now = takesOver + 5 * 60_000;
    const without = withoutTrustIn(both, "second", made("new"), now);
    assert.ok(without !== null);
    const idsAt = (at: number): string =>
      pruned(without, life, at)
        .keys.map(({ id }) => id)
        .join();
    assert.equal(idsAt(takesOver + life.signing), "first,second,new");
    assert.equal(idsAt(now + life.signing), "new");
  });

  test("and is held elsewhere is remembered for ever", () => {
    const kms = { kid: "kms", algorithm: "ES256" };
    const ring = withForeignRevoked(first, kms, start);
    assert.ok(ring !== null);
    assert.equal(withForeignRevoked(ring, kms, start), null);
    assert.deepEqual(statesAt(ring, start), ["first active", "kms revoked"]);
    const longAfter = pruned(ring, { mac: 0, signing: 0 }, start + 1e12);
    assert.deepEqual(
      longAfter.keys.map(({ id }) => id),
      ["first", "kms"],
    );
  });
});
