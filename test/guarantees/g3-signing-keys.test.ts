import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { memoryStore } from "symbolon/stores/memory";
import { sqliteStore } from "symbolon/stores/sqlite";
import type { Engine } from "../../src/core/engine.ts";
import { leadMs, signsFrom, stateOf, type RingKey } from "../../src/core/keys/key-ring.ts";
import { didNotRun, testPostgres } from "../stores/databases.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import {
  day,
  issue,
  tokenDeployment,
  verdictOf,
  type TokenDeployment,
} from "../support/signing-keys.ts";
import { withStoreClock } from "../support/store-clock.ts";
import { must } from "../support/tokens.ts";

/** Guarantee G3: that signing keys are made and replaced by themselves, by one of many processes, refuses nobody. */

const daily = { accessTokens: { rotateEvery: "1d" } } as const;
const lifeMs = 300_000 + 120_000;

/** The signing keys that are not revoked, oldest first; all engines must know the same. */
function keysOf(engines: readonly Engine[]): readonly RingKey[] {
  const [first, ...others] = engines.map(({ keys, time }) =>
    keys.ring.keys
      .filter(({ use, revokedAt }) => use === "signing" && revokedAt === null)
      .map((key) => ({ ...key, state: stateOf(keys.ring, key, time.now()) })),
  );
  for (const other of others) assert.deepEqual(other, first);
  return must(first);
}

async function assertAllVerify(
  engines: readonly Engine[],
  tokens: readonly string[],
): Promise<void> {
  for (const engine of engines) {
    for (const token of tokens) assert.equal(await verdictOf(engine, token), "verified");
  }
}

const kidOf = (token: string): unknown =>
  (JSON.parse(Buffer.from(must(token.split(".")[0]), "base64url").toString()) as { kid: unknown })
    .kid;

/** All at once, the background work of every process. */
async function keepUp(engines: readonly Engine[]): Promise<void> {
  await Promise.all(engines.map(({ keys }) => keys.keepUp()));
  await Promise.all(engines.map(({ keys }) => keys.makeCurrent()));
}

/**
 * Lives through a period of the active key, from when it has begun to sign until everything that it signed has expired.
 * `turn` lets the time of the deployment come to a moment and everything be done that is done by then.
 */
async function liveThroughPeriod(
  engines: readonly Engine[],
  turn: (moment: number) => Promise<void>,
): Promise<void> {
  const old = must(keysOf(engines).at(-1));
  assert.equal(keysOf(engines).length, 1);
  const due = signsFrom(old) + day - leadMs.signing;
  await turn(due - 62_000);
  assert.equal(keysOf(engines).length, 1, "it is not due");
  await turn(due + 62_000);
  const [, next, ...more] = keysOf(engines);
  assert.ok(next !== undefined && more.length === 0, "one process has made one key");
  assert.ok(next.activeFrom - next.createdAt >= leadMs.signing);

  await turn(next.activeFrom - 2_000);
  const before = await Promise.all(engines.map((engine) => issue(engine)));
  assert.deepEqual(new Set(before.map(kidOf)), new Set([old.id]));
  await turn(next.activeFrom);
  const after = await Promise.all(engines.map((engine) => issue(engine)));
  assert.deepEqual(new Set(after.map(kidOf)), new Set([next.id]));
  await assertAllVerify(engines, [...before, ...after]);

  await turn(next.activeFrom + lifeMs + 62_000);
  assert.deepEqual(
    keysOf(engines).map(({ id }) => id),
    [next.id],
    "the old key is forgotten",
  );
  for (const engine of engines) {
    assert.equal(await verdictOf(engine, must(before[0])), "token_key_unknown");
  }
}

describe("sixteen processes", () => {
  test("that start at once on an empty store agree on one signing key, also where it takes long to make", async () => {
    for (const algorithm of ["EdDSA", "RS256", "HS256"] as const) {
      const deployment = tokenDeployment();
      const options = { accessTokens: { algorithm } };
      const engines = Array.from({ length: 16 }, () => deployment.engine(options));
      await assertAllVerify(engines, await Promise.all(engines.map((engine) => issue(engine))));
      assert.equal(keysOf(engines).length, 1);
    }
  });

  test("replace the key once per period in the background, and nobody notices", async () => {
    const deployment = tokenDeployment();
    const engines = Array.from({ length: 16 }, () => deployment.engine(daily));
    await Promise.all(engines.map((engine) => engine.ready()));
    for (let period = 1; period <= 4; period += 1) {
      await liveThroughPeriod(engines, (moment) =>
        deployment.pass(moment - deployment.clock.now()),
      );
    }
    await Promise.all(engines.map((engine) => engine.close()));
  });
});

/** The same race over databases, whose answers take real time: the background work is begun by hand, all at once. */
async function raceOver(deployment: TokenDeployment, processes: number): Promise<void> {
  const engines = Array.from({ length: processes }, () => deployment.engine(daily));
  await Promise.all(engines.map((engine) => engine.ready()));
  await keepUp(engines);
  for (let period = 1; period <= 3; period += 1) {
    await liveThroughPeriod(engines, async (moment) => {
      deployment.clock.advance(moment - deployment.clock.now());
      await keepUp(engines);
    });
  }
  await Promise.all(engines.map((engine) => engine.close()));
}

test("sixteen processes on one SQLite file replace the key once per period", async () => {
  const file = join(temporaryFolder(), "app.db");
  await raceOver(
    tokenDeployment(() => sqliteStore(file)),
    16,
  );
});

const postgres = await testPostgres();
if (postgres.server === null) didNotRun(postgres);
else {
  const { server } = postgres;
  test("eight processes on PostgreSQL replace the key once per period", async () => {
    await server.make();
    const settings = { max: 2, options: `-c search_path=${server.place}` };
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => server.over(() => server.connect(settings))),
    );
    const deployment = tokenDeployment(() => withStoreClock(must(stores.pop()), deployment.clock));
    await raceOver(deployment, 8);
  });
}

describe("a signing key", () => {
  test("is made for a deployment that had none, when its strategy needs one", async () => {
    const store = memoryStore();
    const deployment = tokenDeployment(() => store);
    const sessions = deployment.engine({ strategy: "session" });
    await sessions.ready();
    assert.equal(sessions.keys.signingKey(), null);
    assert.deepEqual(
      sessions.keys.ring.keys.map(({ use }) => use),
      ["mac"],
    );
    const hybrid = deployment.engine();
    assert.equal(await verdictOf(hybrid, await issue(hybrid)), "verified");
    assert.deepEqual(
      hybrid.keys.ring.keys.map(({ use }) => use),
      ["mac", "signing"],
    );
    await deployment.pass(2_000);
    await sessions.keys.makeCurrent();
    assert.equal(sessions.keys.signingKey()?.kid, hybrid.keys.signingKey()?.kid);
  });

  test("is imported once: who asks again gets the same object, whatever happened to other keys", async () => {
    const { engine } = tokenDeployment();
    const { keys } = engine();
    await keys.makeCurrent();
    const signing = must(keys.signingKey());
    const verifying = must(keys.verificationKey(signing.kid));
    await keys.rotate("mac");
    assert.equal(keys.signingKey(), signing);
    assert.equal(keys.verificationKey(signing.kid), verifying);
    assert.equal(keys.verificationKey("__proto__"), null);
  });

  test("of another algorithm takes over like any new key when the option has changed", async () => {
    const deployment = tokenDeployment();
    const before = await issue(deployment.engine());
    const changed = deployment.engine({ accessTokens: { algorithm: "ES256" } });
    await changed.ready();
    await deployment.pass(61_000);
    assert.equal(changed.keys.signingKey()?.algorithm, "EdDSA");
    assert.equal(await verdictOf(changed, before), "verified");
    await deployment.pass(leadMs.signing);
    assert.equal(changed.keys.signingKey()?.algorithm, "ES256");
  });

  test("that is revoked is good nowhere after the lease, and neither is the one that waited", async () => {
    const deployment = tokenDeployment();
    const [one, other] = [deployment.engine(), deployment.engine()];
    const token = await issue(one);
    assert.equal(await verdictOf(other, token), "verified");
    const active = must(one.keys.signingKey());
    const next = await one.keys.rotate("signing");
    await deployment.pass(2_000);
    assert.ok(other.keys.verificationKey(next.id) !== null);

    assert.equal(await one.keys.revoke(active.kid), true);
    assert.equal(one.keys.verificationKey(active.kid), null);
    await deployment.pass(2_000);
    for (const { keys } of [one, other]) {
      // Nobody has asked for a key meanwhile: the log alone tells.
      assert.equal(keys.verificationKey(active.kid), null);
      assert.equal(keys.verificationKey(next.id), null);
    }
    const fresh = await issue(one);
    assert.ok(![active.kid, next.id].includes(String(kidOf(fresh))));
    await assertAllVerify([one, other], [fresh, await issue(other)]);
    assert.equal(kidOf(await issue(other)), kidOf(fresh));
  });

  test("that two processes revoke at once is replaced by one", async () => {
    const deployment = tokenDeployment();
    const engines = Array.from({ length: 16 }, () => deployment.engine());
    await Promise.all(engines.map((engine) => engine.ready()));
    const { kid } = must(must(engines[0]).keys.signingKey());
    const outcomes = await Promise.all(engines.map(({ keys }) => keys.revoke(kid)));
    assert.equal(outcomes.filter(Boolean).length, 1);
    await Promise.all(engines.map(({ keys }) => keys.makeCurrent()));
    assert.equal(keysOf(engines).length, 1);
  });

  test("that sixteen processes add by hand at once is one, and signs when whoever verifies must know it", async () => {
    const deployment = tokenDeployment();
    const engines = Array.from({ length: 16 }, () => deployment.engine());
    const [first] = engines;
    const old = await issue(must(first));
    const added = await Promise.all(engines.map(({ keys }) => keys.rotate("signing")));
    assert.equal(new Set(added.map(({ id }) => id)).size, 1);
    await deployment.pass(leadMs.signing - 1);
    const before = await issue(must(first));
    assert.equal(kidOf(before), kidOf(old));
    deployment.clock.advance(1);
    const after = await issue(must(first));
    assert.equal(kidOf(after), must(added[0]).id);
    await assertAllVerify(engines, [before, after]);
  });

  test("does not sign while nobody can say whether it still may", async () => {
    const deployment = tokenDeployment();
    const engine = deployment.engine();
    assert.equal(engine.keys.signingKey(), null, "nothing was read yet");
    await engine.ready();
    const { kid } = must(engine.keys.signingKey());
    deployment.clock.advance(60_001);
    assert.equal(engine.keys.signingKey(), null);
    assert.ok(engine.keys.verificationKey(kid) !== null);
    await engine.keys.makeCurrent();
    assert.equal(engine.keys.signingKey()?.kid, kid);
  });
});
