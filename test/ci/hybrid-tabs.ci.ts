import { join } from "node:path";
import { after, describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { redisStore } from "symbolon/stores/redis";
import { sqliteStore } from "symbolon/stores/sqlite";
import type { Store } from "../../src/core/ports.ts";
import { liveThroughStorms } from "../guarantees/many-tabs/story.ts";
import { pollWithStolen, presentOldToken } from "../guarantees/many-tabs/theft.ts";
import { didNotRun, testMysql, testPostgres, type TestDatabase } from "../stores/databases.ts";
import { libraries } from "../stores/redis/clients.ts";
import { deleteStores, newPrefix } from "../stores/redis/contract.ts";
import { sharedServer } from "../stores/redis/where.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";

/** Stores for four processes, on one empty place. */
type MakeStores = () => Promise<readonly Store[]>;

const processes = [0, 1, 2, 3];

const all = 200;
/** Of databases that take a round trip for each statement; `SYMBOLON_GENERATIONS=200` runs them all, in two minutes. */
const some = Number(process.env["SYMBOLON_GENERATIONS"] ?? 30);

/** One hundred tabs, two hundred generations; `test/guarantees/g3-hybrid-tabs.test.ts` runs the same in small. */
function describeStorms(name: string, make: MakeStores, generations = all): void {
  describe(`G3 on ${name}: 100 tabs that refresh at once through four processes`, () => {
    const title = `are all served for ${generations} generations, with one row`;
    test(title, { timeout: 240_000 }, async (t) => {
      await liveThroughStorms(t, await make(), { tabs: 100, generations });
    });

    test("lose that session only, to a thief", { timeout: 60_000 }, async (t) => {
      await presentOldToken(t, await make(), { tabs: 100, storms: 4 }, 7);
      const thief = { copies: "between storms", keeps: "what he stole" } as const;
      await pollWithStolen(t, await make(), thief, 20, 8);
    });
  });
}

describeStorms("memory", async () => {
  const store = memoryStore();
  return processes.map(() => store);
});

const folder = temporaryFolder();
let files = 0;
describeStorms("SQLite", async () => {
  const path = join(folder, `${(files += 1)}.db`);
  return processes.map(() => sqliteStore(path));
});

const redis = await sharedServer();
if (typeof redis === "string") test("G3 on Redis", { skip: redis }, () => {});
else {
  const group = newPrefix();
  const connect = () => libraries.ioredis(redis.port, redis.host);
  const clients = await Promise.all(processes.map(connect));
  let places = 0;
  describeStorms("Redis", async () => {
    const prefix = `${group}-${(places += 1)}`;
    return clients.map(({ client }) => redisStore(client, { prefix }));
  });
  after(async () => {
    for (const connected of clients.slice(0, 1)) await deleteStores(connected, group);
    await Promise.all(clients.map(({ close }) => close()));
  });
}

const postgres = await testPostgres();
for (const database of [postgres, await testMysql()]) {
  const { server } = database as TestDatabase;
  if (server === null) didNotRun(database);
  else {
    // The same few connections for every story: a server has a hundred, and other suites run beside this one.
    const limit = database === postgres ? { max: 6 } : { connectionLimit: 6 };
    const pools = processes.map(() => server.connect(limit));
    const make: MakeStores = async () => {
      await server.make();
      return Promise.all(pools.map((pool) => server.over(() => pool)));
    };
    describeStorms(database.name, make, some);
  }
}
