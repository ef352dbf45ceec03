import assert from "node:assert/strict";
import { test } from "node:test";
import { CountingHasher } from "../../../test/support/counting-hasher.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { AuthError } from "../errors.ts";
import { createHashingQueue } from "./hashing-queue.ts";

function makeQueue(concurrency: number, maxWaiting: number) {
  const clock = new FakeClock();
  const hasher = new CountingHasher();
  return { clock, hasher, queue: createHashingQueue({ hasher, clock, concurrency, maxWaiting }) };
}

test("hashes no more at once than it was allowed, and everything in the end", async () => {
  const { hasher, queue } = makeQueue(2, 1_000);
  const hashes = await Promise.all(
    Array.from({ length: 50 }, (_, index) => queue.run((slot) => slot.hash(`password ${index}`))),
  );
  assert.equal(new Set(hashes).size, 50);
  assert.equal(hasher.hashed, 50);
  assert.equal(hasher.mostAtOnce, 2);
});

test("serves in the order of arrival, also when one arrives as a slot is given up", async () => {
  const { queue } = makeQueue(1, 10);
  const order: number[] = [];
  const runs = [1, 2, 3].map((number) =>
    queue.run(async () => {
      order.push(number);
      if (number === 1) runs.push(queue.run(async () => void order.push(4)));
    }),
  );
  await Promise.all(runs);
  await Promise.all(runs);
  assert.deepEqual(order, [1, 2, 3, 4]);
});

test("refuses at once when too many wait, with the seconds until the queue is drained", async () => {
  const { clock, queue } = makeQueue(2, 10);
  await queue.run(async () => clock.advance(700));
  const gate = Promise.withResolvers<void>();
  const admitted = Array.from({ length: 12 }, () => queue.run(() => gate.promise));
  let ran = false;
  await assert.rejects(
    queue.run(async () => {
      ran = true;
    }),
    (error) =>
      error instanceof AuthError &&
      error.code === "too_many_requests" &&
      error.retryAfterSeconds === 4,
  );
  assert.equal(ran, false);
  gate.resolve();
  await Promise.all(admitted);
});

test("takes new work after a full queue was drained", async () => {
  const { queue } = makeQueue(1, 1);
  const full = [queue.run(async () => 1), queue.run(async () => 2)];
  await assert.rejects(
    queue.run(async () => 3),
    AuthError,
  );
  assert.deepEqual(await Promise.all(full), [1, 2]);
  assert.equal(await queue.run(async () => 4), 4);
});

test("gives the slot up when a task fails, and passes its error on", async () => {
  const { queue } = makeQueue(1, 10);
  const failure = new Error("out of memory");
  await assert.rejects(
    queue.run(async () => {
      throw failure;
    }),
    failure,
  );
  assert.equal(await queue.run(async () => "next"), "next");
});
