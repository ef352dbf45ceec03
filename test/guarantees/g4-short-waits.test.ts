import assert from "node:assert/strict";
import { setImmediate as settle } from "node:timers/promises";
import { test } from "node:test";
import { createGuard } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { CookieJar } from "../../src/http/cookie-jar.ts";
import { testAuth } from "../support/auth.ts";

/** A store whose answers stop coming, as those of a server behind a broken network do. */
function silentWorld() {
  const store = memoryStore();
  let isSilent = false;
  const asked = { find: 0, sync: 0 };
  const silence = new Promise<never>(() => undefined);
  const { auth, clock } = testAuth({
    store: {
      ...store,
      sessions: {
        ...store.sessions,
        find(id) {
          asked.find += 1;
          return isSilent ? silence : store.sessions.find(id);
        },
      },
      revocation: {
        ...store.revocation,
        sync(request) {
          asked.sync += 1;
          return isSilent ? silence : store.revocation.sync(request);
        },
      },
    },
  });
  auth.on("store.failed", () => undefined);
  return {
    auth,
    clock,
    asked,
    silence: (value: boolean): void => {
      isSilent = value;
    },
    /** In steps, so that what a step began can end, or begin to wait, before the next. */
    pass: async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 50) {
        clock.advance(50);
        await settle();
      }
    },
  };
}

test("while a store is silent, requests are refused at once instead of waiting for the sync that will fail too", async () => {
  const { auth, pass, silence, asked } = silentWorld();
  const open = async (userId: string) => {
    const { cookies } = await auth.signIn({ userId }, { method: "POST", headers: {} });
    const headers = { cookie: cookies[0]?.split(";")[0] };
    return async () => auth.open({ method: "GET", headers }, new CookieJar());
  };
  const others = await Promise.all(Array.from({ length: 10 }, (_, index) => open(`u${index}`)));
  for (const other of others) assert.equal((await other()).status, "authenticated");

  silence(true);
  await pass(10_000);
  const before = asked.find;
  const told: string[] = [];
  for (const other of others) {
    void other().then((request) => {
      const { status } = request;
      const error = createGuard({ outage: { staleFor: "30s" } })(request);
      told.push(`${status}, ${error === null ? "accepted" : "refused"} by a patient guard`);
    });
  }
  await settle();
  assert.deepEqual(told, Array(10).fill("unavailable, accepted by a patient guard"));
  assert.equal(asked.find, before, "without a lease no session is read");

  silence(false);
  await pass(1_600);
  const again = others.map((other) => other());
  await settle();
  assert.deepEqual(
    (await Promise.all(again)).map(({ status }) => status),
    Array(10).fill("authenticated"),
    "the polls found it back",
  );
});
