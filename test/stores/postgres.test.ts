import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client, escapeIdentifier, types, type Pool } from "pg";
import { postgresMigrations, postgresStore } from "symbolon/stores/postgres";
import {
  aSession,
  aStamp,
  aSync,
  entryOf,
  reason,
} from "../../src/testing/store-contract/samples.ts";
import { freePort } from "../support/node-process.ts";
import { didNotRun, postgresUrl, testPostgres, type TestServer } from "./databases.ts";
import { hold, overriding } from "./held-pool.ts";
import { Relay } from "./relay.ts";

const database = await testPostgres();
if (database.server === null) didNotRun(database);
else testStore(database.server);

const userU = { scope: "user", id: "u", reason } as const;

function testStore(server: TestServer<Pool>): void {
  describe("the schema of a PostgreSQL store", () => testSchema(server));
  describe("the transactions of a PostgreSQL store", () => testTransactions(server));
  describe("the hints of a PostgreSQL store", () => testHints(server));
}

function testSchema({ place, connect }: TestServer<Pool>): void {
  const pool = connect();
  let schemas = 0;
  const newSchema = (t: TestContext): string => {
    const schema = `${place} "${(schemas += 1)}`;
    t.after(() => pool.query(`drop schema if exists ${escapeIdentifier(schema)} cascade`));
    return schema;
  };

  test("is refused when it is not there, and the refusal says how to make it", async (t) => {
    const schema = newSchema(t);
    await assert.rejects(postgresStore(pool, { schema }).open(), {
      message:
        /migration 0 of 4: run `npx symbolon migrate`, or the SQL that postgresMigrations\(\{ after: 0 \}\) answers, or open the store with \{ autoMigrate: true \}/,
    });
  });

  test("is made by the printed SQL, and a store opens on it and works", async (t) => {
    const schema = newSchema(t);
    await pool.query(postgresMigrations({ schema }));
    const store = postgresStore(pool, { schema });
    await store.open();
    const session = aSession();
    await store.sessions.insert(session, null, aStamp());
    assert.deepEqual(await store.sessions.find(session.id), session);
    assert.equal(postgresMigrations({ schema, after: 4 }).trim(), "");
  });

  test("is made once by eight stores that open at the same time", async (t) => {
    const schema = newSchema(t);
    const stores = Array.from({ length: 8 }, () =>
      postgresStore(pool, { schema, autoMigrate: true }),
    );
    await Promise.all(stores.map((store) => store.open()));
    const { rows } = await pool.query(
      `select number from ${escapeIdentifier(schema)}.symbolon_migrations order by number`,
    );
    assert.deepEqual(rows, [{ number: 1 }, { number: 2 }, { number: 3 }, { number: 4 }]);
  });

  test("of a newer release is refused, also where it may be migrated", async (t) => {
    const schema = newSchema(t);
    await postgresStore(pool, { schema, autoMigrate: true }).open();
    await pool.query(
      `insert into ${escapeIdentifier(schema)}.symbolon_migrations values (99, 'later', 0)`,
    );
    for (const autoMigrate of [true, false]) {
      await assert.rejects(
        postgresStore(pool, { schema, autoMigrate }).open(),
        /migration 99.*use the newer release/,
      );
    }
  });

  test("of one store is not seen by another over the same pool", async (t) => {
    const stores = [newSchema(t), newSchema(t)].map((schema) =>
      postgresStore(pool, { schema, autoMigrate: true }),
    );
    for (const store of stores) await store.open();
    const session = aSession();
    await stores[0]?.sessions.insert(session, null, aStamp());
    assert.deepEqual(await stores[0]?.sessions.find(session.id), session);
    assert.equal(await stores[1]?.sessions.find(session.id), null);
  });

  test("has no name that is empty", () => {
    assert.throws(() => postgresStore(pool, { schema: "" }), TypeError);
  });
}

function testTransactions({ make, over, place, connect }: TestServer<Pool>): void {
  test("commit with synchronous_commit on, whatever the database's default is", async () => {
    await (await make()).open();
    const pool = connect({
      options: "-c synchronous_commit=off -c default_transaction_read_only=on",
    });
    const seen: string[] = [];
    const wrap = (target: object): object =>
      overriding(target, async (name, call, text) => {
        const answer = await call();
        if (name === "connect" && answer instanceof Object) return wrap(answer);
        if (text.startsWith("insert into") && target instanceof Client) {
          const { rows } = await target.query("show synchronous_commit");
          seen.push(rows[0].synchronous_commit);
        }
        return answer;
      });
    const store = postgresStore(wrap(pool) as Pool, { schema: place });
    await store.open();
    await store.revocation.revoke(userU, aStamp());
    await store.revocation.sync(aSync());
    assert.ok(seen.length >= 3 && seen.every((value) => value === "on"), String(seen));
  });

  test("refuse to sync on a standby", async () => {
    await (await make()).open();
    const wrap = (target: object): object =>
      overriding(target, async (name, call, text) => {
        const answer = await call();
        if (name === "connect" && answer instanceof Object) return wrap(answer);
        if (!text.includes("pg_is_in_recovery")) return answer;
        const { rows } = answer as { rows: unknown[][] };
        return { rows: rows.map((row) => row.toSpliced(3, 1, "1")) };
      });
    const store = await over(wrap);
    await assert.rejects(store.revocation.sync(aSync()), /replica/);
    assert.deepEqual(await store.revocation.processes(0, 0), []);
  });

  test("end when their process stands still, so that others revoke and sync before a lease has passed", async () => {
    const store = await make();
    await store.open();
    const held = hold("before", /^commit/);
    const stopped = await over(held.wrap);
    const inserting = stopped.sessions.insert(aSession({ mark: 0 }), null, aStamp());
    await held.reached;
    const beganAt = performance.now();
    const [verdict] = await Promise.all([
      store.revocation.revoke(userU, aStamp()),
      store.revocation.sync(aSync()),
    ]);
    assert.equal(verdict.outcome, "revoked");
    assert.ok(performance.now() - beganAt < 2_000);
    held.release();
    await assert.rejects(inserting);
  });

  test("read numbers and bytes as they are, whatever parsers the application has set", async (t) => {
    const store = await make();
    await store.open();
    const { INT8, INT2, BYTEA, TEXT } = types.builtins;
    const parsers = [INT8, INT2, BYTEA, TEXT].map((id) => [id, types.getTypeParser(id)] as const);
    t.after(() => parsers.forEach(([id, parser]) => types.setTypeParser(id, parser)));
    for (const [id] of parsers) types.setTypeParser(id, () => "nonsense");
    const session = aSession({ mark: 2 ** 53 - 1 });
    await store.sessions.insert(session, null, aStamp());
    assert.deepEqual(await store.sessions.find(session.id), session);
  });

  test("fail when their connection is ended, and the next goes on with another", async () => {
    const store = await make();
    await store.open();
    const held = hold("before", /^commit/);
    const slow = await over(held.wrap);
    const revoking = slow.revocation.revoke(userU, aStamp());
    await held.reached;
    const pool = connect();
    const ended = await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where state = 'idle in transaction' and query like '%symbolon_sessions%' and query like $1`,
      [`%${place}%`],
    );
    assert.equal(ended.rowCount, 1);
    await pause(50);
    held.release();
    await assert.rejects(revoking);
    assert.deepEqual((await store.revocation.sync(aSync())).entries, []);
    assert.equal((await slow.revocation.revoke(userU, aStamp())).outcome, "revoked");
  });
}

function testHints({ make, over, connect, place }: TestServer<Pool>): void {
  const soon = async (hinted: () => boolean): Promise<boolean> => {
    for (let waited = 0; waited < 5_000 && !hinted(); waited += 20) await pause(20);
    return hinted();
  };

  test("reach another process's store, until they are stopped", async (t) => {
    const store = await make();
    await store.open();
    const elsewhere = await over((pool) => pool);
    t.after(() => elsewhere.close());
    let hints = 0;
    const stop = await elsewhere.revocation.onHint?.(() => (hints += 1));
    const before = hints;
    await store.revocation.revoke(userU, aStamp());
    assert.ok(await soon(() => hints > before));
    await stop?.();
    const last = hints;
    await store.revocation.revoke(userU, aStamp());
    await pause(100);
    assert.equal(hints, last);
  });

  test("come again after their connection is ended", async (t) => {
    const store = await make();
    await store.open();
    const pool = connect({ application_name: `${place} listener` });
    const elsewhere = postgresStore(pool, { schema: place });
    t.after(() => elsewhere.close());
    let hints = 0;
    await elsewhere.revocation.onHint?.(() => (hints += 1));
    const { rowCount } = await connect().query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = $1 and (query like 'listen%' or query = 'select 1')`,
      [`${place} listener`],
    );
    assert.equal(rowCount, 1);
    // What was logged while nobody listened is made up for by a hint when somebody does again.
    hints = 0;
    assert.ok(await soon(() => hints > 0));
    const before = hints;
    await store.revocation.revoke(userU, aStamp());
    assert.ok(await soon(() => hints > before));
  });

  test("come again after the server was away", async (t) => {
    const store = await make();
    await store.open();
    const relay = new Relay(await freePort(), postgresUrl, 5432);
    await relay.open();
    t.after(() => relay.close());
    const elsewhere = postgresStore(connect({ connectionString: relay.urlFor(postgresUrl) }), {
      schema: place,
    });
    t.after(() => elsewhere.close());
    let hints = 0;
    await elsewhere.revocation.onHint?.(() => (hints += 1));
    await relay.close();
    hints = 0;
    await relay.open();
    assert.ok(await soon(() => hints > 0));
    const before = hints;
    await store.revocation.revoke(userU, aStamp());
    assert.ok(await soon(() => hints > before));
  });

  test("that a pooler swallows are given up with a warning, and revocations are found by asking", async (t) => {
    const store = await make();
    await store.open();
    // As PgBouncer does between transactions: what arrives for a client that has no server is dropped.
    const deaf = (pool: object): object =>
      new Proxy(pool, {
        get: (target, name) =>
          name === "Client"
            ? class extends Client {
                override emit(event: string, ...input: unknown[]): boolean {
                  return event !== "notification" && super.emit(event, ...input);
                }
              }
            : bound(target, name),
      });
    const elsewhere = await over(deaf);
    t.after(() => elsewhere.close());
    const warned = once(process, "warning");
    let hints = 0;
    const stop = await elsewhere.revocation.onHint?.(() => (hints += 1));
    const [warning] = (await warned) as [Error & { code?: string }];
    assert.equal(warning.code, "SYMBOLON_NO_HINTS");
    const entry = entryOf(await store.revocation.revoke(userU, aStamp()));
    assert.deepEqual((await elsewhere.revocation.sync(aSync())).entries, [entry]);
    assert.equal(hints, 0);
    await stop?.();
  });
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === "function" ? value.bind(target) : value;
}
