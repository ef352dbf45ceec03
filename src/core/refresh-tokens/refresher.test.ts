import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  childOf,
  HybridEngines,
  refreshAt,
  signIn,
  type HybridProcess,
} from "../../../test/support/hybrid-engines.ts";
import { must } from "../../../test/support/tokens.ts";
import { activeKey } from "../keys/key-ring.ts";
import { parseLineage } from "./lineage-text.ts";
import { parseRefreshToken, type PresentedRefreshToken } from "./refresh-token.ts";

const raceWindowMs = 30_000;
const accessTokenLifeMs = 300_000;
const unavailable = { code: "store_unavailable" };

function partsOf(token: string): PresentedRefreshToken {
  return must(parseRefreshToken(token, () => null));
}

function setUp(): { engines: HybridEngines; one: HybridProcess; other: HybridProcess } {
  const engines = new HybridEngines();
  return { engines, one: engines.start(), other: engines.start() };
}

describe("a refresh token", () => {
  test("that is current is traded for a child, and nothing is written", async () => {
    const { engines, one } = setUp();
    const { sessionId, refreshToken } = await signIn(one);
    const before = await engines.memory.sessions.find(sessionId);
    const child = partsOf(await childOf(one, refreshToken));
    assert.deepEqual(
      [child.sessionId, child.generation, child.parent, child.issuedAt],
      [sessionId, 1, partsOf(refreshToken).hash, engines.clock.now()],
    );
    assert.deepEqual(await engines.memory.sessions.find(sessionId), before);
  });

  test("of a client that cannot keep another one is good again and again", async () => {
    const { engines, one } = setUp();
    const { refreshToken } = await signIn(one);
    for (let use = 0; use < 3; use += 1) {
      const result = await refreshAt(one, refreshToken, false);
      assert.ok(result.outcome === "refreshed" && result.refreshToken === null);
      engines.advance(accessTokenLifeMs);
    }
  });

  test("is promoted when it is ripe and used, which notes that the session was seen", async () => {
    const { engines, one } = setUp();
    const { sessionId, refreshToken } = await signIn(one);
    const child = await childOf(one, refreshToken);
    engines.advance(accessTokenLifeMs);
    await childOf(one, child);
    const { lineage, lastSeenAt, purgeAt, createdAt } = must(
      await engines.memory.sessions.find(sessionId),
    );
    assert.deepEqual(parseLineage(must(lineage)).current, partsOf(child).hash);
    assert.deepEqual(
      [lastSeenAt, createdAt],
      [engines.clock.now(), lastSeenAt - accessTokenLifeMs],
    );
    assert.equal(purgeAt, lastSeenAt + 8 * 86_400_000);
  });

  test("counts from when the session was read, although the answer took a while", async () => {
    const { engines, one } = setUp();
    const { refreshToken } = await signIn(one);
    const sentAt = engines.clock.now();
    const held = one.store.hold("sessions.find", "after");
    const refreshing = refreshAt(one, refreshToken);
    await held.reached;
    engines.advance(900);
    held.release();
    const result = await refreshing;
    assert.ok(result.outcome === "refreshed" && result.readAt === sentAt);
  });

  test("of a session that is over says so, and of one that was ended that it was", async () => {
    const { engines, one } = setUp();
    const over = await signIn(one);
    engines.advance(7 * 86_400_000);
    const ended = await signIn(one);
    const { sessionId: id } = ended;
    await one.engine.sessions.revoke({ scope: "session", id, reason: "signed_out" });
    const refused = { outcome: "refused" };
    assert.deepEqual(await refreshAt(one, over.refreshToken), {
      ...refused,
      code: "session_expired",
    });
    assert.deepEqual(await refreshAt(one, ended.refreshToken), {
      ...refused,
      code: "session_revoked",
    });
  });
});

describe("what nobody has issued", () => {
  test("changes nothing and asks the store for no session", async () => {
    const { engines, one } = setUp();
    const { sessionId, refreshToken } = await signIn(one);
    const before = await engines.memory.sessions.find(sessionId);
    await refreshAt(one, refreshToken);
    one.store.takeCalls();
    const last = refreshToken.slice(-1) === "A" ? "B" : "A";
    for (const forged of ["", "syr_", "syr_AAAA", refreshToken.slice(0, -1) + last, "sym_x"]) {
      const refused = { outcome: "refused", code: "invalid_token" };
      assert.deepEqual(await refreshAt(one, forged), refused);
    }
    assert.deepEqual(one.store.takeCalls(), []);
    assert.deepEqual(await engines.memory.sessions.find(sessionId), before);
  });
});

describe("a token that only a second holder can have", () => {
  test("ends its session, which one of all processes says, with the address", async () => {
    const { engines, one, other } = setUp();
    const said: unknown[] = [];
    for (const { engine } of [one, other])
      engine.events.on("refresh_token.reused", (event) => said.push(event));
    const { sessionId, refreshToken } = await signIn(one);
    const bystander = await signIn(one);
    const child = await childOf(one, refreshToken);
    engines.advance(accessTokenLifeMs);
    await childOf(one, child);
    engines.advance(raceWindowMs + 1);
    const answers = await Promise.all([one, other, one].map((at) => refreshAt(at, refreshToken)));
    const codes = answers.map((answer) => (answer.outcome === "refused" ? answer.code : ""));
    assert.deepEqual(codes.toSorted(), [
      "refresh_token_reused",
      "session_revoked",
      "session_revoked",
    ]);
    assert.deepEqual(said, [{ sessionId, address: "192.0.2.1" }]);
    assert.ok(await childOf(other, bystander.refreshToken));
  });

  test("is judged again when the lineage has moved on before the session could be ended", async () => {
    const { engines, one, other } = setUp();
    const { sessionId, refreshToken } = await signIn(one);
    const child = await childOf(one, refreshToken);
    engines.advance(accessTokenLifeMs);
    const grandchild = await childOf(one, child);
    engines.advance(accessTokenLifeMs);
    const held = one.store.hold("revocation.revoke");
    const refreshing = refreshAt(one, refreshToken);
    await held.reached;
    await childOf(other, grandchild);
    held.release();
    assert.deepEqual(await refreshing, { outcome: "refused", code: "refresh_token_reused" });
    assert.equal(await engines.memory.sessions.find(sessionId), null);
    const revocations = one.store.takeCalls().filter((call) => call === "revocation.revoke");
    assert.equal(revocations.length, 2);
  });
});

describe("an honest session goes on", () => {
  test("when the store does not say whether it has promoted", async () => {
    const { engines, one } = setUp();
    const { refreshToken } = await signIn(one);
    const child = await childOf(one, refreshToken);
    engines.advance(accessTokenLifeMs);
    const held = one.store.hold("sessions.promote", "after");
    const refreshing = assert.rejects(refreshAt(one, child), { code: "outcome_unknown" });
    await held.reached;
    engines.advance(1_500);
    await refreshing;
    held.release();
    assert.ok(await childOf(one, child));
  });

  test("when the store cannot be asked", async () => {
    const { one } = setUp();
    const { refreshToken } = await signIn(one);
    one.store.failure = new Error("gone");
    await assert.rejects(refreshAt(one, refreshToken), unavailable);
    one.store.failure = null;
    assert.ok(await childOf(one, refreshToken));
  });

  test("when the clock of a process is put forward during a race", async () => {
    const { engines, one, other } = setUp();
    const { refreshToken } = await signIn(one);
    const child = await childOf(one, refreshToken);
    engines.advance(accessTokenLifeMs);
    await childOf(other, refreshToken);
    await childOf(one, child);
    engines.advance(1_000);
    // A time server sets it; the next sync learns that the store's differs by as much now.
    other.clock.setWallClock(other.clock.now() + 45_000);
    engines.advance(1);
    const late = await refreshAt(other, refreshToken);
    assert.equal(late.outcome, "refreshed");
  });

  test("when a process does not know yet the key that another one has put in the place of a revoked one", async () => {
    const { engines, one, other } = setUp();
    await refreshAt(other, (await signIn(other)).refreshToken);
    await one.engine.ready();
    const revoked = must(activeKey(one.engine.keys.ring, "mac", engines.clock.now()));
    await one.engine.keys.revoke(revoked.id);
    const { refreshToken } = await signIn(one);
    const child = await childOf(one, refreshToken);
    const answer = await refreshAt(other, child);
    assert.equal(answer.outcome, "refreshed");
  });
});
