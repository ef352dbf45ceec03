import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { checkStore, storeContract } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";
import { loseEntriesAfter } from "../../src/stores/memory/loss.ts";

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
