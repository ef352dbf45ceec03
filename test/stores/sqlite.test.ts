import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, mock, test } from "node:test";
import { sqliteStore } from "symbolon/stores/sqlite";
import {
  aPasswordHash,
  aSession,
  aStamp,
  aSync,
  aUser,
  entryOf,
  hour,
  now,
  pastMark,
  reason,
  watermarkUntil,
} from "../../src/testing/store-contract/samples.ts";
import { migrations } from "../../src/stores/sql/migrations.ts";
import { connected, folder, newPath, opened } from "./sqlite-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("a SQLite store that is not open", () => {
  test("has not touched the disk", () => {
    const path = join(folder, "not-yet", "app.db");
    sqliteStore(path);
    assert.equal(existsSync(join(folder, "not-yet")), false);
  });

  test("says that it wants to be opened first, and that again after it was closed", async () => {
    const store = sqliteStore(newPath());
    const refusal = /not open; call open\(\) first/;
    await assert.rejects(store.sessions.find("id"), refusal);
    await assert.rejects(store.revocation.revoke({ scope: "all", reason }, aStamp()), refusal);
    await store.open();
    assert.equal(await store.sessions.find("id"), null);
    await store.close();
    await assert.rejects(store.sessions.find("id"), refusal);
  });
});

describe("the file of a SQLite store", () => {
  test("is made with its folder, readable by its owner only", async (t) => {
    const path = join(folder, "deep", "er", "app.db");
    const store = await opened(t, path);
    await store.sessions.insert(aSession(), null, aStamp());
    for (const suffix of ["", "-wal", "-shm"]) {
      assert.equal(statSync(path + suffix).mode & 0o777, 0o600, `app.db${suffix}`);
    }
  });

  test("is durable, and ':memory:' is not", () => {
    assert.equal(sqliteStore(newPath()).traits.durable, true);
    assert.equal(sqliteStore(":memory:").traits.durable, false);
  });

  test("is not made of an empty path or a URI", () => {
    for (const path of ["", "file::memory:?cache=shared", "file:app.db"]) {
      assert.throws(() => sqliteStore(path), TypeError);
    }
  });

  test("of a newer release is refused, and left as it is", async (t) => {
    const path = newPath();
    await (await opened(t, path)).close();
    const connection = connected(t, path);
    connection.exec("insert into symbolon_migrations values (9999, 'from the future', 0)");
    await assert.rejects(sqliteStore(path).open(), /migration 9999.*use the newer release/);
  });
});

describe("a handle of the application", () => {
  test("on an in-memory or temporary database is refused", (t) => {
    for (const path of [":memory:", ""]) {
      const handle = connected(t, path);
      assert.throws(() => sqliteStore(handle), {
        name: "TypeError",
        message: /in-memory database.*':memory:'/,
      });
    }
  });

  test("shares the file but neither its transaction nor its end", async (t) => {
    const handle = new DatabaseSync(newPath());
    const store = sqliteStore(handle);
    await store.open();
    t.after(() => store.close());
    const session = aSession();
    handle.exec("begin");
    handle.exec("select count(*) from symbolon_sessions");
    await store.sessions.insert(session, null, aStamp());
    handle.exec("rollback");
    assert.deepEqual(await store.sessions.find(session.id), session);
    handle.close();
    assert.deepEqual(await store.sessions.find(session.id), session);
  });

  test("is still open when the store is closed", async (t) => {
    const handle = connected(t, newPath());
    const store = sqliteStore(handle);
    await store.open();
    await store.close();
    assert.deepEqual(handle.prepare("select seq from symbolon_head").all(), [
      Object.assign(Object.create(null), { seq: 0 }),
    ]);
  });

  test("with an open iterator does not freeze what the store reads", async (t) => {
    const path = newPath();
    const handle = connected(t, path);
    const store = sqliteStore(handle);
    await store.open();
    t.after(() => store.close());
    const elsewhere = await opened(t, path);
    const session = aSession();
    await store.sessions.insert(session, null, aStamp());
    await store.sessions.insert(aSession(), null, aStamp());

    const rows = handle.prepare("select id from symbolon_sessions").iterate();
    rows.next();
    assert.deepEqual(await store.sessions.find(session.id), session);
    await elsewhere.revocation.revoke({ scope: "session", id: session.id, reason }, aStamp());
    assert.equal(await store.sessions.find(session.id), null);
  });
});

test("two stores that open one new file at once both find it migrated once", async (t) => {
  const path = newPath();
  const stores = [sqliteStore(path), sqliteStore(path)];
  await Promise.all(stores.map((store) => store.open()));
  t.after(() => Promise.all(stores.map((store) => store.close())));
  for (const store of stores) assert.equal(await store.sessions.find("id"), null);
  const applied = connected(t, path).prepare("select number from symbolon_migrations").all();
  assert.deepEqual(
    applied.map((row) => row["number"]),
    [1, 2, 3, 4],
  );
});

test("a file of the first release gets a log and lineages, and keeps what it holds", async (t) => {
  const path = newPath();
  const old = connected(t, path);
  for (const sql of migrations[0]?.sqlite ?? []) old.exec(sql);
  const session = aSession();
  old.exec(`insert into symbolon_sessions values ('${session.id}', x'${Buffer.from(session.secretHash).toString("hex")}',
    '${session.userId}', null, ${pastMark}, ${now}, ${now}, ${session.purgeAt}, '${JSON.stringify(session.methods)}', 'aal1', 1,
    '${session.userAgent}', '${JSON.stringify(session.claims)}')`);
  old.exec(`create table symbolon_migrations (number integer not null primary key, name text not null,
    applied_at integer not null); insert into symbolon_migrations values (1, 'old', 0)`);
  old.exec(`update symbolon_head set seq = ${(now + hour) * 1000}`);
  const store = await opened(t, path);
  const verdict = await store.revocation.revoke({ scope: "user", id: "u", reason }, aStamp());
  assert.equal(entryOf(verdict).seq, (now + hour) * 1000 + 1);
  assert.deepEqual(await store.sessions.find(session.id), session);
  assert.deepEqual((await store.revocation.sync(aSync())).entries, [entryOf(verdict)]);
});

test("each statement is prepared only once", async (t) => {
  const prepare = mock.method(DatabaseSync.prototype, "prepare");
  t.after(() => prepare.mock.restore());
  const store = await opened(t, newPath());
  for (let round = 0; round < 5; round += 1) {
    const session = aSession();
    await store.sessions.insert(session, null, aStamp());
    await store.sessions.find(session.id);
    await store.sessions.touch([{ id: session.id, lastSeenAt: now, purgeAt: now }]);
    await store.sessions.writeData(session.id, { key: "k", to: "1", maxBytes: 99 });
    await store.attempts.take("key", { burst: 2, refillMs: 1_000 }, now);
    await store.revocation.revoke({ scope: "session", id: session.id, reason }, aStamp());
    await store.revocation.sync(aSync({ processId: "p" }));
  }
  const texts = prepare.mock.calls.map((call) => call.arguments[0]);
  assert.ok(texts.some((text) => text.includes("from symbolon_sessions")));
  assert.equal(new Set(texts).size, texts.length);
});

test("an act that fails half-way leaves nothing behind, and no transaction open", async (t) => {
  const path = newPath();
  const store = await opened(t, path);
  const connection = connected(t, path);
  connection.exec("alter table symbolon_credentials rename to elsewhere");
  const user = aUser();
  await assert.rejects(store.users.insert(user, aPasswordHash()), /no such table/);
  connection.exec("alter table elsewhere rename to symbolon_credentials");
  assert.equal(await store.users.find(user.id), null);
  assert.equal(await store.users.insert(user, aPasswordHash()), "inserted");
});

test("a row that a backup brings back below a watermark stays ended", async (t) => {
  const path = newPath();
  const store = await opened(t, path);
  const connection = connected(t, path);
  const session = aSession();
  await store.sessions.insert(session, null, aStamp());
  connection.exec("create table backup as select * from symbolon_sessions");
  await store.revocation.revoke({ scope: "user", id: String(session.userId), reason }, aStamp());
  connection.exec("insert into symbolon_sessions select * from backup");
  assert.equal(await store.sessions.find(session.id), null);
  assert.deepEqual(await store.sessions.listOf(String(session.userId)), []);
});

test("the rows of a revoked tenant, and of all, are removed by the next purge, in batches", async (t) => {
  const path = newPath();
  const store = await opened(t, path);
  const connection = connected(t, path);
  const insertMany = (tenant: string) =>
    connection.exec(`insert into symbolon_sessions
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 1100)
      select '${tenant}' || i, x'00', null, '${tenant}', 1, 1, 1, ${now * 2}, '[]', 'aal1', 0, null, '{}', null from n`);
  const rows = () => connection.prepare("select count(*) as n from symbolon_sessions").get()?.["n"];
  insertMany("a");
  insertMany("b");
  const tenant = await store.revocation.revoke({ scope: "tenant", id: "a", reason }, aStamp());
  assert.equal("sessions" in tenant && tenant.sessions, 1100);
  assert.equal(await store.sessions.purge(now), 0);
  assert.equal(rows(), 1100);
  const all = await store.revocation.revoke({ scope: "all", reason }, aStamp());
  assert.equal("sessions" in all && all.sessions, 1100);
  await store.revocation.purge(watermarkUntil);
  assert.equal(rows(), 0);
});

test("commits reach the disk before they are acknowledged", async (t) => {
  const exec = t.mock.method(DatabaseSync.prototype, "exec");
  const store = sqliteStore(join(temporaryFolder(), "durable.db"));
  await store.open();
  t.after(() => store.close());
  const pragmas = exec.mock.calls.map(({ arguments: [sql] }) => sql);
  assert.ok(pragmas.includes("pragma synchronous = full"), pragmas.join("; "));
});
