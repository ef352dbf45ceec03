import { join } from "node:path";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { sqliteStore } from "symbolon/stores/sqlite";
import { storeContract } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const folder = temporaryFolder();

let files = 0;
const stores: Readonly<Record<string, () => Store>> = {
  memory: () => memoryStore(),
  "sqlite, a file": () => sqliteStore(join(folder, `${(files += 1)}.db`)),
  "sqlite, in memory": () => sqliteStore(":memory:"),
};

for (const [name, makeStore] of Object.entries(stores)) {
  describe(`the store contract: ${name}`, () => {
    for (const { slice, name, run } of storeContract) {
      test(`${slice}: ${name}`, async () => {
        const store = makeStore();
        await store.open?.();
        try {
          await run(store);
        } finally {
          await store.close?.();
        }
      });
    }
  });
}
