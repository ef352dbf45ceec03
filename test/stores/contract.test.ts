import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { sqliteStore } from "symbolon/stores/sqlite";
import { storeContract } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";

const folder = await mkdtemp(join(tmpdir(), "symbolon-contract-"));
after(() => rm(folder, { recursive: true, force: true }));

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
