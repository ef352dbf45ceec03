import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { checkStore, storeContract } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";
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

describe("checkStore", () => {
  test("answers no failure for a store that keeps the contract", async () => {
    assert.deepEqual(await checkStore(async () => memoryStore(), { loseEntriesAfter }), []);
  });

  test("reports a slice that the store lacks, and its cases as not run", async () => {
    const cases = storeContract.filter(({ slice }) => slice === "users").length;
    const failures = await checkStore(async () => {
      const { users: _, ...store } = memoryStore();
      return store;
    });
    assert.equal(
      failures[0]?.message,
      `users: absent: the store has no such slice, so ${cases} cases did not run`,
    );
  });

  test("takes a lacking slice for intended when it is told so", async () => {
    const failures = await checkStore(
      async () => {
        const { attempts: _, ...store } = memoryStore();
        return store;
      },
      { without: ["attempts"], loseEntriesAfter },
    );
    assert.deepEqual(failures, []);
  });

  test("reports the cases that need a loss as not run when it is given none, unless null says so", async () => {
    const needing = storeContract.filter(({ needs }) => needs !== undefined);
    assert.ok(needing.length > 0);
    const failures = await checkStore(async () => memoryStore());
    assert.deepEqual(
      failures.map(({ message }) => message),
      needing.map((one) => `revocation: ${one.name}: did not run: it needs loseEntriesAfter`),
    );
    assert.deepEqual(await checkStore(async () => memoryStore(), { loseEntriesAfter: null }), []);
  });

  test("opens and closes each store that it checks", async () => {
    const open = new Set<Store>();
    let opened = 0;
    const makeStore = async () => {
      const store: Store = {
        ...memoryStore(),
        async open() {
          opened += 1;
          open.add(store);
        },
        async close() {
          open.delete(store);
        },
      };
      return store;
    };
    await checkStore(makeStore, { loseEntriesAfter });
    assert.equal(opened, storeContract.length);
    assert.equal(open.size, 0);
  });
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
