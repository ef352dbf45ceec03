import assert from "node:assert/strict";
import { setImmediate as settle } from "node:timers/promises";
import { test } from "node:test";
import { createGuard } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { CookieJar } from "../../src/http/cookie-jar.ts";
import { testAuth } from "../support/auth.ts";

test("in an outage a guard with staleFor goes on with a known session for that long past the lease; others answer 503", async () => {
  const store = memoryStore();
  let isDown = false;
  const down = async (): Promise<never> => {
    throw new Error("the store is down");
  };
  const { auth, clock } = testAuth({
    store: {
      ...store,
      sessions: { ...store.sessions, find: (id) => (isDown ? down() : store.sessions.find(id)) },
      revocation: {
        ...store.revocation,
        sync: (request) => (isDown ? down() : store.revocation.sync(request)),
      },
    },
  });
  auth.on("store.failed", () => undefined);
  const { cookies } = await auth.signIn({ userId: "u1" }, { method: "POST", headers: {} });
  const headers = { cookie: cookies[0]?.split(";")[0] };
  const open = () => auth.open({ method: "GET", headers }, new CookieJar());
  assert.equal((await open()).status, "authenticated");

  isDown = true;
  clock.advance(12_000);
  await settle();
  const patient = createGuard({ outage: { staleFor: "20s" } });
  assert.equal(createGuard()(await open())?.code, "store_unavailable");
  const request = await open();
  assert.equal(patient(request), null);
  assert.equal(request.principal?.userId, "u1");

  clock.advance(12_000);
  await settle();
  assert.equal(patient(await open())?.code, "store_unavailable", "24 s is past 2 s and 20 s");
});
