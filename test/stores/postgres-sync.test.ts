import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { escapeIdentifier, type Pool } from "pg";
import { postgresStore } from "symbolon/stores/postgres";
import type { Cursor } from "../../src/core/revocation/revocation-store.ts";
import { aStamp, aSync, entryOf, reason } from "../../src/testing/store-contract/samples.ts";
import { didNotRun, testPostgres, type TestServer } from "./databases.ts";
import { hold, overriding } from "./held-pool.ts";

const database = await testPostgres();
if (database.server === null) didNotRun(database);
else testSyncs(database.server);

/** A store whose messages to the database are noted, with one entry in its log. */
async function opened({ place, connect }: TestServer<Pool>, t: TestContext) {
  const pool = connect({ max: 1 });
  // What a schema may be called, and a careless text would take for parameters.
  const schema = `${place} $1'`;
  t.after(() => pool.query(`drop schema if exists ${escapeIdentifier(schema)} cascade`));
  const messages: string[] = [];
  const noted = (target: object): object =>
    overriding(target, async (name, call, text) => {
      if (name === "connect") return noted((await call()) as object);
      messages.push(text);
      return call();
    });
  const { revocation, open } = postgresStore(noted(pool) as Pool, { schema, autoMigrate: true });
  await open?.();
  const { seq, id } = entryOf(
    await revocation.revoke({ scope: "user", id: "u", reason }, aStamp()),
  );
  const cursor: Cursor = { seq, entryId: id };
  const messagesOf = async (act: () => Promise<unknown>): Promise<number> => {
    messages.length = 0;
    await act();
    return messages.length;
  };
  return { pool, schema, revocation, cursor, messagesOf };
}

function testSyncs(server: TestServer<Pool>): void {
  describe("a sync of a PostgreSQL store", () => {
    test("takes one message, once the process is known", async (t) => {
      const { revocation, cursor, messagesOf } = await opened(server, t);
      const request = aSync({ cursor });
      assert.equal(await messagesOf(() => revocation.sync(request)), 6, "the first");
      assert.equal(await messagesOf(() => revocation.sync(request)), 1);
      const { entries } = await revocation.sync({ ...request, cursor: null });
      const [entry] = entries;
      const later = await revocation.revoke({ scope: "user", id: "v", reason }, aStamp());
      const answer = await revocation.sync(request);
      assert.deepEqual({ entry, later: answer.entries }, { entry, later: [entryOf(later)] });
    });

    test("of a cursor above the head acknowledges nothing until the head is there", async (t) => {
      const { pool, schema, revocation, cursor } = await opened(server, t);
      const request = aSync({ cursor });
      await revocation.sync(request);
      const acknowledged = async (): Promise<unknown> => {
        const table = `${escapeIdentifier(schema)}.symbolon_processes`;
        return (await pool.query(`select acknowledged::int8::text from ${table}`)).rows;
      };
      const raising = hold("before", /for update/);
      const held = postgresStore(raising.wrap(server.connect()) as Pool, { schema });
      const seq = cursor.seq + 1_000_000;
      const ahead = held.revocation.sync({ ...request, cursor: { seq, entryId: "lost" } });
      await raising.reached;
      assert.deepEqual(await acknowledged(), [{ acknowledged: String(cursor.seq) }]);
      raising.release();
      assert.equal((await ahead).outcome, "cut");
      assert.deepEqual(await acknowledged(), [{ acknowledged: "0" }]);
    });

    test("has no text of a stranger's in its message", async (t) => {
      const { revocation, cursor, messagesOf } = await opened(server, t);
      for (const processId of ["a'; drop table symbolon_log; --", String.raw`\'`, "é", "$1"]) {
        const request = aSync({ cursor, processId });
        await revocation.sync(request);
        assert.equal(await messagesOf(() => revocation.sync(request)), 5, processId);
        const processes = await revocation.processes(0, request.now);
        assert.equal(
          processes.find((each) => each.processId === processId)?.acknowledged,
          cursor.seq,
        );
      }
    });

    test("that fails leaves its connection good", async (t) => {
      const { pool, schema, revocation, cursor } = await opened(server, t);
      const request = aSync({ cursor });
      await revocation.sync(request);
      const log = `${escapeIdentifier(schema)}.symbolon_log`;
      await pool.query(`alter table ${log} rename to gone`);
      await assert.rejects(revocation.sync(request), { code: "42P01" });
      await pool.query(`alter table ${escapeIdentifier(schema)}.gone rename to symbolon_log`);
      assert.equal((await revocation.sync(request)).outcome, "next");
    });
  });
}
