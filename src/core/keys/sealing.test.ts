import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { hasOlderSecrets, isSealedFor, open, seal, sealAgain, sealingKeyOf } from "./sealing.ts";

const old = sealingKeyOf("old q8Zk3vN1xT7bL5mR9cY2wH6dJ4sF0gPa");
const newer = sealingKeyOf("newer q8Zk3vN1xT7bL5mR9cY2wH6dJ4sF0gPa");
const stranger = sealingKeyOf("stranger q8Zk3vN1xT7bL5mR9cY2wH6dJ4sF0gPa");
const text = JSON.stringify([{ material: "the keys of all processes" }]);

function opened(sealed: string, ...secrets: (typeof old)[]): NonNullable<ReturnType<typeof open>> {
  const found = open(sealed, secrets);
  assert.ok(found !== null);
  return found;
}

describe("a sealed text", () => {
  test("is opened with any of its secrets, and with no other", () => {
    const sealed = seal(text, [old, newer], randomBytes);
    assert.equal(opened(sealed, old).text, text);
    assert.equal(opened(sealed, stranger, newer).text, text);
    assert.equal(open(sealed, [stranger]), null);
  });

  test("says nothing of the text, nor of the secrets, and never looks the same", () => {
    const sealed = seal(text, [old], randomBytes);
    for (const told of [
      "material",
      "the keys",
      Buffer.from(text).toString("base64url").slice(8, 24),
    ])
      assert.ok(!sealed.includes(told));
    assert.ok(!sealed.includes(Buffer.from(old.key).toString("base64url")));
    assert.notEqual(seal(text, [old], randomBytes), sealed);
  });

  test("that was tampered with is not opened", () => {
    const sealed = JSON.parse(seal(text, [old], randomBytes)) as {
      wraps: { secret: string; key: string }[];
      data: string;
    };
    const flipped = (part: string): string => {
      const bytes = Buffer.from(part, "base64url");
      bytes.writeUInt8(bytes.readUInt8(14) ^ 1, 14);
      return bytes.toString("base64url");
    };
    const [wrap] = sealed.wraps;
    assert.ok(wrap !== undefined);
    const tampered = [
      { ...sealed, data: flipped(sealed.data) },
      { ...sealed, wraps: [{ ...wrap, key: flipped(wrap.key) }] },
      { ...sealed, data: sealed.data.slice(0, 30) },
    ];
    for (const each of tampered) assert.throws(() => open(JSON.stringify(each), [old]));
    assert.throws(() => open(JSON.stringify({ ...sealed, v: 2 }), [old]), /newer release/);
  });

  test("goes on for whoever could open it when somebody seals it who knows only the newer secret", () => {
    const first = opened(seal(text, [old], randomBytes), old);
    assert.equal(isSealedFor(first, [newer, old]), false);
    const both = opened(sealAgain(first, [newer, old], randomBytes), newer);
    assert.equal(isSealedFor(both, [newer, old]), true);
    const changed = sealAgain({ ...both, text: "changed" }, [newer], randomBytes);
    assert.equal(opened(changed, old).text, "changed");
  });

  test("has older secrets for who knows only a later one, and none for who lacks a newer one", () => {
    const first = opened(seal(text, [old], randomBytes), old);
    const both = opened(sealAgain(first, [newer, old], randomBytes), old);
    assert.equal(hasOlderSecrets(both, [newer]), true);
    assert.equal(hasOlderSecrets(both, [newer, old]), false);
    assert.equal(hasOlderSecrets(both, [old]), false);
  });
});
