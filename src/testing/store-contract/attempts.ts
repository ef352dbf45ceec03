import type { AttemptStore } from "../../core/throttling/attempt-store.ts";
import { casesOf, type StoreContractCase } from "./case.ts";
import { count, same, sixteen } from "./expect.ts";
import { newId, now } from "./samples.ts";

const limit = { burst: 5, refillMs: 1_000 };
const once = { burst: 1, refillMs: 60_000 };

async function takes(
  attempts: AttemptStore,
  key: string,
  times: number,
  at = now,
): Promise<number> {
  let taken = 0;
  for (let index = 0; index < times; index += 1) {
    if ((await attempts.take(key, limit, at)).outcome === "taken") taken += 1;
  }
  return taken;
}

export const attemptCases: readonly StoreContractCase[] = casesOf("attempts", {
  "of 16 concurrent takes with burst 5, exactly 5 are taken": async ({ attempts }) => {
    const verdicts = await sixteen(() => attempts.take("key", limit, now));
    same(
      count(verdicts, ({ outcome }) => outcome === "taken"),
      5,
    );
  },
  "of 16 concurrent takes with burst 1, exactly 1 is taken": async ({ attempts }) => {
    const verdicts = await sixteen(() => attempts.take("key", once, now));
    same(
      count(verdicts, ({ outcome }) => outcome === "taken"),
      1,
    );
  },
  "of 16 concurrent takes after one refill, exactly 1 is taken": async ({ attempts }) => {
    await takes(attempts, "key", 5);
    const verdicts = await sixteen(() => attempts.take("key", limit, now + 1_000));
    same(
      count(verdicts, ({ outcome }) => outcome === "taken"),
      1,
    );
  },
  "concurrent refunds are all counted": async ({ attempts }) => {
    await takes(attempts, "key", 5);
    await Promise.all([1, 2, 3].map(() => attempts.refund("key", limit)));
    same(await takes(attempts, "key", 16), 3, "taken after 3 refunds");
  },
  "an exhausted key says when there is one again, and there is one then": async ({ attempts }) => {
    await takes(attempts, "key", 5);
    const refused = { outcome: "exhausted", retryAt: now + 1_000 };
    same(await attempts.take("key", limit, now), refused, "the sixth");
    same(await attempts.take("key", limit, now + 999), refused, "one millisecond early");
    same(await attempts.take("key", limit, now + 1_000), { outcome: "taken" }, "at retryAt");
  },
  "a refused take writes nothing": async ({ attempts }) => {
    await takes(attempts, "key", 25);
    same(await takes(attempts, "key", 16, now + 1_000), 1, "taken after one refill");
  },
  "attempts come back one by one, and never more than the burst": async ({ attempts }) => {
    await takes(attempts, "key", 5);
    same(await takes(attempts, "key", 16, now + 2_500), 2, "taken after two and a half refills");
    same(await takes(attempts, "key", 16, now + 3_000), 1, "taken half a refill later");
    same(await takes(attempts, "key", 16, now + 900_000), 5, "taken after a long rest");
  },
  "a clock that goes back gives nothing away and takes nothing": async ({ attempts }) => {
    await takes(attempts, "key", 5);
    same(
      await attempts.take("key", limit, now - 1_000),
      { outcome: "exhausted", retryAt: now + 1_000 },
      "a second earlier",
    );
  },
  "a refund gives one attempt back": async ({ attempts }) => {
    await takes(attempts, "key", 5);
    await attempts.refund("key", limit);
    same(await takes(attempts, "key", 16), 1, "taken after one refund");
  },
  "a refund of an unused key has no effect": async ({ attempts }) => {
    await attempts.refund("key", limit);
    same(await takes(attempts, "key", 16), 5, "taken on a key that never was");
    await attempts.refund("key", limit);
    await attempts.clear("key");
    await attempts.refund("key", limit);
    same(await takes(attempts, "key", 16), 5, "taken on a cleared key");
    await attempts.refund("key", limit);
    const later = now + 900_000;
    await attempts.refund("key", limit);
    same(await takes(attempts, "key", 16, later), 5, "taken on a key unused by time");
  },
  "clear makes the key unused, and no other": async ({ attempts }) => {
    await takes(attempts, "key", 5);
    await takes(attempts, "other", 5);
    await attempts.clear("key");
    same(await takes(attempts, "key", 16), 5, "taken on the cleared key");
    same(await takes(attempts, "other", 16), 0, "taken on the other key");
  },
  "purge forgets what is unused and keeps what is not": async ({ attempts }) => {
    await takes(attempts, "key", 5);
    await attempts.purge(now + 4_999);
    same(await takes(attempts, "key", 16), 0, "taken after a purge while the key was used");
    await attempts.purge(now + 5_000);
    same(await takes(attempts, "key", 16), 5, "taken after a purge when it was unused");
  },
  "keys are told apart exactly": async ({ attempts }) => {
    const keys = [
      "__proto__",
      "constructor",
      "",
      "a",
      "A",
      "a ",
      "é",
      "e\u0301",
      "%",
      "_",
      "a'b",
      "🔑",
    ];
    for (const key of keys)
      same(await takes(attempts, key, 16), 5, `taken on ${JSON.stringify(key)}`);
  },
  "each limit is its caller's": async ({ attempts }) => {
    const key = newId();
    const slow = { burst: 2, refillMs: 86_400_000 };
    same((await attempts.take(key, slow, now)).outcome, "taken", "the first");
    same((await attempts.take(key, slow, now)).outcome, "taken", "the second");
    same(
      await attempts.take(key, slow, now),
      { outcome: "exhausted", retryAt: now + 86_400_000 },
      "the third",
    );
  },
});
