import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { Redis } from "ioredis";
import { memoryStore } from "symbolon/stores/memory";
import { redisStore } from "symbolon/stores/redis";
import { newSessionId, partitionOfUser } from "../../src/core/revocation/partition.ts";
import type { SessionRecord } from "../../src/core/sessions/session-store.ts";
import {
  aGuest,
  aSession,
  aStamp,
  aSync,
  hour,
  now,
  reason,
  watermarkUntil,
} from "../../src/testing/store-contract/samples.ts";
import { bothLibraries, clientFor, serverFor, storeFor } from "./redis/own-server.ts";
import { ownServersMissing } from "./redis/where.ts";

const skip = ownServersMissing();
const shards = 16;

function guestIn(partition: number, fields: Partial<SessionRecord> = {}): SessionRecord {
  return aGuest({ id: newSessionId(partition, shards, randomBytes), ...fields });
}

function loginOf(userId: string, fields: Partial<SessionRecord> = {}): SessionRecord {
  const id = newSessionId(partitionOfUser(userId, shards), shards, randomBytes);
  return aSession({ id, userId, ...fields });
}

/** A user and a guest whose partitions differ. */
function apart(): { readonly userId: string; readonly guest: SessionRecord } {
  return { userId: "u", guest: guestIn((partitionOfUser("u", shards) + 1) % shards) };
}

describe("a Redis store of sixteen partitions", { skip }, () => {
  test("closes a guest of another partition first and takes its data along", async (t) => {
    const { sessions, revocation } = await storeFor(t, await serverFor(t), "ioredis", { shards });
    const { userId, guest } = apart();
    await sessions.insert(guest, null, aStamp());
    await sessions.writeData(guest.id, { key: "cart é", to: '"🦊"', maxBytes: 99 });
    await sessions.writeData(guest.id, { key: "", to: "2", maxBytes: 99 });
    const login = loginOf(userId);
    const verdict = await sessions.insert(login, guest.id, aStamp());
    assert.equal(verdict.outcome, "inserted");
    const [logged, ...more] = "entries" in verdict ? verdict.entries : [];
    assert.deepEqual(more, []);
    assert.equal(logged?.entry.target, guest.id);
    const partition = logged?.partition ?? -1;
    const { entries } = await revocation.sync(aSync({ partition }));
    assert.deepEqual(entries, [logged?.entry]);
    assert.equal(await sessions.find(guest.id), null);
    assert.equal(await sessions.writeData(guest.id, { key: "k", to: "1", maxBytes: 99 }), "ended");
    assert.deepEqual(
      await sessions.readData(login.id),
      new Map([
        ["cart é", '"🦊"'],
        ["", "2"],
      ]),
    );
    // The bytes came along too.
    const change = { key: "k", to: "1", maxBytes: 15 };
    assert.equal(await sessions.writeData(login.id, change), "too_large");
    assert.equal(await sessions.writeData(login.id, { ...change, maxBytes: 16 }), "written");
  });

  test("logs the end of access tokens without a session in the partition of the session's id", async (t) => {
    const { revocation } = await storeFor(t, await serverFor(t), "ioredis", { shards });
    for (let partition = 0; partition < shards; partition += 1) {
      const { id } = guestIn(partition);
      const verdict = await revocation.revoke(
        { scope: "session", id, unrecorded: true, reason },
        aStamp(),
      );
      const logged = "entries" in verdict ? verdict.entries : [];
      assert.deepEqual(
        logged.map((one) => [one.partition, one.entry.target]),
        [[partition, id]],
      );
      const { entries } = await revocation.sync(aSync({ partition }));
      assert.deepEqual(
        entries,
        logged.map(({ entry }) => entry),
      );
    }
  });

  test("leaves the guest alone when the sign-in is refused", async (t) => {
    const { sessions, revocation } = await storeFor(t, await serverFor(t), "ioredis", { shards });
    const { userId, guest } = apart();
    const first = loginOf(userId, { mark: now * 1000 });
    await revocation.revoke({ scope: "user", id: userId, reason }, aStamp());
    for (const session of [guest, first]) await sessions.insert(session, null, aStamp());
    const late = loginOf(userId, { mark: 1 });
    assert.equal((await sessions.insert(late, guest.id, aStamp())).outcome, "superseded");
    assert.equal((await sessions.insert(first, guest.id, aStamp())).outcome, "duplicate");
    assert.deepEqual(await sessions.find(guest.id), guest);
  });

  test("gives the data of a guest of another partition to one of sixteen sign-ins", async (t) => {
    const { sessions } = await storeFor(t, await serverFor(t), "node-redis", { shards });
    const { userId, guest } = apart();
    await sessions.insert(guest, null, aStamp());
    await sessions.writeData(guest.id, { key: "cart", to: "[1]", maxBytes: 99 });
    const logins = Array.from({ length: 16 }, () => loginOf(userId));
    await Promise.all(logins.map((login) => sessions.insert(login, guest.id, aStamp())));
    const data = await Promise.all(logins.map(({ id }) => sessions.readData(id)));
    assert.equal(data.filter((of) => of?.get("cart") === "[1]").length, 1);
  });

  test("logs what concerns a tenant or everybody in every partition, in their order", async (t) => {
    const { sessions, revocation } = await storeFor(t, await serverFor(t), "node-redis", {
      shards,
    });
    const theirs = Array.from({ length: 40 }, (_, index) =>
      loginOf(`user ${index}`, { tenantId: index % 2 === 0 ? "t" : "other" }),
    );
    for (const session of theirs) await sessions.insert(session, null, aStamp());
    for (const [scope, ended] of [
      [{ scope: "tenant", id: "t", reason }, 20],
      [{ scope: "all", reason }, 20],
    ] as const) {
      const stamp = aStamp();
      const verdict = await revocation.revoke(scope, stamp);
      assert.equal("sessions" in verdict && verdict.sessions, ended);
      const entries = "entries" in verdict ? verdict.entries : [];
      assert.deepEqual(
        entries.map(({ partition, entry }) => [partition, entry.id]),
        Array.from({ length: shards }, (_, partition) => [partition, stamp.entryId]),
      );
      for (const { partition, entry } of entries) {
        const { entries: read } = await revocation.sync(aSync({ partition }));
        assert.deepEqual(read.at(-1), entry);
      }
    }
    const found = await Promise.all(theirs.map(({ id }) => sessions.find(id)));
    assert.ok(found.every((session) => session === null));
  });

  test("lets a process leave all partitions", async (t) => {
    const { revocation } = await storeFor(t, await serverFor(t), "ioredis", { shards });
    for (const partition of [0, 15]) await revocation.sync(aSync({ partition, processId: "p" }));
    await revocation.leave("p");
    for (const partition of [0, 15]) {
      assert.deepEqual(await revocation.processes(partition, now), []);
    }
  });

  test("refuses a session whose id is not of its user's partition", async (t) => {
    const { sessions } = await storeFor(t, await serverFor(t), "ioredis", { shards });
    const { userId, guest } = apart();
    await assert.rejects(sessions.insert({ ...guest, userId }, null, aStamp()), TypeError);
  });

  test("is refused when it is opened with another number of them, and left as it is", async (t) => {
    const server = await serverFor(t);
    await storeFor(t, server, "node-redis", { shards });
    const { client } = await clientFor(t, server);
    await assert.rejects(
      redisStore(client).open(),
      /created with shards: 16.*opened with shards: 1/,
    );
    await redisStore(client, { shards }).open();
    await redisStore(client, { prefix: "other" }).open();
  });
});

describe("a Redis store", { skip }, () => {
  test("is the same for both libraries", async (t) => {
    const server = await serverFor(t);
    const [one, other] = await Promise.all(
      bothLibraries.map((library) => storeFor(t, server, library)),
    );
    assert.ok(one !== undefined && other !== undefined);
    const session = aSession({ userId: "Zoë 🦊", claims: { name: "Zoë 🦊" } });
    await one.sessions.insert(session, null, aStamp());
    assert.deepEqual(await other.sessions.find(session.id), session);
    const hinted = Promise.withResolvers<void>();
    const stop = await one.revocation.onHint?.(() => hinted.resolve());
    await other.revocation.revoke({ scope: "user", id: "Zoë 🦊", reason }, aStamp());
    await hinted.promise;
    await stop?.();
    assert.equal(await one.sessions.find(session.id), null);
    const { entries } = await one.revocation.sync(aSync());
    assert.deepEqual(entries, (await other.revocation.sync(aSync())).entries);
  });

  test("takes the place of another store's sessions by a spread", async (t) => {
    const { client } = await clientFor(t, await serverFor(t), "ioredis");
    const accounts = memoryStore();
    const store = { ...accounts, ...redisStore(client, { shards: 4 }).onlySessions };
    assert.deepEqual(store.traits, { name: "redis", durable: true, partitions: 4 });
    assert.equal(store.users, accounts.users);
    assert.equal(store.attempts, accounts.attempts);
    assert.equal(store.close, accounts.close);
    await store.open();
    const guest = aGuest();
    await store.sessions.insert(guest, null, aStamp());
    assert.deepEqual(await store.sessions.find(guest.id), guest);
    await store.close();
  });

  test("lets sessions expire by themselves, but nothing that revocations rest on", async (t) => {
    const { sessions, revocation, send } = await storeFor(t, await serverFor(t));
    const session = aSession({ purgeAt: now + 9 * hour });
    await sessions.insert(session, null, aStamp());
    await sessions.writeData(session.id, { key: "k", to: "1", maxBytes: 99 });
    await sessions.touch([{ id: session.id, lastSeenAt: now + 1, purgeAt: now + 10 * hour }]);
    await revocation.revoke({ scope: "user", id: "v", reason }, aStamp());
    await revocation.sync(aSync());
    const lives = new Map<string, number>();
    for (const key of (await send("", "keys", "*")) as string[]) {
      // `{sym:0}:head`, but `{sym:0}s` and the id.
      const [, name = ""] = key.split("}");
      lives.set(
        name.startsWith(":") ? name.slice(1) : name.slice(0, 1),
        Number(await send(key, "ttl", key)) / 3600,
      );
    }
    for (const name of ["s", "d", "u"]) {
      const life = lives.get(name) ?? 0;
      assert.ok(life > 10.9 && life <= 11, `${name}: ${life} hours`);
      lives.delete(name);
    }
    assert.deepEqual([...lives.keys()].sort(), [
      "head",
      "ids",
      "log",
      "log-due",
      "marks",
      "marks-due",
      "meta",
      "processes",
    ]);
    assert.ok([...lives.values()].every((life) => life < 0));
  });

  test("ends more sessions of a tenant than it removes at once, and forgets no watermark before", async (t) => {
    const { sessions, revocation, send } = await storeFor(t, await serverFor(t));
    const theirs = Array.from({ length: 4_600 }, () => aSession({ tenantId: "t" }));
    await Promise.all(theirs.map((session) => sessions.insert(session, null, aStamp())));
    const last = theirs.at(-1)?.id ?? "";
    const verdict = await revocation.revoke({ scope: "tenant", id: "t", reason }, aStamp());
    assert.equal("sessions" in verdict && verdict.sessions, 2_000);
    assert.equal(await sessions.find(last), null);
    const rows = async () => Number(await send("", "dbsize"));
    assert.ok((await rows()) > 5_000);
    await revocation.purge(watermarkUntil);
    assert.equal(await send("", "hlen", "{sym:0}:marks"), 1);
    assert.equal(await sessions.find(last), null);
    await revocation.purge(watermarkUntil);
    assert.equal(await send("", "hlen", "{sym:0}:marks"), 0);
    assert.equal(await sessions.find(last), null);
    assert.ok((await rows()) < 10);
  });

  test("keeps its keys apart by prefix, and by the client's own", async (t) => {
    const server = await serverFor(t);
    const { client, send } = await clientFor(t, server, "ioredis");
    const prefixed = new Redis({ port: server.port, keyPrefix: "app:" });
    t.after(() => prefixed.disconnect());
    const session = aSession();
    for (const store of [
      redisStore(prefixed),
      redisStore(client),
      redisStore(client, { prefix: "b" }),
    ]) {
      assert.equal(await store.sessions.find(session.id), null);
      assert.equal((await store.sessions.insert(session, null, aStamp())).outcome, "inserted");
      assert.deepEqual(await store.sessions.listOf(String(session.userId)), [session]);
      await store.revocation.revoke({ scope: "user", id: "v", reason }, aStamp());
    }
    const keys = (await send("", "keys", "*")) as string[];
    assert.equal(keys.filter((key) => key.startsWith("app:{sym:0}")).length, keys.length / 3);
  });

  test("refuses what is no client, reads from replicas, and options that do not exist", async (t) => {
    const { client } = await clientFor(t, await serverFor(t));
    for (const wrong of [null, {}, "redis://localhost", { sendCommand() {} }]) {
      assert.throws(() => redisStore(wrong as never), { name: "TypeError", message: /ioredis/ });
    }
    const reader = { isCluster: true, options: { scaleReads: "slave" } };
    const cluster = { ...reader, call() {}, pipeline() {}, duplicate() {} };
    assert.throws(() => redisStore(cluster as never), /scaleReads/);
    for (const setting of [{ role: "slave" }, { readOnly: true }]) {
      const single = { ...cluster, isCluster: false, options: setting };
      const [name = ""] = Object.keys(setting);
      assert.throws(
        () => redisStore(single as never),
        new RegExp(`\`${name}\` reads from replicas`),
      );
    }
    for (const options of [{ prefix: "" }, { prefix: "a{b}" }, { shards: 3 }, { shards: 32 }]) {
      assert.throws(() => redisStore(client, options as never), TypeError);
    }
  });
});
