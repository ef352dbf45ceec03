import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as settled } from "node:timers/promises";
import { AuthError } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { passTime } from "../support/pass-time.ts";
import { deaf, engine, head, open, tokens } from "../support/token-attacks.ts";

/** What a process reads late, or has not read yet, must neither end an honest session nor let an ended one live. */

const hour = 3_600_000;

test("a token that came while its session was being read is not judged by what was read before it was issued", async () => {
  const clock = new FakeClock();
  const store = deaf(memoryStore());
  let gate: Promise<void> | null = null;
  const find: typeof store.sessions.find = async (id) => {
    const found = await store.sessions.find(id);
    await gate;
    return found;
  };
  const late = { ...store, sessions: { ...store.sessions, find } };
  const { auth: here } = engine({ strategy: "session", store, clock });
  const { auth: there } = engine({ strategy: "session", store: late, clock });
  const { authorization = "" } = await tokens(here, "u");
  await there.ready();
  await passTime(clock, 1_000);
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  const old = there.authenticate({ authorization });
  await settled();
  const request = await here.open(head({ authorization }), open);
  const replaced = await request.replaceSecret("password_changed");
  const newAuthorization = `Bearer ${replaced?.sessionToken ?? ""}`;
  const honest = there.authenticate({ authorization: newAuthorization });
  await settled();
  gate = null;
  opened.resolve();
  await old;
  assert.equal((await honest)?.userId, "u");
  assert.equal((await there.authenticate({ authorization: newAuthorization }))?.userId, "u");
  await passTime(clock, 1_000);
  assert.equal(await there.authenticate({ authorization }), null);
  assert.equal((await there.authenticate({ authorization: newAuthorization }))?.userId, "u");
});

for (const strategy of ["session", "hybrid", "jwt"] as const) {
  test(`${strategy}: what a process with a wrong clock has revoked stays revoked`, async () => {
    const [clock, wrong] = [new FakeClock(), new FakeClock()];
    const store = deaf(memoryStore());
    // The store tells its own time.
    const timed = {
      ...store,
      revocation: {
        ...store.revocation,
        sync: async (request: Parameters<typeof store.revocation.sync>[0]) => ({
          ...(await store.revocation.sync(request)),
          storeNow: clock.now(),
        }),
      },
    };
    const { auth: here } = engine({ strategy, store: timed, clock });
    await passTime(clock, 3 * hour);
    const { authorization = "" } = await tokens(here, "u");
    const principal = await here.authenticate({ authorization });
    assert.ok(principal !== null);
    // Behind by three hours, and it has not heard from the store yet.
    const { auth: job } = engine({ strategy, store: timed, clock: wrong });
    await job.sessions.revoke(principal.sessionId);
    for (let seconds = 0; seconds < 90; seconds += 1) {
      await passTime(clock, 1_000);
      if (seconds >= 2) assert.equal(await here.authenticate({ authorization }), null);
    }
    const { auth: fresh } = engine({ strategy, store: timed, clock });
    assert.equal(await fresh.authenticate({ authorization }), null);
  });
}

test("the first sign-in of a process looks through no log, and gives way to what came after it", async () => {
  const clock = new FakeClock();
  const store = deaf(memoryStore());
  const { auth: there } = engine({ strategy: "session", store, clock });
  for (let count = 0; count < 10; count += 1) await there.sessions.revokeAll({ userId: "other" });
  clock.advance(1);
  const marks: number[] = [];
  const insert: typeof store.sessions.insert = async (session, ...rest) => {
    marks.push(session.mark);
    return store.sessions.insert(session, ...rest);
  };
  const { auth: here } = engine({
    strategy: "session",
    store: { ...store, sessions: { ...store.sessions, insert } },
    clock,
  });
  const late = await here.open(head(), open);
  await tokens(here, "u");
  assert.ok(marks.length === 1 && (marks[0] ?? 0) > 0);
  await there.sessions.revokeAll({ userId: "u" });
  await assert.rejects(late.signIn({ userId: "u", delivery: "body" }), (error: unknown) => {
    assert.ok(error instanceof AuthError);
    return error.code === "sign_in_superseded";
  });
});
