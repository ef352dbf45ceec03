import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import { AuthError, createAuth, type Auth } from "symbolon";
import { mysqlStore } from "symbolon/stores/mysql";
import { postgresStore } from "symbolon/stores/postgres";
import type { Store } from "../../src/core/ports.ts";
import { testSecret } from "../support/auth.ts";
import { freePort } from "../support/node-process.ts";
import { didNotRun, mysqlUrl, postgresUrl, testMysql, testPostgres } from "./databases.ts";
import { Relay } from "./relay.ts";

/** Short, so that the test is; half of it is the deadline, which a busy machine must not miss. */
const revocation = { lease: "1s" } as const;
const outageMs = 1_500;
const isUnavailable = (error: unknown) =>
  error instanceof AuthError && error.code === "store_unavailable";

const postgres = await testPostgres();
const { server: onPostgres } = postgres;
if (onPostgres === null) didNotRun(postgres);
else {
  testOutages(
    "PostgreSQL",
    (port) => new Relay(port, postgresUrl, 5432),
    (relay) =>
      postgresStore(
        onPostgres.connect(relay === null ? {} : { connectionString: relay.urlFor(postgresUrl) }),
        {
          schema: onPostgres.place,
        },
      ),
  );
}

const mysql = await testMysql();
const { server: onMysql } = mysql;
if (onMysql === null) didNotRun(mysql);
else {
  testOutages(
    "MySQL",
    (port) => new Relay(port, mysqlUrl, 3306),
    (relay) => mysqlStore(onMysql.connect(relay === null ? {} : { uri: relay.urlFor(mysqlUrl) })),
  );
}

function testOutages(
  name: string,
  relayOn: (port: number) => Relay,
  storeOver: (relay: Relay | null) => Store,
): void {
  /** A process behind a relay that is closed as yet, and the headers of a session that another process began. */
  async function processBehindRelay(t: TestContext) {
    const relay = relayOn(await freePort());
    const [direct, auth] = [storeOver(null), storeOver(relay)].map((store) => {
      const made = createAuth({ secret: testSecret, store, revocation });
      made.on("store.failed", () => undefined);
      made.on("warning", () => undefined);
      return made;
    }) as [Auth, Auth];
    const signIn = await direct.signIn({ userId: "u" }, { method: "POST", headers: {} });
    t.after(async () => {
      await direct.close();
      await auth.close();
      await relay.close();
    });
    return { auth, relay, headers: { cookie: signIn.cookies[0]?.split(";")[0] ?? "" } };
  }

  test(`a process that starts without its ${name} says so, serves strangers, and uses it when it comes`, async (t) => {
    const { auth, relay, headers } = await processBehindRelay(t);
    await assert.rejects(auth.ready(), isUnavailable);
    const cpu = process.cpuUsage();
    await pause(500);
    const { user, system } = process.cpuUsage(cpu);
    assert.ok(user + system < 400_000, `${user + system} µs of CPU in half a second of waiting`);
    assert.equal(await auth.authenticate({}), null);
    await assert.rejects(auth.authenticate(headers), isUnavailable);

    await relay.open();
    assert.ok((await untilAnswered(auth, headers)) < 1_000);
    await auth.ready();
  });

  for (const how of ["closed", "frozen"] as const) {
    test(`a ${name} whose connections are ${how} for a while is used again within a second`, async (t) => {
      const { auth, relay, headers } = await processBehindRelay(t);
      await relay.open();
      assert.equal((await auth.authenticate(headers))?.userId, "u");
      if (how === "closed") await relay.close();
      else relay.freeze();
      await pause(outageMs);
      for (let request = 0; request < 50; request += 1) {
        await assert.rejects(auth.authenticate(headers), isUnavailable);
      }
      assert.equal(await auth.authenticate({}), null);
      if (how === "closed") await relay.open();
      else relay.thaw();
      const tookMs = await untilAnswered(auth, headers);
      assert.ok(tookMs < 1_000, `${tookMs} ms`);
    });
  }
}

/** How long it takes until the session is known again: milliseconds. Nothing but an outage may be said meanwhile. */
async function untilAnswered(auth: Auth, headers: { readonly cookie: string }): Promise<number> {
  const started = performance.now();
  for (;;) {
    try {
      assert.equal((await auth.authenticate(headers))?.userId, "u");
      return performance.now() - started;
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > started + 10_000) throw error;
    }
    await pause(10);
  }
}
