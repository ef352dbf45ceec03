import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { Pool } from "mysql2/promise";
import { mysqlMigrations, mysqlStore } from "symbolon/stores/mysql";
import { aSession, aStamp, aSync, reason } from "../../src/testing/store-contract/samples.ts";
import { didNotRun, testMysql, type TestServer } from "./databases.ts";
import { hold, overriding } from "./held-pool.ts";

const database = await testMysql();
if (database.server === null) didNotRun(database);
else testStore(database.server);

const userU = { scope: "user", id: "u", reason } as const;

function testStore(server: TestServer<Pool>): void {
  describe("the schema of a MySQL store", () => testSchema(server));
  describe("the transactions of a MySQL store", () => testTransactions(server));
}

function testSchema({ place, connect }: TestServer<Pool>): void {
  let databases = 0;
  const newPool = async (t: TestContext, settings: object = {}): Promise<Pool> => {
    const name = `${place}_${(databases += 1)}`;
    const first = connect();
    await first.query(`create database ${name}`);
    t.after(() => first.query(`drop database ${name}`));
    return connect({ database: name, ...settings });
  };

  test("is refused when it is not there, and the refusal says how to make it", async (t) => {
    const pool = await newPool(t);
    await assert.rejects(mysqlStore(pool).open(), {
      message:
        /migration 0 of 4: run `npx symbolon migrate`, or the SQL that mysqlMigrations\(\{ after: 0 \}\) answers, or open the store with \{ autoMigrate: true \}/,
    });
  });

  test("is made by the printed SQL, and a store opens on it and works", async (t) => {
    const pool = await newPool(t, { multipleStatements: true });
    const [rows] = await pool.query({ sql: "select version()", rowsAsArray: true });
    const flavour = JSON.stringify(rows).includes("MariaDB") ? "mariadb" : "mysql";
    await pool.query(mysqlMigrations({ flavour }));
    const store = mysqlStore(pool);
    await store.open();
    const session = aSession();
    await store.sessions.insert(session, null, aStamp());
    assert.deepEqual(await store.sessions.find(session.id), session);
    assert.equal(mysqlMigrations({ after: 4 }).trim(), "");
  });

  test("is made once by eight stores that open at the same time, and after a half-made one", async (t) => {
    const pool = await newPool(t);
    // MySQL commits each statement: an earlier process may have died between two.
    await mysqlStore(pool, { autoMigrate: true }).open();
    await pool.query("drop table symbolon_migrations, symbolon_credentials, symbolon_processes");
    const stores = Array.from({ length: 8 }, () => mysqlStore(pool, { autoMigrate: true }));
    await Promise.all(stores.map((store) => store.open()));
    const [rows] = await pool.query("select number from symbolon_migrations order by number");
    assert.deepEqual(
      (rows as { number: number }[]).map(({ number }) => number),
      [1, 2, 3, 4],
    );
  });

  test("of a newer release is refused, also where it may be migrated", async (t) => {
    const pool = await newPool(t);
    await mysqlStore(pool, { autoMigrate: true }).open();
    await pool.query("insert into symbolon_migrations values (99, 'later', 0)");
    for (const autoMigrate of [true, false]) {
      await assert.rejects(
        mysqlStore(pool, { autoMigrate }).open(),
        /migration 99.*use the newer release/,
      );
    }
  });

  test("is not opened by connections that would lose or cut texts", async (t) => {
    const latin = await newPool(t, { charset: "latin1" });
    await assert.rejects(mysqlStore(latin).open(), /send latin1.*utf8mb4/);
    const lax = await newPool(t, { connectionLimit: 1 });
    await lax.query("set session sql_mode = ''");
    await assert.rejects(mysqlStore(lax).open(), /STRICT_TRANS_TABLES/);
  });
}

function testTransactions({ make, over, place, connect }: TestServer<Pool>): void {
  test("leave the application's connections as they were, however they end", async () => {
    await (await make()).open();
    const pool = connect({ connectionLimit: 1 });
    const settings = async () => {
      const [rows] = await pool.query({
        sql: "select @@session.innodb_lock_wait_timeout, @@session.tx_isolation",
        rowsAsArray: true,
      });
      return rows;
    };
    await pool.query("set session innodb_lock_wait_timeout = 37");
    const before = await settings();
    const store = mysqlStore(pool);
    await store.open();
    await store.revocation.revoke(userU, aStamp());
    assert.deepEqual(await settings(), before);
    await assert.rejects(store.sessions.insert(aSession({ id: "x".repeat(65) }), null, aStamp()));
    assert.deepEqual(await settings(), before);
  });

  test("wait one second for a lock, and try again while there is time", async () => {
    const store = await make();
    await store.open();
    const held = hold("before", /^commit/);
    const slow = await over(held.wrap);
    const holding = slow.revocation.revoke(userU, aStamp());
    await held.reached;
    const waiting = store.revocation.revoke(userU, aStamp());
    setTimeout(held.release, 1_300);
    assert.equal((await waiting).outcome, "revoked");
    await holding;
  });

  test("refuse to sync where the server is read-only", async () => {
    await (await make()).open();
    const wrap = (target: object): object =>
      overriding(target, async (name, call, text) => {
        const answer = await call();
        if (name === "getConnection" && answer instanceof Object) return wrap(answer);
        if (!text.includes("@@global.read_only")) return answer;
        const [rows, fields] = answer as [unknown[][], unknown];
        return [rows.map((row) => row.toSpliced(3, 1, 1)), fields];
      });
    const store = await over(wrap);
    await assert.rejects(store.revocation.sync(aSync()), /read-only/);
    assert.deepEqual(await store.revocation.processes(0, 0), []);
  });

  test("read numbers and bytes as they are, whatever the pool's settings are", async () => {
    await (await make()).open();
    for (const settings of [
      { supportBigNumbers: true, bigNumberStrings: true, decimalNumbers: true },
      { typeCast: false, rowsAsArray: false, nestTables: true },
      {
        namedPlaceholders: true,
        dateStrings: true,
        typeCast: (_: unknown, next: () => unknown) => next(),
      },
    ]) {
      const store = mysqlStore(connect(settings));
      await store.open();
      const session = aSession({ mark: 2 ** 53 - 1 });
      await store.sessions.insert(session, null, aStamp());
      assert.deepEqual(await store.sessions.find(session.id), session);
    }
  });

  test("fail when their connection is ended, and the next goes on with another", async () => {
    const store = await make();
    await store.open();
    const held = hold("before", /^commit/);
    const slow = await over(held.wrap);
    const revoking = slow.revocation.revoke(userU, aStamp());
    await held.reached;
    const pool = connect();
    const [rows] = await pool.query(
      "select id from information_schema.processlist where db = ? and command = 'Sleep' and id in (select trx_mysql_thread_id from information_schema.innodb_trx)",
      [place],
    );
    for (const { id } of rows as { id: number }[]) await pool.query(`kill ${id}`);
    assert.equal((rows as unknown[]).length, 1);
    held.release();
    await assert.rejects(revoking);
    assert.deepEqual((await store.revocation.sync(aSync())).entries, []);
    assert.equal((await slow.revocation.revoke(userU, aStamp())).outcome, "revoked");
  });
}
