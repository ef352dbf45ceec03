import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { CookieJar } from "../../src/http/cookie-jar.ts";
import { testAuth } from "../support/auth.ts";
import { setImmediate as settle } from "node:timers/promises";
import { passTime } from "../support/pass-time.ts";

test("a process that was started before its store finds it by itself, whatever was refused before", async () => {
  const store = memoryStore();
  let isThere = true;
  const elsewhere = testAuth({ store });
  const { cookies } = await elsewhere.auth.signIn(
    { userId: "u1" },
    { method: "POST", headers: {} },
  );
  const headers = { cookie: cookies[0]?.split(";")[0] };

  isThere = false;
  const { auth, clock } = testAuth({
    store: {
      ...store,
      async open() {
        if (!isThere) throw new Error("connect ECONNREFUSED");
      },
    },
  });
  auth.on("store.failed", () => undefined);
  const check = async () => (await auth.open({ method: "GET", headers }, new CookieJar())).status;

  await assert.rejects(auth.ready(), { code: "store_unavailable" });
  for (let nth = 0; nth < 5; nth += 1) {
    assert.equal(await check(), "unavailable");
    await passTime(clock, 1_000);
  }
  isThere = true;
  await passTime(clock, 1_000);
  assert.equal(await check(), "authenticated");
});

test("a store that answers a moment after the process asked first is used a moment later", async () => {
  const store = memoryStore();
  const { cookies } = await testAuth({ store }).auth.signIn(
    { userId: "u1" },
    { method: "POST", headers: {} },
  );
  const headers = { cookie: cookies[0]?.split(";")[0] };
  let isConnected = false;
  const { auth, clock } = testAuth({
    store: {
      ...store,
      async open() {
        if (!isConnected) throw new Error("the client is offline");
      },
    },
  });
  auth.on("store.failed", () => undefined);
  const check = async () => (await auth.open({ method: "GET", headers }, new CookieJar())).status;

  for (let nth = 0; nth < 3; nth += 1) assert.equal(await check(), "unavailable");
  isConnected = true;
  clock.advance(100);
  await settle();
  assert.equal(await check(), "authenticated");
});
