import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Store } from "symbolon";
import { redisStore } from "symbolon/stores/redis";
import { parseLineage } from "../../src/core/refresh-tokens/lineage-text.ts";
import { didNotRun, postgresUrl, testPostgres } from "../stores/databases.ts";
import { libraries } from "../stores/redis/clients.ts";
import { deleteStores, newPrefix } from "../stores/redis/contract.ts";
import { sharedServer } from "../stores/redis/where.ts";
import { freePort, NodeProcess } from "../support/node-process.ts";
import { must } from "../support/tokens.ts";
import { RestlessBrowser } from "./refresh/browser.ts";
import { raceWindowMs } from "./refresh/options.ts";

const users = ["one", "two", "three"];
const tabs = 8;
const runMs = 18_000;
/** A request that waits for a process that stands still has to be served within the race window. */
const longestStopMs = raceWindowMs / 2;

/** Four processes, of which now and then one is killed, or stands still. */
class Fleet {
  readonly ports: readonly number[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #processes: NodeProcess[] = [];
  /** All that they have printed, the dead ones too. */
  #output = "";
  kills = 0;
  stops = 0;

  private constructor(ports: readonly number[], env: Readonly<Record<string, string>>) {
    this.ports = ports;
    this.#env = env;
  }

  static async start(context: TestContext, env: Readonly<Record<string, string>>): Promise<Fleet> {
    const fleet = new Fleet(await Promise.all([0, 1, 2, 3].map(freePort)), env);
    context.after(() => Promise.all(fleet.#processes.map((each) => each.end("SIGKILL"))));
    await Promise.all(fleet.ports.map((_, index) => fleet.#startOne(index)));
    return fleet;
  }

  async disturb(until: number): Promise<void> {
    while (performance.now() < until) {
      const index = Math.floor(Math.random() * this.ports.length);
      const process = must(this.#processes[index]);
      if (Math.random() < 0.4) {
        this.kills += 1;
        await process.end("SIGKILL");
        this.#output += process.output;
        await this.#startOne(index);
      } else {
        this.stops += 1;
        process.stop();
        await pause(Math.random() * longestStopMs);
        process.go();
      }
      await pause(Math.random() * 700);
    }
  }

  get output(): string {
    return this.#output + this.#processes.map(({ output }) => output).join("");
  }

  async #startOne(index: number): Promise<void> {
    const args = ["test/ci/refresh/application.ts"];
    this.#processes[index] = await NodeProcess.start(args, this.#env, this.ports[index]);
  }
}

async function refreshUnderFire(
  context: TestContext,
  env: Readonly<Record<string, string>>,
  store: Store,
): Promise<void> {
  const fleet = await Fleet.start(context, env);
  const browsers = users.map(() => new RestlessBrowser(fleet.ports));
  for (const [index, browser] of browsers.entries()) await browser.signIn(must(users[index]));
  const until = performance.now() + runMs;
  await Promise.all([fleet.disturb(until), ...browsers.map((each) => each.run(tabs, until))]);

  for (const browser of browsers) assert.ok(await browser.isSignedIn());
  const told = browsers.map(({ verdicts }) => Object.fromEntries(verdicts));
  context.diagnostic(`${fleet.kills} kills, ${fleet.stops} stops: ${JSON.stringify(told)}`);
  for (const { verdicts } of browsers) {
    const refused = [...verdicts.keys()].filter((verdict) => verdict.startsWith("401"));
    assert.deepEqual(refused, [], "nobody is logged out");
  }
  assert.equal(fleet.output, "", "nothing was reused, mended or ended");
  for (const user of users) {
    const rows = await store.sessions.listOf(user);
    assert.equal(rows.length, 1);
    const { generation } = parseLineage(must(must(rows[0]).lineage));
    assert.ok(generation >= 1, `generation ${generation}`);
  }
}

const name = "four processes that are killed and stopped log nobody out";
const limit = { timeout: 55_000 };

const redis = await sharedServer();
if (typeof redis === "string") test(`${name}, on Redis`, { skip: redis }, () => {});
else {
  const prefix = newPrefix();
  const connected = await libraries.ioredis(redis.port, redis.host);
  after(async () => {
    await deleteStores(connected, prefix);
    await connected.close();
  });
  test(`${name}, on Redis`, limit, async (t) => {
    const env = { STORE_URL: `redis://${redis.host}:${redis.port}`, PLACE: prefix };
    await refreshUnderFire(t, env, redisStore(connected.client, { prefix }));
  });
}

const postgres = await testPostgres();
if (postgres.server === null) didNotRun(postgres);
else {
  const { server } = postgres;
  test(`${name}, on PostgreSQL`, limit, async (t) => {
    const env = { STORE_URL: postgresUrl, PLACE: server.place };
    await refreshUnderFire(t, env, await server.make());
  });
}
