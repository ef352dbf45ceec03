import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  aSession,
  aStamp,
  aSync,
  cursorAt,
  entryOf,
  hour,
  now,
  pastMark,
  reason,
} from "../../src/testing/store-contract/samples.ts";
import { didNotRun, testMysql, testPostgres, type TestServer } from "./databases.ts";
import { hold } from "./held-pool.ts";

const databases = await Promise.all([testPostgres(), testMysql()]);

const userU = { scope: "user", id: "u", reason } as const;

/** Whether it is still undecided after a while. */
async function waits(promise: Promise<unknown>): Promise<boolean> {
  return (await Promise.race([promise.catch(() => {}), pause(150, "waits")])) === "waits";
}

for (const database of databases) {
  const { name, server } = database;
  if (server === null) didNotRun(database);
  else describe(`a transaction that is held open in ${name}`, () => testHeld(name, server));
}

function testHeld(name: string, server: TestServer): void {
  test("a revocation after its delete: a raced sign-in does not come back when the log is pruned", async () => {
    const store = await server.make();
    await store.open();
    const before = aSession({ userId: "u", mark: pastMark });
    await store.sessions.insert(before, null, aStamp());

    const held = hold("after", /delete from .*symbolon_sessions where user_id/);
    const slow = await server.over(held.wrap);
    const revoking = slow.revocation.revoke(userU, aStamp());
    await held.reached;
    const raced = aSession({ userId: "u", mark: pastMark });
    const inserting = store.sessions.insert(raced, null, aStamp());
    assert.ok(await waits(inserting), "the sign-in did not wait for the revocation");
    held.release();
    assert.equal((await revoking).outcome, "revoked");
    assert.equal((await inserting).outcome, "superseded");

    await store.revocation.purge(now + 2 * hour);
    assert.deepEqual((await store.revocation.sync(aSync())).entries, []);
    assert.equal(await store.sessions.find(raced.id), null);
    assert.equal(await store.sessions.find(before.id), null);
    assert.deepEqual(await server.run("select id from symbolon_sessions where user_id = 'u'"), []);
  });

  test("a sign-in before its commit: the revocation waits and ends it", async () => {
    const store = await server.make();
    await store.open();
    const held = hold("before", /^commit/);
    const slow = await server.over(held.wrap);
    const raced = aSession({ userId: "u", mark: pastMark });
    const inserting = slow.sessions.insert(raced, null, aStamp());
    await held.reached;
    const revoking = store.revocation.revoke(userU, aStamp());
    assert.ok(await waits(revoking), "the revocation did not wait for the sign-in");
    held.release();
    assert.equal((await inserting).outcome, "inserted");
    const verdict = await revoking;
    assert.equal("sessions" in verdict && verdict.sessions, 1);
    assert.equal(await store.sessions.find(raced.id), null);
  });

  test("a sync before it reads the entries: what is logged meanwhile is in the next one", async () => {
    const store = await server.make();
    await store.open();
    const first = entryOf(await store.revocation.revoke(userU, aStamp()));
    const held = hold("before", /from .*symbolon_log where seq >=/);
    const slow = await server.over(held.wrap);
    const request = aSync({ cursor: cursorAt(first) });
    const syncing = slow.revocation.sync(request);
    await held.reached;
    const revoking = store.revocation.revoke(userU, aStamp());
    await waits(revoking);
    held.release();
    const { outcome, entries } = await syncing;
    assert.equal(outcome, "next");
    const last = entries.at(-1) ?? first;
    const second = entryOf(await revoking);
    const next = await store.revocation.sync({ ...request, cursor: cursorAt(last) });
    assert.deepEqual([...entries, ...next.entries], [second]);
  });

  test("a revocation before its commit: nobody syncs past it", async () => {
    const store = await server.make();
    await store.open();
    const first = entryOf(await store.revocation.revoke(userU, aStamp()));
    const held = hold("before", /^commit/);
    const slow = await server.over(held.wrap);
    const revoking = slow.revocation.revoke(userU, aStamp());
    await held.reached;
    const later = store.revocation.revoke({ ...userU, id: "v" }, aStamp());
    const syncing = store.revocation.sync(aSync({ cursor: cursorAt(first) }));
    await waits(syncing);
    held.release();
    const [second, third] = [entryOf(await revoking), entryOf(await later)];
    assert.ok(second.seq < third.seq);
    const { entries } = await syncing;
    const expected = [second, third].slice(0, entries.length);
    assert.deepEqual(entries, expected);
  });

  test("a first sync before its commit: the revocation waits, and finds the process", async () => {
    const store = await server.make();
    await store.open();
    const held = hold("before", /^commit/);
    const slow = await server.over(held.wrap);
    const syncing = slow.revocation.sync(aSync({ processId: "new" }));
    await held.reached;
    const revoking = store.revocation.revoke(userU, aStamp());
    assert.ok(await waits(revoking), "the revocation did not wait for the sync");
    held.release();
    assert.deepEqual((await syncing).entries, []);
    await revoking;
    const processes = await store.revocation.processes(0, now);
    assert.deepEqual(
      processes.map(({ processId }) => processId),
      ["new"],
    );
  });

  // PostgreSQL takes it away from who stands still: test/stores/postgres.test.ts.
  if (name !== "postgres") {
    test("the head, for longer than anybody may wait: a revocation fails in bounded time, and works afterwards", () =>
      testHeadForLong(server));
  }

  test("no revocation starves among sign-ins that never end", async () => {
    const store = await server.make();
    await store.open();
    const over = new AbortController();
    const signingIn = Array.from({ length: 9 }, async () => {
      while (!over.signal.aborted) await store.sessions.insert(aSession(), null, aStamp());
    });
    let slowestMs = 0;
    for (let index = 0; index < 20; index += 1) {
      const startedAt = performance.now();
      await store.revocation.revoke({ ...userU, id: `u${index}` }, aStamp());
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    }
    over.abort();
    await Promise.all(signingIn);
    assert.ok(slowestMs < 1_000, `the slowest took ${slowestMs} ms`);
  });
}

async function testHeadForLong(server: TestServer): Promise<void> {
  const store = await server.make();
  await store.open();
  const held = hold("before", /^commit/);
  const slow = await server.over(held.wrap);
  const holding = slow.revocation.revoke(userU, aStamp());
  await held.reached;
  const startedAt = performance.now();
  await assert.rejects(store.revocation.revoke(userU, aStamp()), /lock/i);
  const waitedMs = performance.now() - startedAt;
  assert.ok(waitedMs > 900 && waitedMs < 4_500, `waited for ${waitedMs} ms`);
  held.release();
  assert.equal((await holding).outcome, "revoked");
  assert.equal((await store.revocation.revoke(userU, aStamp())).outcome, "revoked");
}
