import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { OldWorld, ownCookie, visit, type OldProcess, type Visit } from "./old-world.ts";

/**
 * One process stands still at each of its store calls in turn, before the store sees it or with the answer on its way, while another
 * one does all of the upgrade, and then ends the session in each of the ways that there are.
 */

const points = [
  ["sessions.find", 1],
  ["sessions.insert", 1],
  ["sessions.insert", 2],
  ["sessions.find", 2],
] as const;

const endings: Readonly<Record<string, (process: OldProcess, done: Visit) => Promise<unknown>>> = {
  nothing: async () => undefined,
  "a sign-out": ({ auth }, done) =>
    auth.signOut({ method: "POST", headers: { cookie: ownCookie(done) } }),
  "revoke()": ({ auth }, { principal }) => auth.sessions.revoke(principal?.sessionId ?? ""),
  "revokeAll() of the user": ({ auth }) => auth.sessions.revokeAll({ userId: "user-1" }),
  "revokeAll() of everyone": ({ auth }) => auth.sessions.revokeAll({ everyone: true }),
};

for (const [ending, end] of Object.entries(endings)) {
  describe(`an upgrade that stands still while another process does it, and ${ending} follows`, () => {
    for (const [call, nth] of points) {
      for (const moment of ["before", "after"] as const) {
        for (const stays of ["ends there", "stays there"] as const) {
          test(`${moment} ${call} ${nth}; the old session ${stays}`, async () => {
            const world = new OldWorld();
            const [slow, fast] = [world.start(), world.start()];
            // Both have read their keys, and know the log.
            for (const each of [slow, fast])
              await visit(each, world.login("other", { userId: "b" }));
            const cookie = world.login("a");
            if (stays === "stays there") world.old.endFailure = new Error("read-only");
            for (let skipped = 1; skipped < nth; skipped += 1) slow.store.hold(call).release();
            const held = slow.store.hold(call, moment);
            const late = visit(slow, cookie);
            await held.reached;
            world.advance(10);
            const done = await visit(fast, cookie);
            assert.equal(done.principal?.userId, "user-1");
            world.advance(10);
            await end(fast, done);
            held.release();
            const answer = await late;

            const hasEnded = ending !== "nothing";
            if (!hasEnded) assert.equal(ownCookie(answer), ownCookie(done));
            assert.ok(answer.status === 200, "nobody is told of a fault");
            // By now every process knows, and later the log has forgotten.
            for (const ms of [3_000, 3 * 3_600_000]) {
              world.advance(ms);
              await turn();
              for (const each of [slow, fast, world.start()]) {
                const left = await each.auth.sessions.list("user-1");
                assert.equal(left.length, hasEnded ? 0 : 1);
                for (const copy of [cookie, ownCookie(done)]) {
                  const { principal } = await visit(each, copy);
                  assert.equal(principal?.sessionId, hasEnded ? undefined : left[0]?.id);
                }
              }
            }
            const announced = [slow, fast].flatMap(({ started }) => started);
            assert.equal(new Set(announced).size, announced.length);
            // What ends everybody's sessions takes the receipts along, and refuses what came before it by itself.
            const most = ending === "revokeAll() of everyone" ? 3 : 2;
            assert.ok(announced.length >= 2 && announced.length <= most, "one of each old session");
          });
        }
      }
    }
  });
}
