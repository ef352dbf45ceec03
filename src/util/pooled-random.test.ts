import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { pooledRandom } from "./pooled-random.ts";

describe("pooledRandom", () => {
  test("never hands the same bytes out twice, however many are taken", () => {
    const random = pooledRandom(randomBytes);
    const taken = Array.from({ length: 1_000 }, () => random(13));
    const texts = taken.map((bytes) => Buffer.from(bytes).toString("hex"));
    assert.equal(new Set(texts).size, 1_000);
    assert.ok(taken.every(({ length }) => length === 13));
  });

  test("leaves alone what it has handed out when it takes a new stock, also from a source that reuses its buffer", () => {
    const buffer = new Uint8Array(2048);
    let asked = 0;
    const random = pooledRandom((length) => {
      asked += 1;
      return buffer.subarray(0, length).fill(asked);
    });
    const first = random(1000);
    random(1000);
    assert.equal(asked, 2);
    assert.deepEqual(new Set(first), new Set([1]));
  });

  test("answers as many bytes as are asked for, also more than it keeps in stock", () => {
    assert.equal(pooledRandom(randomBytes)(5_000).length, 5_000);
  });
});
