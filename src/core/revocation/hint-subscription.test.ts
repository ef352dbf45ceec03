import assert from "node:assert/strict";
import { setImmediate as settled } from "node:timers/promises";
import { describe, test } from "node:test";
import { testSecret } from "../../../test/support/auth.ts";
import { InstrumentedStore } from "../../../test/support/instrumented-store.ts";
import { passTime } from "../../../test/support/pass-time.ts";
import { memoryStore } from "../../stores/memory.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { createEngine } from "../engine.ts";
import type { RevocationStore } from "./revocation-store.ts";

type Listener = () => void;
type Subscribe = (listener: Listener) => Promise<() => Promise<void>>;

/** An engine whose store is asked for hints as `subscribe` says. */
async function engineOn(subscribe: Subscribe) {
  const clock = new FakeClock();
  const inner = memoryStore();
  const asked: number[] = [];
  const onHint: RevocationStore["onHint"] = async (listener) => {
    asked.push(clock.monotonic());
    return subscribe(listener);
  };
  const store = new InstrumentedStore({ ...inner, revocation: { ...inner.revocation, onHint } });
  const engine = createEngine({ secret: testSecret, store: store.store, clock });
  engine.events.on("store.failed", () => undefined);
  await engine.ready();
  await settled();
  return { engine, clock, store, asked };
}

describe("the subscription to hints", () => {
  test("is asked for again when it is refused: after 5 s, 10 s, 20 s, and then every minute", async () => {
    const { engine, clock, asked } = await engineOn(async () => {
      throw new Error("no more connections");
    });
    await passTime(clock, 240_000);
    assert.deepEqual(asked, [0, 5_000, 15_000, 35_000, 75_000, 135_000, 195_000]);
    await engine.close();
    await passTime(clock, 240_000);
    assert.equal(asked.length, 7);
  });

  test("says each time that it was refused", async () => {
    const { engine, clock } = await engineOn(() => Promise.reject(new Error("not now")));
    let failures = 0;
    engine.events.on("revocation.sync_failed", () => (failures += 1));
    await passTime(clock, 15_000);
    assert.equal(failures, 2);
  });

  test("is not asked for again once it is there, and hints come", async () => {
    let refusals = 2;
    let hint: Listener | null = null;
    const { clock, store, asked } = await engineOn(async (listener) => {
      refusals -= 1;
      if (refusals >= 0) throw new Error("not yet");
      hint = listener;
      return async () => undefined;
    });
    await passTime(clock, 120_000);
    assert.deepEqual(asked, [0, 5_000, 15_000]);
    store.takeCalls();
    assert.ok(hint !== null);
    (hint as Listener)();
    await settled();
    assert.deepEqual(store.takeCalls(), ["revocation.sync"]);
  });

  test("that comes after a store call's deadline is taken, and ended with the engine", async () => {
    const opened = Promise.withResolvers<void>();
    let [ends, hint]: [number, Listener | null] = [0, null];
    const { engine, clock, store, asked } = await engineOn(async (listener) => {
      hint = listener;
      await opened.promise;
      return async () => {
        ends += 1;
      };
    });
    await passTime(clock, 120_000);
    opened.resolve();
    await settled();
    store.takeCalls();
    assert.ok(hint !== null);
    (hint as Listener)();
    await settled();
    assert.deepEqual(store.takeCalls(), ["revocation.sync"]);
    assert.deepEqual(asked, [0]);
    await engine.close();
    assert.equal(ends, 1);
  });

  test("brings no sync any more once the engine is closed", async () => {
    let hint: Listener | null = null;
    const { engine, clock, store } = await engineOn(async (listener) => {
      hint = listener;
      return async () => undefined;
    });
    const held = store.hold("revocation.sync");
    clock.advance(500);
    await held.reached;
    assert.ok(hint !== null);
    (hint as Listener)();
    const closed = engine.close();
    store.takeCalls();
    held.release();
    await closed;
    await settled();
    assert.deepEqual(store.takeCalls(), ["revocation.leave"]);
    (hint as Listener)();
    await settled();
    assert.deepEqual(store.takeCalls(), []);
  });

  test("that comes when the engine is closed is ended at once", async () => {
    const opened = Promise.withResolvers<void>();
    let ends = 0;
    const { engine } = await engineOn(async () => {
      await opened.promise;
      return async () => {
        ends += 1;
      };
    });
    await engine.close();
    opened.resolve();
    await settled();
    assert.equal(ends, 1);
  });
});
