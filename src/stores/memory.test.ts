import assert from "node:assert/strict";
import { test } from "node:test";
import { aGuest, aSession, aStamp, hour, now } from "../testing/store-contract/samples.ts";
import { memoryStore } from "./memory.ts";

async function kept(
  { sessions }: ReturnType<typeof memoryStore>,
  ids: readonly string[],
): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => sessions.find(id)));
  return found.flatMap((session) => (session === null ? [] : [session.id]));
}

test("drops the guests first when it is full, the least recently seen of them first", async () => {
  const store = memoryStore({ maxSessions: 3 });
  await store.sessions.insert(aSession({ id: "login" }), null, aStamp());
  await store.sessions.insert(aGuest({ id: "guest 1" }), null, aStamp());
  await store.sessions.insert(aGuest({ id: "guest 2" }), null, aStamp());
  await store.sessions.touch([{ id: "guest 1", lastSeenAt: now + 1, purgeAt: now + hour }]);
  await store.sessions.insert(aSession({ id: "login 2" }), null, aStamp());
  const ids = ["login", "guest 1", "guest 2", "login 2"];
  assert.deepEqual(await kept(store, ids), ["login", "guest 1", "login 2"]);
});

test("never ends a login for a guest", async () => {
  const store = memoryStore({ maxSessions: 2 });
  for (const id of ["login 1", "login 2"])
    await store.sessions.insert(aSession({ id }), null, aStamp());
  for (let index = 0; index < 10; index += 1) await store.sessions.insert(aGuest(), null, aStamp());
  assert.deepEqual(await kept(store, ["login 1", "login 2"]), ["login 1", "login 2"]);
});

test("drops the login that was seen least recently when there is no guest", async () => {
  const store = memoryStore({ maxSessions: 2 });
  for (const id of ["login 1", "login 2"])
    await store.sessions.insert(aSession({ id }), null, aStamp());
  await store.sessions.touch([{ id: "login 1", lastSeenAt: now + 1, purgeAt: now + hour }]);
  await store.sessions.insert(aSession({ id: "login 3" }), null, aStamp());
  assert.deepEqual(await kept(store, ["login 1", "login 2", "login 3"]), ["login 1", "login 3"]);
});

test("a dropped session is no longer in its user's list", async () => {
  const store = memoryStore({ maxSessions: 1 });
  for (const id of ["one", "two"]) {
    await store.sessions.insert(aSession({ id, userId: "ada" }), null, aStamp());
  }
  assert.deepEqual(
    (await store.sessions.listOf("ada")).map(({ id }) => id),
    ["two"],
  );
});

test("refuses a bound that is not a positive whole number", () => {
  for (const maxSessions of [0, -1, 1.5, Number.NaN, Infinity]) {
    assert.throws(() => memoryStore({ maxSessions }), TypeError);
  }
});
