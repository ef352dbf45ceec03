import assert from "node:assert/strict";
import { test } from "node:test";
import { firstLineage, type Lineage } from "./lineage.ts";
import { lineageText, parseLineage } from "./lineage-text.ts";
import type { RefreshHash } from "./refresh-token.ts";

const hash = (number: number): RefreshHash => new Uint8Array(16).fill(number) as RefreshHash;
const now = Date.UTC(2026, 10, 23);

const lineages: readonly Lineage[] = [
  firstLineage(hash(1), now),
  { ...firstLineage(hash(255), now), generation: 2 ** 32 - 1, previous: hash(0) },
  { ...firstLineage(hash(1), 0), displaced: hash(0), recovered: true },
  { ...firstLineage(hash(1), now), previous: hash(2), displaced: hash(3), recovered: true },
];

test("a lineage is read as it was written, from 80 characters", () => {
  for (const lineage of lineages) {
    const text = lineageText(lineage);
    assert.match(text, /^[\w-]{80}$/);
    assert.deepEqual(parseLineage(text), lineage);
  }
});

test("different lineages have different texts: an absent hash is not one of zeros", () => {
  const one = firstLineage(hash(1), now);
  const texts = [one, { ...one, previous: hash(0) }, { ...one, displaced: hash(0) }].map(
    lineageText,
  );
  assert.equal(new Set(texts).size, 3);
});

test("what another release has written is no lineage", () => {
  const text = lineageText(firstLineage(hash(1), now));
  assert.throws(() => parseLineage(`Ag${text.slice(2)}`), /another release/);
  assert.throws(() => parseLineage(text.slice(1)), /another release/);
});
