import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { setImmediate as settled } from "node:timers/promises";
import { describe, test, type TestContext } from "node:test";
import type { PostgresPool } from "./connection.ts";
import { PostgresHints } from "./hints.ts";

/** A pool whose clients connect when they are let to; what is notified reaches those that are connected. */
class TestPool {
  readonly clients: TestClient[] = [];
  /** Resolves when the next clients may connect. */
  gate: Promise<void> = Promise.resolve();
  readonly options = {};
  readonly Client: new () => TestClient;

  constructor() {
    const { clients } = this;
    const gate = (): Promise<void> => this.gate;
    this.Client = class extends TestClient {
      constructor() {
        super(gate());
        clients.push(this);
      }
    };
  }

  async query({ values }: { readonly values: readonly string[] }): Promise<void> {
    for (const client of this.clients) {
      if (!client.isEnded) client.emit("notification", { payload: values[1] });
    }
  }
}

class TestClient extends EventEmitter {
  isEnded = false;
  readonly #gate: Promise<void>;

  constructor(gate: Promise<void>) {
    super();
    this.#gate = gate;
  }

  connect(): Promise<void> {
    return this.#gate;
  }

  async query(): Promise<void> {
    if (this.isEnded) throw new Error("the connection has ended");
  }

  async end(): Promise<void> {
    this.isEnded = true;
    this.emit("end");
  }
}

async function listening(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const pool = new TestPool();
  const hints = new PostgresHints(pool as unknown as PostgresPool, "channel");
  let count = 0;
  const stop = await hints.add(() => (count += 1));
  const connected = () => pool.clients.filter(({ isEnded }) => !isEnded).length;
  /** Lets time pass, and what it began come to its end. */
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    await settled();
  };
  return { pool, hints, stop, connected, pass, count: () => count };
}

describe("the connection that listens for hints", () => {
  test("is opened again when it is lost, and makes up for what was missed", async (t) => {
    const { pool, connected, pass, count } = await listening(t);
    assert.equal(count(), 1);
    await pool.clients[0]?.end();
    assert.equal(connected(), 0);
    await pass(500);
    assert.equal(connected(), 1);
    assert.equal(count(), 2);
  });

  test("is tried again while the server refuses it, less and less often", async (t) => {
    const { pool, connected, pass } = await listening(t);
    pool.gate = Promise.reject(new Error("the database system is starting up"));
    pool.gate.catch(() => undefined);
    await pool.clients[0]?.end();
    for (const pauseMs of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const before = pool.clients.length;
      await pass(pauseMs - 1);
      assert.equal(pool.clients.length, before);
      await pass(1);
      assert.equal(pool.clients.length, before + 1, `after ${pauseMs} ms`);
    }
    pool.gate = Promise.resolve();
    await pass(30_000);
    assert.equal(connected(), 1);
  });

  test("is ended when it comes after nobody listens any more", async (t) => {
    for (const end of ["stop", "close"] as const) {
      const { pool, hints, stop, connected, pass } = await listening(t);
      const opened = Promise.withResolvers<void>();
      pool.gate = opened.promise;
      await pool.clients[0]?.end();
      await pass(500);
      assert.equal(pool.clients.length, 2);
      await (end === "stop" ? stop() : hints.close());
      opened.resolve();
      await settled();
      assert.equal(connected(), 0, end);
      await pass(60_000);
      assert.equal(pool.clients.length, 2, end);
      t.mock.timers.reset();
    }
  });
});
