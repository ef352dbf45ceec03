import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { testSecret } from "../../../test/support/auth.ts";
import { memoryStore } from "../../stores/memory.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { createEngine, type Engine } from "../engine.ts";
import type { SessionStore } from "./session-store.ts";

/** An engine that knows a session of "u", the places after which it writes claims, and whoever is faster each time. */
async function engineOn(beforeEachWrite: (engine: Engine) => Promise<unknown>) {
  const clock = new FakeClock();
  const inner = memoryStore();
  const [own, other] = [sessionsOf(inner.sessions), sessionsOf(inner.sessions)];
  const engineWith = (sessions: SessionStore): Engine =>
    createEngine({ secret: testSecret, store: { ...inner, sessions }, clock });
  const [engine, faster] = [engineWith(own.sessions), engineWith(other.sessions)];
  own.before = () => beforeEachWrite(faster);
  await faster.ready();
  return { engine, faster, places: own.places };
}

function sessionsOf(inner: SessionStore) {
  const places: number[] = [];
  const noting = {
    places,
    before: async (): Promise<unknown> => undefined,
    sessions: {
      ...inner,
      async replaceClaimsOf(userId, change, stamp) {
        places.push(change.after);
        await noting.before();
        return inner.replaceClaimsOf(userId, change, stamp);
      },
    } satisfies SessionStore,
  };
  return noting;
}

const reader = { claims: { role: "reader" } };
const admin = { claims: { role: "admin" } };

describe("new claims", () => {
  test("are written after those of whoever was faster, each time", async () => {
    let faster = 3;
    const { engine, places } = await engineOn(async (other) => {
      faster -= 1;
      if (faster >= 0) await other.directory.updateAll("u", reader);
    });
    await engine.ready();
    await engine.directory.updateAll("u", admin);
    assert.equal(places.length, 4);
    const inOrder = places.toSorted((one, other) => one - other);
    assert.deepEqual(places, inOrder, "each after a later place");
    assert.equal(new Set(places).size, 4);
  });

  test("are given up when somebody else is faster 64 times", async () => {
    const { engine, places } = await engineOn((other) => other.directory.updateAll("u", reader));
    await engine.ready();
    await assert.rejects(engine.directory.updateAll("u", admin), { code: "store_unavailable" });
    assert.equal(places.length, 64);
  });

  test("of a process that has not read the log yet wait for that", async () => {
    const { engine, faster, places } = await engineOn(async () => undefined);
    await faster.directory.updateAll("u", reader);
    await engine.directory.updateAll("u", admin);
    assert.equal(places.length, 1);
    assert.notEqual(places[0], 0);
  });
});
