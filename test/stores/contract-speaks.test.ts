import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { checkStore, storeContract } from "symbolon/testing";
import { loseEntriesAfter } from "../../src/stores/memory/loss.ts";
import { logDefects } from "./defects/log-defects.ts";
import { rowDefects } from "./defects/row-defects.ts";

describe("the store contract names a defect in one line", () => {
  for (const { name, spoil, told } of [...rowDefects, ...logDefects]) {
    test(name, async () => {
      const messages = (
        await checkStore(async () => spoil(memoryStore()), { loseEntriesAfter })
      ).map((failure) => failure.message);
      assert.ok(
        messages.some((message) => message.startsWith(told)),
        `expected a line that starts with\n${told}\namong\n${messages.join("\n")}`,
      );
      for (const message of messages) assert.doesNotMatch(message, /\n/);
    });
  }
});

describe("every sentence of the contract", () => {
  test("has a name of its own within its slice", () => {
    const names = storeContract.map(({ slice, name }) => `${slice}: ${name}`);
    assert.equal(new Set(names).size, names.length);
  });

  test("begins each slice with its races", () => {
    for (const slice of new Set(storeContract.map((one) => one.slice))) {
      const first = storeContract.find((one) => one.slice === slice);
      assert.match(first?.name ?? "", /^of 16 concurrent/);
    }
  });
});

test("the contract names a store that never answers, instead of waiting with it", async () => {
  const failures = await checkStore(
    async () => ({
      ...memoryStore(),
      attempts: { ...memoryStore().attempts, clear: () => new Promise<never>(() => undefined) },
    }),
    { answerWithinMs: 40, loseEntriesAfter: null },
  );
  assert.ok(failures.length > 0);
  for (const { message } of failures)
    assert.match(message, /^attempts: .*: did not answer within 0.04 s$/);
});
