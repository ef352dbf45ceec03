import assert from "node:assert/strict";
import { setImmediate as settle } from "node:timers/promises";
import { describe, test } from "node:test";
import { FakeClock } from "../testing/fake-clock.ts";
import { claims } from "../../test/support/tokens.ts";
import { followRevocations, type FollowRevocationsOptions } from "./follow-revocations.ts";
import { storeRevocations } from "./store-revocations.ts";
import { memoryStore } from "../stores/memory.ts";

const given: FollowRevocationsOptions = {
  issuer: "https://issuer.example",
  clientId: "orders",
  clientSecret: "a secret",
};

describe("options that make no sense", () => {
  const cases: Readonly<Record<string, readonly [changes: object, says: RegExp]>> = {
    "a misspelt one": [{ clientID: "orders" }, /clientID is not an option/],
    "no place": [{ issuer: undefined }, /issuer, or url/],
    "two places": [{ url: "https://issuer.example/auth/revocations" }, /issuer, or url/],
    "an issuer that is no address": [{ issuer: "me" }, /issuer is no address/],
    "plain HTTP": [{ issuer: "http://issuer.example" }, /https/],
    "plain HTTP on this machine": [{ issuer: "http://localhost:1" }, /dangerouslyAllow/],
    "no id": [{ clientId: "" }, /clientId is missing/],
    "no secret": [{ clientSecret: undefined }, /clientSecret is missing/],
    "a lease that is too short": [{ lease: "499ms" }, /lease/],
    "a lease that is too long": [{ lease: "61s" }, /lease/],
    "no time to be stale": [{ staleFor: "0s" }, /longestStaleFor/],
  };
  for (const [what, [changes, says]] of Object.entries(cases)) {
    test(`are refused: ${what}`, () =>
      assert.throws(
        () => followRevocations({ ...given, ...changes }),
        (error) => error instanceof TypeError && says.test(error.message),
      ));
  }

  test("are refused where the store is followed, too", () => {
    assert.throws(() => storeRevocations(memoryStore(), { lease: 1 }), /lease/);
    assert.throws(() => storeRevocations(memoryStore(), { stale: 1 } as never), /stale is not/);
  });
});

/** A feed and what its issuer is asked; the issuer answers as it is told. */
function made(answers: (method: string) => Response | Promise<Response>, changes: object = {}) {
  const asked: { readonly url: string; readonly init: RequestInit }[] = [];
  const clock = new FakeClock();
  const feed = followRevocations({
    ...given,
    clientId: "orders & co",
    clientSecret: "ü:+% ",
    clock,
    fetch: async (url, init) => {
      asked.push({ url, init });
      return answers(init.method ?? "GET");
    },
    ...changes,
  });
  /** Starts the feed, while time passes. */
  const start = async (): Promise<void> => {
    const started = feed.start();
    let stepsLeft = 200;
    const stop = (): void => void (stepsLeft = 0);
    void started.then(stop, stop);
    for (; stepsLeft > 0; stepsLeft -= 1) {
      clock.advance(10);
      await settle();
    }
    return started;
  };
  return { feed, asked, start };
}

const limits = { partitions: 1, leaseMs: 2_000, liveForMs: 32_001, waitMs: 1_000 };
const entry = {
  seq: 5,
  id: "e",
  cut: 5,
  scope: "user",
  target: "user-1",
  kind: "revoked",
  except: null,
  reason: "signed_out",
  keepUntil: 10,
};
const synced = { outcome: "afresh", entries: [entry], storeNow: 1, heldForMs: 0, partitions: 1 };

describe("the questions to an issuer", () => {
  test("name this service by HTTP Basic, form-encoded, follow no redirect, and say nothing else", async () => {
    const { feed, asked, start } = made((method) =>
      method === "GET" ? Response.json(limits) : Response.json(synced),
    );
    await start();
    assert.equal(await feed.isRevoked(claims, "kid"), true);
    assert.deepEqual(
      asked.map(({ url, init }) => [init.method, url, init.redirect]),
      ["GET", "POST"].map((method) => [method, `${given.issuer}/auth/revocations`, "manual"]),
    );
    for (const { init } of asked) {
      const { authorization = "" } = init.headers as Record<string, string>;
      assert.equal(atob(authorization.replace("Basic ", "")), "orders+%26+co:%C3%BC%3A%2B%25+");
    }
    const { processId, ...said } = JSON.parse(asked[1]?.init.body as string);
    assert.match(processId, /^[\w-]{22}$/);
    assert.deepEqual(said, { partition: 0, cursor: null, liveForMs: 2_001, waitMs: 0 });
  });

  const notUnderstood: Readonly<Record<string, readonly [answer: object, says: RegExp]>> = {
    "another number of logs": [{ ...synced, partitions: 2 }, /2 logs where it had 1/],
    "no outcome": [{ ...synced, outcome: "fine" }, /something else/],
    "no time": [{ ...synced, storeNow: "now" }, /something else/],
    "a time of waiting below zero": [{ ...synced, heldForMs: -1 }, /something else/],
    "no entries": [{ ...synced, entries: null }, /something else/],
    "an entry that is none": [{ ...synced, entries: [null] }, /cannot understand/],
    "a scope that is new": [{ ...synced, entries: [{ ...entry, scope: "device" }] }, /understand/],
    "a kind that is new": [{ ...synced, entries: [{ ...entry, kind: "paused" }] }, /understand/],
    "entries out of order": [{ ...synced, entries: [entry, entry] }, /order/],
  };
  for (const [what, [answer, says]] of Object.entries(notUnderstood)) {
    test(`renew nothing when they are answered with ${what}`, async () => {
      const { feed, start } = made((method) => Response.json(method === "GET" ? limits : answer));
      await assert.rejects(start());
      assert.match(String(feed.problem), says);
      assert.equal(await feed.isRevoked(claims, "kid"), "unknown");
    });
  }

  test("cannot be asked of an issuer that would not wait for so long a lease", async () => {
    const { feed } = made(() => Response.json(limits), { lease: "3s", staleFor: "30s" });
    await assert.rejects(feed.start(), /at most 32000 ms together/);
  });

  test("that are refused say how, for the operator", async () => {
    const problem = { code: "invalid_client", title: "The id or the secret is not right." };
    const { feed, asked } = made(() => Response.json(problem, { status: 401 }));
    await assert.rejects(feed.start(), /GET .* was answered 401: invalid_client/);
    await assert.rejects(feed.start(), /401/);
    assert.equal(asked.length, 1, "it is not asked again at once");
    await feed.close();
    await assert.rejects(feed.start(), /closed/);
  });
});
