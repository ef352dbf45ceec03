import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test, type TestContext } from "node:test";
import type { Store } from "../core/ports.ts";
import { aPasswordHash, aSession, aStamp, aUser } from "../testing/store-contract/samples.ts";
import { storeAt } from "./open-store.ts";

const folder = mkdtempSync(join(tmpdir(), "symbolon-address-"));
const use = { autoMigrate: true, onLostConnection: () => undefined };
after(() => rmSync(folder, { recursive: true }));

test("opens a store in memory", async (t) => {
  const store = await opened(t, "memory:");
  assert.deepEqual(store.traits, { name: "memory", durable: false, partitions: 1 });
  await insertOneOfEach(store);
});

test("opens a store in a file, whose folder it makes", async (t) => {
  const path = join(folder, "made", "app.db");
  const store = await opened(t, `sqlite:${path}`);
  assert.deepEqual(store.traits, { name: "sqlite", durable: true, partitions: 1 });
  await insertOneOfEach(store);
  assert.deepEqual(countsIn(path), { sessions: 1, users: 1 });
});

test("puts the sessions on the first of two and the accounts on the second", async (t) => {
  const [first, second] = [join(folder, "sessions.db"), join(folder, "accounts.db")];
  const store = await opened(t, `sqlite:${first}, sqlite:${second}`);
  await insertOneOfEach(store);
  assert.deepEqual(countsIn(first), { sessions: 1, users: 0 });
  assert.deepEqual(countsIn(second), { sessions: 0, users: 1 });
});

test("is durable only where both of two are, because sessions that end with the process do not last", async (t) => {
  const store = await opened(t, `memory:,sqlite:${join(folder, "half.db")}`);
  assert.deepEqual(store.traits, { name: "memory and sqlite", durable: false, partitions: 1 });
  await insertOneOfEach(store);
});

test("lets go of both of two", async () => {
  const [first, second] = [join(folder, "one.db"), join(folder, "two.db")];
  const store = await storeAt(`sqlite:${first},sqlite:${second}`, use);
  await store.open?.();
  await store.close?.();
  // SQLite removes the log when the last connection ends.
  assert.deepEqual([existsSync(`${first}-wal`), existsSync(`${second}-wal`)], [false, false]);
});

test("tells of Redis alone that it has no accounts, and shows the pair to write", async () => {
  for (const address of ["redis://u:hunter2@cache.example:6379/1", "memory:,redis://:hunter2@x"]) {
    await assert.rejects(storeAt(address, use), (error: Error) => {
      assert.match(error.message, /keeps sessions, not accounts.*redis:\/\/\S+,postgres:\/\//);
      assert.doesNotMatch(error.message, /hunter2/);
      return error instanceof TypeError;
    });
  }
});

async function opened(t: TestContext, address: string): Promise<Store> {
  const store = await storeAt(address, use);
  await store.open?.();
  t.after(() => store.close?.());
  return store;
}

async function insertOneOfEach({ sessions, users }: Store): Promise<void> {
  const [session, user] = [aSession(), aUser()];
  await sessions.insert(session, null, aStamp());
  assert.equal((await sessions.find(session.id))?.id, session.id);
  await users?.insert(user, aPasswordHash());
  assert.equal((await users?.find(user.id))?.id, user.id);
}

function countsIn(path: string): { readonly sessions: unknown; readonly users: unknown } {
  const database = new DatabaseSync(path, { readOnly: true });
  const count = (table: string): unknown =>
    database.prepare(`select count(*) as n from symbolon_${table}`).get()?.["n"];
  const counts = { sessions: count("sessions"), users: count("users") };
  database.close();
  return counts;
}
