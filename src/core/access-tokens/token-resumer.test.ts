import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  HybridEngines,
  refreshAt,
  signIn,
  type HybridProcess,
} from "../../../test/support/hybrid-engines.ts";
import { loseEntriesAfter } from "../../stores/memory/loss.ts";
import { must } from "../../../test/support/tokens.ts";
import type { TokenResumer } from "./token-resumer.ts";

const leaseMs = 2_000;
const toleranceMs = 5_000;

function resumerOf({ engine }: HybridProcess): TokenResumer {
  return must(engine.tokens).resumer;
}

/** What a process says of a token: `resumed`, or why not. */
async function verdictOf(process: HybridProcess, token: string): Promise<string> {
  const verdict = await resumerOf(process).resume(token);
  return verdict.outcome === "refused" ? verdict.code : verdict.outcome;
}

interface Scene {
  readonly engines: HybridEngines;
  readonly one: HybridProcess;
  readonly other: HybridProcess;
  readonly sessionId: string;
  readonly token: string;
}

/** A session that began at one process, whose access token another one has verified. */
async function known(options: Parameters<HybridEngines["start"]>[0] = {}): Promise<Scene> {
  const engines = new HybridEngines();
  const [one, other] = [engines.start(options), engines.start(options)];
  const { sessionId, refreshToken } = await signIn(one);
  const token = await accessToken(one, refreshToken);
  assert.equal(await verdictOf(other, token), "resumed");
  other.store.takeCalls();
  return { engines, one, other, sessionId, token };
}

async function accessToken(process: HybridProcess, refreshToken: string): Promise<string> {
  const refreshed = await refreshAt(process, refreshToken);
  assert.ok(refreshed.outcome === "refreshed");
  const { session, position, readAt } = refreshed;
  const { id: sessionId, tenantId, mark, assuranceLevel, claims, createdAt } = session;
  const subject = {
    sessionId,
    userId: must(session.userId),
    tenantId,
    mark,
    position,
    authenticatedAt: createdAt,
    methods: ["pwd"],
    assuranceLevel,
    claims,
  };
  const notAfter = Number.MAX_SAFE_INTEGER;
  return (await must(process.engine.tokens).issuer.issue(subject, readAt, notAfter)).accessToken;
}

/** Time passes for everybody, with every poll. */
async function pass({ engines }: Scene, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    engines.advance(Math.min(left, 500));
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  }
}

/** A process's machine sleeps: its monotonic clock hardly moves, and none of its timers has run when it goes on. */
function sleep({ clock }: HybridEngines, process: HybridProcess, ms: number): void {
  clock.advance(ms + 1);
  process.clock.setWallClock(process.clock.now() + ms);
  process.clock.advance(1);
}

describe("an access token that this process has verified", () => {
  test("is judged without the store, and at once", async () => {
    const { other, token } = await known();
    for (let use = 0; use < 100; use += 1) {
      assert.equal(resumerOf(other).resumeKnown(token)?.outcome, "resumed");
      assert.equal(await verdictOf(other, token), "resumed");
    }
    assert.deepEqual(other.store.takeCalls(), []);
  });

  test("is never taken for another one with the same end", async () => {
    const { other, token } = await known();
    for (const forged of [`x${token}`, token.slice(1), `x${token.slice(1)}`, token.slice(-22)]) {
      assert.equal(resumerOf(other).resumeKnown(forged), null);
      assert.equal(await verdictOf(other, forged), "invalid_token");
    }
    assert.equal(resumerOf(other).resumeKnown(token)?.outcome, "resumed");
  });

  test("has its time, and what clocks may differ", async () => {
    const scene = await known();
    const { other, token, engines } = scene;
    const at = resumerOf(other).resumeKnown(token);
    assert.ok(at?.outcome === "resumed");
    const { expiresAt } = at.view();
    await pass(scene, must(expiresAt) + toleranceMs - 1 - engines.clock.now());
    assert.equal(await verdictOf(other, token), "resumed");
    await pass(scene, 1);
    assert.equal(await verdictOf(other, token), "token_expired");
    assert.ok(must(expiresAt) <= scene.engines.clock.now());
  });

  test("is refused once its session, its user or all are revoked, by one who was not asked", async () => {
    for (const revocation of [
      { scope: "session", id: "" },
      { scope: "user", id: "user-1" },
      { scope: "all" },
    ] as const) {
      const scene = await known();
      const { one, other, token, sessionId } = scene;
      const target = revocation.scope === "session" ? { ...revocation, id: sessionId } : revocation;
      await one.engine.sessions.revoke({ ...target, reason: "revoked_by_application" });
      assert.equal(await verdictOf(one, token), "session_revoked");
      await pass(scene, leaseMs);
      assert.equal(await verdictOf(other, token), "session_revoked");
      assert.equal(resumerOf(other).lastKnown(token), null);
    }
  });

  test("goes on where its session is the one that was excepted", async () => {
    const scene = await known();
    const { one, other, token, sessionId } = scene;
    const except = { sessionId };
    const target = { scope: "user", id: "user-1", except } as const;
    await one.engine.sessions.revoke({ ...target, reason: "revoked_by_user" });
    await pass(scene, leaseMs);
    assert.equal(await verdictOf(other, token), "resumed");
  });

  test("says new claims after one read, once they have changed", async () => {
    const scene = await known();
    const { one, other, token, sessionId } = scene;
    await one.engine.directory.update(sessionId, { claims: { role: "admin" } });
    await pass(scene, leaseMs);
    other.store.takeCalls();
    assert.equal(resumerOf(other).resumeKnown(token), null);
    const verdict = await resumerOf(other).resume(token);
    assert.ok(verdict.outcome === "resumed");
    assert.deepEqual(verdict.session.claims, { role: "admin" });
    assert.equal(await verdictOf(other, token), "resumed");
    assert.deepEqual(other.store.takeCalls(), ["sessions.find"]);
  });

  test("is outdated where nothing is stored that could be read", async () => {
    const scene = await known();
    const { engines, one, token, sessionId } = scene;
    const jwt = engines.start({ strategy: "jwt" });
    assert.equal(await verdictOf(jwt, token), "resumed");
    await one.engine.directory.update(sessionId, { claims: { role: "admin" } });
    await pass(scene, leaseMs);
    assert.equal(await verdictOf(jwt, token), "token_outdated");
  });

  test("is refused once the key is revoked that has signed it", async () => {
    const scene = await known();
    const { one, other, token } = scene;
    await one.engine.keys.revoke(must(one.engine.keys.signingKey()).kid);
    assert.equal(await verdictOf(one, token), "invalid_token");
    await pass(scene, leaseMs);
    assert.equal(await verdictOf(other, token), "invalid_token");
  });
});

describe("a process that does not know", () => {
  test("whether its view is fresh asks before it judges", async () => {
    const { engines, one, other, token, sessionId } = await known();
    await one.engine.sessions.revoke({ scope: "session", id: sessionId, reason: "signed_out" });
    other.store.takeCalls();
    sleep(engines, other, leaseMs);
    assert.equal(resumerOf(other).resumeKnown(token), null);
    assert.equal(await verdictOf(other, token), "session_revoked");
    assert.deepEqual(other.store.takeCalls(), ["revocation.sync"]);
  });

  test("what happened while it stood still asks again, when an answer from before has come first", async () => {
    const { engines, one, other, token, sessionId } = await known();
    const held = other.store.hold("revocation.sync", "after");
    other.clock.advance(500);
    await held.reached;
    await one.engine.sessions.revoke({ scope: "session", id: sessionId, reason: "signed_out" });
    sleep(engines, other, 45_000);
    const judged = verdictOf(other, token);
    held.release();
    assert.equal(await judged, "session_revoked");
  });

  test("says so in an outage, and what it last knew", async () => {
    const { engines, other, token } = await known();
    other.store.failure = new Error("gone");
    engines.advance(leaseMs + 1);
    await assert.rejects(async () => resumerOf(other).resume(token), { code: "store_unavailable" });
    const last = must(resumerOf(other).lastKnown(token));
    assert.equal(last.resumed.session.userId, "user-1");
    assert.equal(last.ageMs, leaseMs + 1);
  });

  test("a key that another one made in the place of a revoked one looks again, once a second at most", async () => {
    const scene = await known();
    const { engines, one, other } = scene;
    await one.engine.keys.revoke(must(one.engine.keys.signingKey()).kid);
    const { refreshToken } = await signIn(one);
    const token = await accessToken(one, refreshToken);
    other.store.takeCalls();
    assert.equal(await verdictOf(other, token), "resumed");
    assert.ok(other.store.takeCalls().includes("revocation.sync"));
    const [header = "", ...rest] = token.split(".");
    const named = Buffer.from(header, "base64url")
      .toString()
      .replace(/"kid":"[^"]+"/, '"kid":"x"');
    const forged = [Buffer.from(named).toString("base64url"), ...rest].join(".");
    for (let use = 0; use < 20; use += 1)
      assert.equal(await verdictOf(other, forged), "invalid_token");
    assert.deepEqual(other.store.takeCalls(), []);
    engines.advance(1_000);
    for (let use = 0; use < 20; use += 1)
      assert.equal(await verdictOf(other, forged), "invalid_token");
    const syncs = other.store.takeCalls().filter((call) => call === "revocation.sync");
    assert.ok(syncs.length >= 1 && syncs.length <= 3, `${syncs.length} syncs`);
  });

  test("of the place of the log at which a session began catches up first", async () => {
    const scene = await known();
    const { one, other } = scene;
    await one.engine.sessions.revoke({ scope: "user", id: "user-1", reason: "signed_out" });
    const { refreshToken } = await signIn(one);
    const token = await accessToken(one, refreshToken);
    assert.equal(await verdictOf(other, token), "resumed");
  });

  test("a log that has lost the place at which a session began reads its record", async () => {
    const scene = await known();
    const { engines, one } = scene;
    await one.engine.sessions.revoke({ scope: "user", id: "user-2", reason: "signed_out" });
    const { refreshToken } = await signIn(one);
    const token = await accessToken(one, refreshToken);
    await one.engine.close();
    await loseEntriesAfter(engines.memory, 0);
    const late = engines.start();
    await late.engine.ready();
    late.store.takeCalls();
    assert.equal(await verdictOf(late, token), "resumed");
    assert.ok(late.store.takeCalls().includes("sessions.find"));
  });
});
