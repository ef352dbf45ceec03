import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { sqliteStore } from "symbolon/stores/sqlite";
import { storeContract, type Damage } from "symbolon/testing";
import type { Store } from "../../src/core/ports.ts";
import { loseEntriesAfter } from "../../src/stores/memory/loss.ts";
import { didNotRun, testMysql, testPostgres } from "./databases.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Tested {
  /** A store that holds nothing and is not open. */
  readonly make: () => Store | Promise<Store>;
  /** Null: no second connection can reach it. */
  readonly damage: Damage | null;
}

const folder = temporaryFolder();
const paths = new WeakMap<Store, string>();
let files = 0;

const stores: Readonly<Record<string, Tested>> = {
  memory: { make: () => memoryStore(), damage: { loseEntriesAfter } },
  "sqlite, a file": {
    make() {
      const path = join(folder, `${(files += 1)}.db`);
      const store = sqliteStore(path);
      paths.set(store, path);
      return store;
    },
    damage: {
      async loseEntriesAfter(store, seq) {
        const connection = new DatabaseSync(paths.get(store) ?? "");
        connection.prepare("delete from symbolon_log where seq > ?").run(seq);
        connection.prepare("update symbolon_head set seq = ?").run(seq);
        connection.close();
      },
    },
  },
  "sqlite, in memory": { make: () => sqliteStore(":memory:"), damage: null },
};

const databases = await Promise.all([testPostgres(), testMysql()]);

describe("the store contract", () => {
  for (const [name, tested] of Object.entries(stores)) describe(name, () => testContract(tested));
  for (const database of databases) {
    const { name, server } = database;
    if (server === null) didNotRun(database);
    else describe(name, () => testContract(server));
  }
});

function testContract({ make, damage }: Tested): void {
  for (const { slice, name, needs, run } of storeContract) {
    if (needs !== undefined && damage === null) continue;
    test(`${slice}: ${name}`, async () => {
      const store = await make();
      await store.open?.();
      try {
        await run(store, damage ?? undefined);
      } finally {
        await store.close?.();
      }
    });
  }
}
