import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { beforeEach, describe, test } from "node:test";
import { AuthError } from "../core/errors.ts";
import { resolveRevocationOptions } from "../core/revocation/options.ts";
import { newSessionId, partitionOfUser } from "../core/revocation/partition.ts";
import type { FollowedStore, Revocation } from "../core/revocation/revocation-store.ts";
import { memoryStore } from "../stores/memory.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { claims } from "../../test/support/tokens.ts";
import { passTime } from "../../test/support/pass-time.ts";
import { LogFeed } from "./log-feed.ts";

/* A store of two logs, as Redis with two shards is: a session's first byte says which one tells of it. */

let clock: FakeClock;
let logs: readonly [ReturnType<typeof memoryStore>, ReturnType<typeof memoryStore>];
/** The log of which no sync comes through. */
let cutOff: number | null;
let feed: LogFeed;

beforeEach(async () => {
  clock = new FakeClock();
  logs = [memoryStore(), memoryStore()];
  cutOff = null;
  const logOf = (partition: number) => logs[partition === 0 ? 0 : 1].revocation;
  const store: FollowedStore = {
    async sync(request) {
      if (request.partition === cutOff) {
        throw new AuthError("store_unavailable", { cause: new Error("cut off") });
      }
      return logOf(request.partition).sync(request);
    },
    restore: async (partition, ...rest) => logOf(partition).restore(partition, ...rest),
    processes: async (partition, now) => logOf(partition).processes(partition, now),
    leave: async (processId) => {
      for (const { revocation } of logs) await revocation.leave(processId);
    },
  };
  const source = {
    open: async () => ({ store, partitions: 2 }),
    stop: () => undefined,
    close: async () => undefined,
  };
  const config = { ...resolveRevocationOptions(), longestStaleForMs: 0 };
  feed = new LogFeed(source, config, clock);
  await feed.start();
});

let entries = 0;
const stamp = () => ({
  entryId: `entry-${(entries += 1)}`,
  now: clock.now(),
  keepForMs: 3_600_000,
});

async function revoke(partition: 0 | 1, revocation: Revocation): Promise<void> {
  const watermarkUntil = clock.now() + 3_600_000;
  await logs[partition].revocation.revoke(revocation, { ...stamp(), watermarkUntil });
  await passTime(clock, 500);
}

const token = (partition: number, changes: object = {}) => ({
  ...claims,
  sid: newSessionId(partition, 2, randomBytes),
  mark: 0,
  pos: 0,
  ...changes,
});
const reason = "revoked_by_application";

describe("a feed of two logs", () => {
  test("judges a token by the log of its session", async () => {
    const [one, two] = [token(0, { tenant_id: "t" }), token(1, { tenant_id: "t" })];
    assert.deepEqual([feed.isRevoked(one, "k"), feed.isRevoked(two, "k")], [false, false]);
    await revoke(1, { scope: "tenant", id: "t", reason });
    assert.deepEqual([feed.isRevoked(one, "k"), feed.isRevoked(two, "k")], [false, true]);
    await revoke(0, { scope: "tenant", id: "t", reason });
    assert.equal(feed.isRevoked(one, "k"), true);
  });

  test("judges a token without a session by the log of its user", async () => {
    for (const sub of ["ada", "bea", "cleo", "dora", "eva"]) {
      const { sid: _, ...ofUser } = token(0, { sub });
      assert.equal(await feed.isRevoked(ofUser, "k"), false);
      await revoke(partitionOfUser(sub, 2) === 0 ? 0 : 1, { scope: "user", id: sub, reason });
      assert.equal(await feed.isRevoked(ofUser, "k"), true);
    }
  });

  test("obeys revoked keys, which stand in the first log, for the tokens of both", async () => {
    const ring = { version: 1, sealed: "" };
    await logs[0].keys.writeRing(ring, 0, { kind: "revoked", target: "stolen" }, stamp());
    await passTime(clock, 500);
    for (const partition of [0, 1]) {
      assert.equal(feed.isRevoked(token(partition), "stolen"), true);
      assert.equal(feed.isRevoked(token(partition), "other"), false);
    }
  });

  for (const [lost, knows] of [
    [0, ["unknown", "unknown"]],
    [1, [false, "unknown"]],
  ] as const) {
    test(`needs a lease of the log of keys and of that of the session (log ${lost} cannot be had)`, async () => {
      const tokens = [token(0), token(1)];
      cutOff = lost;
      await passTime(clock, 4_000);
      const said = await Promise.all(tokens.map(async (each) => feed.isRevoked(each, "k")));
      assert.deepEqual(said, knows);
      assert.match(String(feed.problem), /cut off/);
      cutOff = null;
      await passTime(clock, 1_000);
      assert.deepEqual(
        tokens.map((each) => feed.isRevoked(each, "k")),
        [false, false],
      );
    });
  }

  test("knows nothing before it was started and after it was closed", async () => {
    await feed.close();
    assert.equal(feed.isRevoked(token(0), "k"), "unknown");
    for (const [partition, { revocation }] of logs.entries()) {
      assert.deepEqual(await revocation.processes(partition, clock.now()), []);
    }
  });
});
