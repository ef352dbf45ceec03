import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { redisStore } from "symbolon/stores/redis";
import {
  aGuest,
  aLineage,
  aSession,
  aStamp,
  aSync,
  now,
  reason,
} from "../../src/testing/store-contract/samples.ts";
import { bothLibraries, clientFor, serverFor, storeFor } from "./redis/own-server.ts";
import { ownServersMissing } from "./redis/where.ts";

const skip = ownServersMissing();

describe("a server that may drop keys", { skip }, () => {
  for (const policy of ["allkeys-lru", "volatile-ttl"]) {
    test(`is refused with the policy ${policy}, by name`, async (t) => {
      const server = await serverFor(t, ["--maxmemory-policy", policy]);
      const { client } = await clientFor(t, server);
      const refusal = new RegExp(`maxmemory-policy is ${policy}.*dangerouslyAllowEviction`);
      await assert.rejects(redisStore(client).open(), refusal);
      await assert.rejects(redisStore(client).onlySessions.sessions.find("id"), refusal);
    });
  }

  test("is accepted with dangerouslyAllowEviction, and its watermarks are asked with each find", async (t) => {
    const server = await serverFor(t, ["--maxmemory-policy", "allkeys-lru"]);
    const { sessions, revocation, send } = await storeFor(t, server, "ioredis", {
      dangerouslyAllowEviction: true,
    });
    const session = aSession({ userId: "u" });
    await sessions.insert(session, null, aStamp());
    await send("", "del", "{sym:0}uu");
    await revocation.revoke({ scope: "user", id: "u", reason }, aStamp());
    assert.equal(await sessions.find(session.id), null);
  });

  test("is noticed within a minute when it was changed, and when it was mended", async (t) => {
    const server = await serverFor(t);
    const { sessions, send } = await storeFor(t, server);
    let passed = 0;
    const performanceNow = performance.now.bind(performance);
    const clock = mock.method(performance, "now", () => performanceNow() + passed);
    t.after(() => clock.mock.restore());
    await send("", "config", "set", "maxmemory-policy", "allkeys-random");
    assert.equal(await sessions.find("id"), null);
    passed += 60_000;
    // The check runs beside a call and decides about the ones after it.
    await sessions.find("id");
    await pause(50);
    await assert.rejects(sessions.find("id"), /maxmemory-policy is allkeys-random/);
    await send("", "config", "set", "maxmemory-policy", "noeviction");
    passed += 5_000;
    await assert.rejects(sessions.find("id"));
    await pause(50);
    assert.equal(await sessions.find("id"), null);
  });
});

describe("a server without free memory", { skip }, () => {
  test("takes no sign-in, but every revocation, sync, touch and promotion", async (t) => {
    const server = await serverFor(t);
    const { sessions, revocation, send } = await storeFor(t, server);
    const [one, two, three] = [
      aSession(),
      aSession({ userId: "u" }),
      aSession({ userId: "u", tenantId: "t" }),
    ];
    const kept = aSession({ lineage: aLineage() });
    for (const session of [one, two, three, kept]) await sessions.insert(session, null, aStamp());
    await send("", "script", "flush");
    await send("", "config", "set", "maxmemory", "1");

    await assert.rejects(sessions.insert(aSession(), null, aStamp()), /OOM/);
    await assert.rejects(sessions.insert(aSession(), aGuest().id, aStamp()), /OOM/);
    const revoked = { outcome: "revoked", sessions: 1 };
    const told = async (...given: Parameters<typeof revocation.revoke>) => {
      const verdict = await revocation.revoke(...given);
      return "sessions" in verdict && { outcome: verdict.outcome, sessions: verdict.sessions };
    };
    assert.deepEqual(await told({ scope: "session", id: one.id, reason }, aStamp()), revoked);
    const except = { sessionId: two.id };
    assert.deepEqual(await told({ scope: "user", id: "u", except, reason }, aStamp()), revoked);
    assert.deepEqual(await told({ scope: "tenant", id: "t", reason }, aStamp()), {
      ...revoked,
      sessions: 0,
    });
    assert.equal(await sessions.find(one.id), null);
    assert.equal(await sessions.find(three.id), null);
    const { entries } = await revocation.sync(aSync());
    assert.equal(entries.length, 3);
    await sessions.touch([{ id: kept.id, lastSeenAt: now + 5, purgeAt: now + 10 }]);
    assert.equal((await sessions.find(kept.id))?.lastSeenAt, now + 5);
    const seen = { lastSeenAt: now + 6, purgeAt: now + 10 };
    const promotion = { from: String(kept.lineage), to: aLineage(), ...seen };
    assert.equal(await sessions.promote(kept.id, promotion), "promoted");
    assert.deepEqual(await sessions.find(kept.id), { ...kept, ...seen, lineage: promotion.to });
    const gone = { scope: "session", id: aSession().id, unrecorded: true, reason } as const;
    assert.deepEqual(await told(gone, aStamp()), { ...revoked, sessions: 0 });
    await revocation.restore(0, entries, { seq: 5, entryId: "x" }, now);
    await revocation.purge(now);
    assert.equal(await sessions.purge(now + 10), 1);
  });
});

for (const library of bothLibraries) {
  describe(`with ${library}`, { skip }, () => {
    test("scripts that the server forgot are sent again", async (t) => {
      const { sessions, send } = await storeFor(t, await serverFor(t), library);
      const session = aSession();
      await sessions.insert(session, null, aStamp());
      await send("", "script", "flush");
      await sessions.touch([{ id: session.id, lastSeenAt: now + 5, purgeAt: session.purgeAt }]);
      await send("", "script", "flush");
      const [found] = await sessions.listOf(String(session.userId));
      assert.equal(found?.lastSeenAt, now + 5);
    });

    test("a replica refuses to open and to sync", async (t) => {
      const primary = await serverFor(t);
      const replica = await serverFor(t);
      const store = await storeFor(t, replica, library);
      await store.send("", "replicaof", "127.0.0.1", String(primary.port));
      await assert.rejects(store.revocation.sync(aSync()), /READONLY/);
      await assert.rejects(store.sessions.insert(aSession(), null, aStamp()), /READONLY/);
      const { client } = await clientFor(t, replica, library);
      await assert.rejects(redisStore(client).open(), /READONLY/);
    });

    test("waitForReplica fails without a replica and is content with one", async (t) => {
      const primary = await serverFor(t, ["--repl-diskless-sync-delay", "0"]);
      const { client } = await clientFor(t, primary, library);
      const alone = redisStore(client, { waitForReplica: true });
      await assert.rejects(alone.open(), /no replica acknowledged/);
      const replica = await clientFor(t, await serverFor(t), library);
      await replica.send("", "replicaof", "127.0.0.1", String(primary.port));
      const watching = await clientFor(t, primary, library);
      for (let tries = 0; ; tries += 1) {
        await watching.send("", "set", "something", "to acknowledge");
        if (
          /state=online,offset=[1-9]/.test(String(await watching.send("", "info", "replication")))
        )
          break;
        assert.ok(tries < 100, "the replica did not connect");
        await pause(100);
      }
      const store = await storeFor(t, primary, library, { waitForReplica: true });
      const session = aSession();
      await store.sessions.insert(session, null, aStamp());
      const key = `{sym:0}s${session.id}`;
      assert.equal(await replica.send(key, "exists", key), 1);
    });

    test("hints come again after the connection and the server were lost", async (t) => {
      const server = await serverFor(t, ["--appendonly", "yes", "--appendfsync", "always"]);
      const [listening, acting] = [
        await storeFor(t, server, library),
        await storeFor(t, server, library),
      ];
      const stop = await listening.revocation.onHint?.(() => hinted.resolve());
      let hinted = Promise.withResolvers<void>();
      // Whatever is lost meanwhile is lost; so it is revoked until a hint comes.
      const comes = async () => {
        hinted = Promise.withResolvers<void>();
        for (let tries = 0; tries < 100; tries += 1) {
          await acting.revocation.revoke({ scope: "all", reason }, aStamp());
          const came = hinted.promise.then(() => true);
          if (await Promise.race([came, pause(100, false)])) return;
        }
        assert.fail("no hint within ten seconds");
      };
      await comes();
      await acting.send("", "client", "kill", "type", "pubsub");
      await comes();
      await server.kill();
      await server.restart();
      await comes();
      await stop?.();
    });
  });
}
