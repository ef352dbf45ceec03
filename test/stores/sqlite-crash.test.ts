import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { sqliteStore } from "symbolon/stores/sqlite";
import { aSession, aStamp, aSync } from "../../src/testing/store-contract/samples.ts";
import { Child } from "./children/child.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Acknowledged {
  readonly kind: "user" | "session" | "ended" | "banned" | "logged";
  readonly id: string;
}

const folder = temporaryFolder();

test("what a process was told is written is there after it is killed at any moment", async (t) => {
  const path = join(folder, "app.db");
  const acknowledged: Acknowledged[] = [];
  for (const lines of [101, 202, 303]) {
    const child = new Child("write.ts", path);
    for (let heard = 0; heard < lines; heard += 1) {
      const line = await child.hear();
      assert.ok(line !== null, "the writer ended by itself");
      acknowledged.push(JSON.parse(line) as Acknowledged);
    }
    await child.kill();
    // What it still said between the last line read and its death counts too.
    for (let line = await child.hear(); line !== null; line = await child.hear()) {
      acknowledged.push(JSON.parse(line) as Acknowledged);
    }
  }
  assert.ok(acknowledged.length >= 606);

  const connection = new DatabaseSync(path);
  assert.equal(connection.prepare("pragma integrity_check").get()?.["integrity_check"], "ok");
  assert.deepEqual(connection.prepare("pragma foreign_key_check").all(), []);
  connection.close();

  const store = sqliteStore(path);
  await store.open();
  t.after(() => store.close());
  const { entries } = await store.revocation.sync(aSync());
  const logged = new Set(entries.map((entry) => entry.id));
  for (const { kind, id } of acknowledged) {
    switch (kind) {
      case "user":
        assert.equal((await store.users.find(id))?.id, id);
        assert.equal((await store.credentials.findPassword(id))?.userId, id);
        break;
      case "session":
        assert.equal((await store.sessions.find(id))?.id, id);
        assert.deepEqual(await store.sessions.readData(id), new Map([["k", "1"]]));
        break;
      case "ended":
        assert.equal(await store.sessions.find(id), null);
        break;
      case "logged":
        assert.ok(logged.has(id));
        break;
      case "banned": {
        const late = await store.sessions.insert(aSession({ userId: id }), null, aStamp());
        assert.equal(late.outcome, "superseded");
        break;
      }
    }
  }
});
