import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  aLineage,
  aSession,
  aStamp,
  aSync,
  entryOf,
  hour,
  newSecretHash,
  now,
} from "../../src/testing/store-contract/samples.ts";
import { didNotRun, testMysql, testPostgres, type TestServer } from "./databases.ts";
import { hold } from "./held-pool.ts";

const databases = await Promise.all([testPostgres(), testMysql()]);
const reason = "refresh_token_reused";
const from = aLineage();
const promotion = { from, to: aLineage(), lastSeenAt: now + 1, purgeAt: now + 2 * hour };

/** Whether it is still undecided after a while. */
async function waits(promise: Promise<unknown>): Promise<boolean> {
  return (await Promise.race([promise.catch(() => {}), pause(150, "waits")])) === "waits";
}

for (const database of databases) {
  const { name, server } = database;
  if (server === null) didNotRun(database);
  else describe(`while a transaction is held open in ${name}`, () => testHeld(server));
}

/** A store with a session, and the same store with its first statement that fits held up before it runs. */
async function heldBefore(t: TestContext, server: TestServer, pattern: RegExp) {
  const store = await server.make();
  await store.open();
  const session = aSession({ userId: "u", lineage: from });
  await store.sessions.insert(session, null, aStamp());
  const { reached, release, wrap } = hold("before", pattern);
  // Also when the test fails: its transaction would stay open, and the process with it.
  t.after(release);
  return { store, session, slow: await server.over(wrap), reached, release };
}

function testHeld(server: TestServer): void {
  test("a promotion before its commit: another one and the end of its lineage wait, and come too late", async (t) => {
    const { store, session, slow, reached, release } = await heldBefore(t, server, /^commit/);
    const { id } = session;
    const first = slow.sessions.promote(id, promotion);
    await reached;
    const second = store.sessions.promote(id, { ...promotion, to: aLineage() });
    const revoking = store.revocation.revoke(
      { scope: "session", id, lineage: from, reason },
      aStamp(),
    );
    assert.ok(await waits(Promise.race([second, revoking])), "somebody did not wait");
    release();
    assert.equal(await first, "promoted");
    assert.equal(await second, "superseded");
    assert.deepEqual(await revoking, { outcome: "absent" });
    assert.equal((await store.sessions.find(id))?.lineage, promotion.to);
    assert.deepEqual((await store.revocation.sync(aSync())).entries, []);
  });

  test("the end of a lineage before its commit: a promotion waits, and comes too late", async (t) => {
    const { store, session, slow, reached, release } = await heldBefore(t, server, /^commit/);
    const { id } = session;
    const revoking = slow.revocation.revoke(
      { scope: "session", id, lineage: from, reason },
      aStamp(),
    );
    await reached;
    const promoting = store.sessions.promote(id, promotion);
    assert.ok(await waits(promoting), "the promotion did not wait");
    release();
    assert.equal(entryOf(await revoking).reason, reason);
    assert.equal(await promoting, "ended");
    assert.deepEqual(await server.run("select id from symbolon_sessions where user_id = 'u'"), []);
  });

  test("the end of all others before its commit: the promotion of the one that goes on waits, and overwrites nothing", async (t) => {
    const { store, session, slow, reached, release } = await heldBefore(t, server, /^commit/);
    const { id } = session;
    const secretHash = newSecretHash();
    const revoking = slow.revocation.revoke(
      { scope: "user", id: "u", except: { sessionId: id, secretHash }, reason },
      aStamp(),
    );
    await reached;
    const promoting = store.sessions.promote(id, promotion);
    assert.ok(await waits(promoting), "the promotion did not wait");
    release();
    const { seq: mark } = entryOf(await revoking);
    assert.equal(await promoting, "promoted");
    const { to: lineage, lastSeenAt, purgeAt } = promotion;
    const expected = { ...session, secretHash, mark, lineage, lastSeenAt, purgeAt };
    assert.deepEqual(await store.sessions.find(id), expected);
  });

  test("a promotion before it writes: the end of its user waits, and ends it", async (t) => {
    const { store, session, slow, reached, release } = await heldBefore(
      t,
      server,
      /update .*symbolon_sessions set lineage/,
    );
    const promoting = slow.sessions.promote(session.id, promotion);
    await reached;
    const revoking = store.revocation.revoke({ scope: "user", id: "u", reason }, aStamp());
    assert.ok(await waits(revoking), "the revocation did not wait");
    release();
    assert.equal(await promoting, "promoted");
    const verdict = await revoking;
    assert.equal("sessions" in verdict && verdict.sessions, 1);
    assert.deepEqual(await server.run("select id from symbolon_sessions where user_id = 'u'"), []);
  });
}
