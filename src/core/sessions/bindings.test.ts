import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { describe, test } from "node:test";
import { InstrumentedStore } from "../../../test/support/instrumented-store.ts";
import { passTime } from "../../../test/support/pass-time.ts";
import { testSecret } from "../../../test/support/auth.ts";
import { loseEntriesAfter } from "../../stores/memory/loss.ts";
import { memoryStore } from "../../stores/memory.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { createEngine, type Engine } from "../engine.ts";
import type { Principal } from "./principal.ts";
import type { SessionRecord, SessionStore } from "./session-store.ts";
import { ResumedSession } from "./resumed-session.ts";

/** A clock that counts how often it is read: every judgement by time reads it. */
class CountingClock extends FakeClock {
  readings = 0;
  override now(): number {
    this.readings += 1;
    return super.now();
  }
}

interface World {
  readonly engine: Engine;
  readonly clock: CountingClock;
  readonly inner: ReturnType<typeof memoryStore>;
  readonly store: InstrumentedStore;
  /** What reading a session throws while it is set. */
  readonly reads: { failure: Error | null };
  /** Signs somebody in. */
  readonly newPrincipal: (userId: string, tenantId?: string) => Promise<Principal>;
}

async function makeWorld(idle: "3m" | "7d" = "7d"): Promise<World> {
  const clock = new CountingClock();
  const inner = memoryStore();
  const reads: World["reads"] = { failure: null };
  const sessions: SessionStore = {
    ...inner.sessions,
    async find(id) {
      if (reads.failure !== null) throw reads.failure;
      return inner.sessions.find(id);
    },
  };
  const store = new InstrumentedStore({ ...inner, sessions });
  const engine = createEngine({ secret: testSecret, store: store.store, clock, session: { idle } });
  await engine.ready();
  await setImmediate();
  return {
    engine,
    clock,
    inner,
    store,
    reads,
    async newPrincipal(userId, tenantId) {
      const { session } = await engine.sessions.start({
        userId,
        tenantId: tenantId ?? null,
        methods: [],
        assuranceLevel: "aal1",
        persistent: false,
        userAgent: null,
        address: null,
        claims: {},
        replaces: null,
        position: engine.sessions.position(),
      });
      const principal = new ResumedSession(session, engine.config.session).by("cookie").principal;
      assert.ok(principal !== null);
      return principal;
    },
  };
}

const reason = "revoked_by_application";

/**
 * Another process ends a session, and the log loses the entry before this one reads it: only the row's absence tells. The
 * engine learns with its next sync that entries are lost.
 */
async function loseRevocation(
  { store, inner, clock }: Pick<World, "store" | "inner" | "clock">,
  sessionId: string,
): Promise<void> {
  const sync = store.hold("revocation.sync");
  const stamp = { entryId: "other", now: clock.now(), keepForMs: 1, watermarkUntil: 0 };
  await inner.revocation.revoke({ scope: "session", id: sessionId, reason }, stamp);
  await sync.reached;
  await loseEntriesAfter(inner, 0);
  store.takeCalls();
  sync.release();
}

async function sessionOf(store: World["inner"], { sessionId }: Principal): Promise<SessionRecord> {
  const session = await store.sessions.find(sessionId);
  assert.ok(session !== null);
  return session;
}

describe("bindings", () => {
  test("close at once what ended before it was bound, and keep nothing of it", async () => {
    const { engine, newPrincipal } = await makeWorld();
    const principal = await newPrincipal("alice");
    await engine.sessions.revoke({ scope: "user", id: "alice", reason });
    const reasons: string[] = [];
    engine.bindings.bind(principal, (why) => reasons.push(why));
    assert.deepEqual(reasons, ["session_revoked"]);
    assert.equal(engine.bindings.count, 0);
  });

  test("close by the entry of the session, its user, its tenant or everyone, and nobody else", async () => {
    const { engine, newPrincipal } = await makeWorld();
    const closed: string[] = [];
    const names = ["a1 acme", "a2 acme", "b1 acme", "c1 corp", "d1 none"];
    const ids = new Map<string, string>();
    for (const name of names) {
      const [session = "", tenant] = name.split(" ");
      const principal = await newPrincipal(session.slice(0, 1), tenant);
      ids.set(session, principal.sessionId);
      engine.bindings.bind(principal, () => closed.push(session));
    }
    const revoke = async (...revocation: Parameters<Engine["sessions"]["revoke"]>) => {
      await engine.sessions.revoke(...revocation);
      await setImmediate();
      return closed.splice(0).sort();
    };
    assert.deepEqual(await revoke({ scope: "session", id: ids.get("a1") ?? "", reason }), ["a1"]);
    assert.deepEqual(await revoke({ scope: "user", id: "b", reason }), ["b1"]);
    assert.deepEqual(await revoke({ scope: "user", id: "nobody", reason }), []);
    assert.deepEqual(await revoke({ scope: "tenant", id: "acme", reason }), ["a2"]);
    assert.deepEqual(await revoke({ scope: "all", reason }), ["c1", "d1"]);
    assert.equal(engine.bindings.count, 0);
  });

  test("close the others when one `close` throws, and report that", async () => {
    const { engine, newPrincipal } = await makeWorld();
    const errors: unknown[] = [];
    engine.events.on("error", ({ error }) => errors.push(error));
    const closed: number[] = [];
    for (const n of [1, 2, 3]) {
      engine.bindings.bind(await newPrincipal("alice"), () => {
        closed.push(n);
        if (n !== 3) throw new RangeError(`the application's mistake ${n}`);
      });
    }
    await engine.sessions.revoke({ scope: "user", id: "alice", reason });
    await setImmediate();
    assert.deepEqual(closed, [1, 2, 3]);
    assert.deepEqual(
      errors.map((error) => error instanceof Error && (error.cause as Error).message),
      ["the application's mistake 1", "the application's mistake 2"],
    );
  });

  test("read each session once after the log was lost, however many connections it has and however long that takes", async () => {
    const { engine, store, inner, clock, newPrincipal } = await makeWorld();
    const closed: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      const principal = await newPrincipal(`user ${n}`);
      for (const tab of ["one", "other"]) {
        engine.bindings.bind(principal, () => closed.push(`${principal.userId} ${tab}`));
      }
    }
    const lost = await newPrincipal("lost");
    engine.bindings.bind(lost, () => closed.push("lost"));
    await engine.sessions.revoke({ scope: "user", id: "nobody", reason });
    await passTime(clock, 500);
    const held = store.hold("sessions.find", "after");
    await loseRevocation({ store, inner, clock }, lost.sessionId);
    await held.reached;
    await passTime(clock, 500);
    await passTime(clock, 400);
    held.release();
    await setImmediate();
    await passTime(clock, 1_000);
    const reads = store.takeCalls().filter((call) => call === "sessions.find");
    assert.equal(reads.length, 21);
    assert.deepEqual(closed, ["lost"]);
  });

  test("read what is bound soon after the log was lost, because its principal may be from before", async () => {
    const { engine, store, inner, clock, newPrincipal } = await makeWorld();
    const lost = await newPrincipal("lost");
    const kept = await newPrincipal("kept");
    await engine.sessions.revoke({ scope: "user", id: "nobody", reason });
    await passTime(clock, 500);
    await loseRevocation({ store, inner, clock }, lost.sessionId);
    await setImmediate();
    const closed: string[] = [];
    for (const principal of [lost, kept]) {
      engine.bindings.bind(principal, (why) => closed.push(`${principal.userId} ${why}`));
    }
    await passTime(clock, 500);
    assert.deepEqual(closed, ["lost session_revoked"]);
    store.takeCalls();
    await passTime(clock, 120_000);
    engine.bindings.bind(kept, () => closed.push("kept"));
    await passTime(clock, 500);
    assert.ok(!store.takeCalls().includes("sessions.find"));
  });

  test("do not believe a read that was sent before the log was lost", async () => {
    const { engine, store, inner, clock, newPrincipal } = await makeWorld("3m");
    const lost = await newPrincipal("lost");
    const closed: string[] = [];
    engine.bindings.bind(lost, (why) => closed.push(why));
    const session = await sessionOf(inner, lost);
    await passTime(clock, 170_000);
    const lastSeenAt = clock.now();
    await inner.sessions.touch([{ id: session.id, lastSeenAt, purgeAt: session.purgeAt + 1e6 }]);
    await engine.sessions.revoke({ scope: "user", id: "nobody", reason });
    const held = store.hold("sessions.find", "after");
    await passTime(clock, 10_500);
    await held.reached;
    await loseRevocation({ store, inner, clock }, lost.sessionId);
    held.release();
    await setImmediate();
    await passTime(clock, 1_000);
    assert.deepEqual(closed, ["session_revoked"]);
  });

  test("close what cannot be read for too long, also while the log is followed", async () => {
    const { engine, reads, inner, clock, newPrincipal } = await makeWorld();
    engine.events.on("store.failed", () => undefined);
    const closed: string[] = [];
    engine.bindings.bind(await newPrincipal("alice"), (why) => closed.push(why), {
      staleFor: "10s",
    });
    await engine.sessions.revoke({ scope: "user", id: "nobody", reason });
    await passTime(clock, 500);
    reads.failure = new Error("no permission");
    await loseEntriesAfter(inner, 0);
    await passTime(clock, 12_000);
    assert.deepEqual(closed, []);
    await passTime(clock, 1_500);
    assert.deepEqual(closed, ["store_unavailable"]);
  });
});

describe("ten thousand bound connections", () => {
  const many = 10_000;

  /** How often clocks are read from a revocation until it has closed what it ends, with so many connections bound. */
  async function costOfOneRevocation(bound: number): Promise<number> {
    const { engine, clock, newPrincipal } = await makeWorld();
    const victim = await newPrincipal("victim");
    const bystander = await newPrincipal("bystander");
    let closed = 0;
    for (let n = 0; n < bound; n += 1) engine.bindings.bind(bystander, () => (closed += 1));
    engine.bindings.bind(victim, () => (closed += 1));
    clock.readings = 0;
    await engine.sessions.revoke({ scope: "user", id: "victim", reason });
    await setImmediate();
    assert.deepEqual([closed, engine.bindings.count], [1, bound]);
    return clock.readings;
  }

  test("cost a revocation of another user nothing", async () => {
    assert.equal(await costOfOneRevocation(many), await costOfOneRevocation(10));
  });

  test("are closed once each by the end of everyone's sessions, and unbound without a trace", async () => {
    const { engine, clock, newPrincipal } = await makeWorld();
    let closed = 0;
    const unbinds: (() => void)[] = [];
    for (let user = 0; user < 100; user += 1) {
      const principal = await newPrincipal(`user ${user}`);
      for (let n = 0; n < many / 100; n += 1) {
        unbinds.push(engine.bindings.bind(principal, () => (closed += 1)));
      }
    }
    for (const unbind of unbinds.slice(0, many / 2)) unbind();
    for (const unbind of unbinds.slice(0, many / 2)) unbind();
    assert.equal(engine.bindings.count, many / 2);
    clock.readings = 0;
    await engine.sessions.revoke({ scope: "all", reason });
    await setImmediate();
    assert.deepEqual([closed, engine.bindings.count], [many / 2, 0]);
    assert.ok(clock.readings < 3 * many, `${clock.readings} readings`);
  });

  test("are not looked at by polls before the first of them can expire", async () => {
    const { engine, clock, newPrincipal } = await makeWorld("3m");
    const principal = await newPrincipal("alice");
    const closed: string[] = [];
    for (let n = 0; n < many; n += 1) engine.bindings.bind(principal, (why) => closed.push(why));
    clock.readings = 0;
    await passTime(clock, 10_000);
    assert.ok(clock.readings < many, `${clock.readings} readings in 20 polls`);
    await passTime(clock, 170_500);
    assert.equal(closed.length, many);
    assert.deepEqual(new Set(closed), new Set(["session_expired"]));
  });
});
