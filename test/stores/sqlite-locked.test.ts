import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aSession, aStamp, now } from "../../src/testing/store-contract/samples.ts";
import { connected, newPath, opened } from "./sqlite-files.ts";

describe("a database that another connection keeps locked", () => {
  test("is waited for without blocking the event loop", async (t) => {
    const path = newPath();
    const store = await opened(t, path);
    const other = connected(t, path);
    other.exec("begin immediate");
    // The timer that releases the lock only fires if the waiting leaves the event loop alone.
    setTimeout(() => other.exec("rollback"), 150);
    const session = aSession();
    assert.deepEqual(await store.sessions.insert(session, null, aStamp()), {
      outcome: "inserted",
      entries: [],
    });
  });

  test("does not block the event loop either when sixteen calls wait", async (t) => {
    const path = newPath();
    const store = await opened(t, path);
    const other = connected(t, path);
    other.exec("begin immediate");
    setTimeout(() => other.exec("rollback"), 150);
    const startedAt = performance.now();
    const calls = Array.from({ length: 16 }, () =>
      store.sessions.insert(aSession(), null, aStamp()),
    );
    const blockedMs = performance.now() - startedAt;
    const verdicts = await Promise.all(calls);
    assert.ok(verdicts.every(({ outcome }) => outcome === "inserted"));
    // One try blocks for 50 ms; sixteen in a row would for 800.
    assert.ok(blockedMs < 300, `blocked for ${blockedMs} ms`);
  });

  test("can still be read, also while a write waits", async (t) => {
    const path = newPath();
    const store = await opened(t, path);
    const session = aSession();
    await store.sessions.insert(session, null, aStamp());
    const other = connected(t, path);
    other.exec("begin immediate");
    let written = false;
    const writing = store.sessions.purge(now).then(() => (written = true));
    assert.deepEqual(await store.sessions.find(session.id), session);
    assert.equal(written, false);
    other.exec("rollback");
    await writing;
  });

  test("is given up after a second, with a clear error, and used again when it is free", async (t) => {
    const path = newPath();
    const store = await opened(t, path);
    const other = connected(t, path);
    other.exec("begin immediate");
    const startedAt = performance.now();
    const failed = await Promise.allSettled(
      [1, 2, 3].map(() => store.sessions.insert(aSession(), null, aStamp())),
    );
    assert.ok(performance.now() - startedAt >= 1_000);
    for (const outcome of failed) {
      assert.equal(outcome.status, "rejected");
      assert.match(String(outcome.reason), /kept locked by another connection for 1000 ms/);
    }
    other.exec("rollback");
    assert.deepEqual(await store.sessions.insert(aSession(), null, aStamp()), {
      outcome: "inserted",
      entries: [],
    });
  });

  test("is waited for by open() too", async (t) => {
    const path = newPath();
    const other = connected(t, path);
    other.exec("begin immediate");
    setTimeout(() => other.exec("rollback"), 100);
    const store = await opened(t, path);
    assert.equal(await store.sessions.find("id"), null);
  });
});
