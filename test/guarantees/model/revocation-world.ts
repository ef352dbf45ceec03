import type { KeyObject } from "node:crypto";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import type { Store } from "../../../src/core/ports.ts";
import type { Stamp } from "../../../src/core/revocation/revocation-store.ts";
import type { SessionRecord } from "../../../src/core/sessions/session-store.ts";
import type { PresentedTokens, ResumeVerdict } from "../../../src/core/sessions/resume.ts";
import type { PresentedSessionToken } from "../../../src/core/sessions/session-token.ts";
import type { World } from "./explore.ts";
import { Network } from "./network.ts";
import type { EngineParts } from "./parts.ts";
import { hour, innocent, leaseMs, victim, type WorldBounds } from "./world-bounds.ts";

interface Process {
  readonly name: string;
  readonly clock: FakeClock;
  readonly log: InstanceType<EngineParts["RevocationLog"]>;
  readonly resumer: ReturnType<EngineParts["createSessionResumer"]>;
  readonly cache: ReturnType<EngineParts["createSessionCache"]>;
  refusedOnce: boolean;
  pending: number;
}

/**
 * Several processes with the real follower, view, lease, cache and resumer, a real store in memory, and one credential
 * that is revoked once. The network and the clocks are the explorer's.
 */
export async function makeRevocationWorld(parts: EngineParts, bounds: WorldBounds): Promise<World> {
  const world = new RevocationWorld(parts, bounds);
  await world.begin();
  return world;
}

class RevocationWorld implements World {
  readonly #parts: EngineParts;
  #store: Store;
  readonly #network: Network;
  readonly #processes: Process[];
  readonly #left: Record<"checks" | "syncs" | "failures" | "moves" | "jumps" | "losses", number>;
  readonly #steps: readonly number[];
  readonly #watchesInnocent: boolean;
  readonly #isWarm: boolean;
  readonly #act: "revoke" | "change";
  #now = 0;
  #revokedAt: number | null = null;
  #violation: string | null = null;

  constructor(parts: EngineParts, bounds: WorldBounds) {
    this.#parts = parts;
    this.#store = parts.memoryStore();
    this.#network = new Network({
      now: () => this.#now,
      failure: () => new parts.AuthError("store_unavailable"),
    });
    const { checks, syncs, failures, moves, jumps, losses, steps, innocent, act, warm } = bounds;
    this.#isWarm = warm;
    this.#act = act;
    this.#watchesInnocent = innocent;
    this.#left = { checks, syncs, failures, moves, jumps, losses };
    this.#steps = steps;
    this.#processes = Array.from({ length: bounds.processes }, (_, index) =>
      this.#makeProcess(`P${index + 1}`),
    );
  }

  /** The sessions are there, and every process has synced. */
  async begin(): Promise<void> {
    this.#store = await this.#makeStore();
    for (const process of this.#processes) {
      await this.#runAll(process.log.followers[0]?.sync());
      if (!this.#isWarm) continue;
      await this.#runAll(process.resumer.resume(presented(victim)));
      await this.#runAll(process.resumer.resume(presented(innocent)));
    }
  }

  /** With both sessions, and an entry that every process has read: a log that nobody has read says nothing of a loss. */
  async #makeStore(): Promise<Store> {
    const store = this.#parts.memoryStore();
    await store.sessions.insert(victim, null, stamp("-"));
    await store.sessions.insert(innocent, null, stamp("-"));
    await store.sessions.replaceClaimsOf("w", {}, stamp("first"));
    return store;
  }

  async #runAll(work: Promise<unknown> | undefined): Promise<void> {
    const progress = { done: work === undefined };
    void work?.then(() => {
      progress.done = true;
    });
    while (!progress.done) {
      await settled();
      const [choice] = this.#network.choices(false);
      if (choice !== undefined) await this.#network.take(choice);
    }
  }

  choices(): readonly string[] {
    const { checks, syncs, failures, moves, jumps, losses } = this.#left;
    const choices = [...this.#network.choices(failures > 0)];
    for (const { name } of this.#processes) {
      if (checks > 0) choices.push(`check ${name}`);
      if (syncs > 0) choices.push(`sync ${name}`);
      if (jumps > 0) choices.push(`back ${name}`, `forward ${name}`);
    }
    if (this.#revokedAt === null) choices.push(this.#act);
    if (losses > 0 && this.#isKnownSomewhere) choices.push("lose");
    if (moves > 0) for (const step of this.#steps) choices.push(`pass ${step}`);
    return choices;
  }

  /** What the store lost before any process had read it, nobody can give back: that is not promised. */
  get #isKnownSomewhere(): boolean {
    return this.#processes.some(
      ({ log }) => log.followers[0]?.view.entries.some(({ id }) => id === "r") ?? false,
    );
  }

  async take(choice: string): Promise<void> {
    if (!(await this.#network.take(choice))) await this.#takeOwn(choice);
    await settled();
  }

  async #takeOwn(choice: string): Promise<void> {
    const [act = "", subject = ""] = choice.split(" ");
    const process = this.#processes.find(({ name }) => name === subject);
    switch (act) {
      case "check":
        this.#left.checks -= 1;
        if (process !== undefined) this.#check(process);
        return;
      case "sync":
        this.#left.syncs -= 1;
        process?.log.followers[0]?.sync().catch(() => undefined);
        return;
      case "back":
      case "forward":
        this.#left.jumps -= 1;
        process?.clock.setWallClock(process.clock.now() + (act === "back" ? -hour : hour));
        return;
      case "pass":
        this.#left.moves -= 1;
        this.#now += Number(subject);
        for (const { clock } of this.#processes) clock.advance(Number(subject));
        return;
      case "revoke":
        await this.#revoke();
        return;
      case "change":
        await this.#store.sessions.replaceClaims(victim.id, { role: "new" }, stamp("r"));
        this.#revokedAt = this.#now;
        return;
      case "lose":
        this.#left.losses -= 1;
        await this.#lose();
        return;
      default:
        throw new RangeError(`no such choice: ${choice}`);
    }
  }

  async #revoke(): Promise<void> {
    const verdict = await this.#store.revocation.revoke(
      { scope: "session", id: victim.id, reason: "signed_out" },
      { ...stamp("r"), watermarkUntil: victim.purgeAt },
    );
    if (verdict.outcome !== "revoked") throw new Error("the revocation did not happen");
    this.#revokedAt = this.#now;
  }

  /** Another store, as it was before the revocation, under the same connections. */
  async #lose(): Promise<void> {
    this.#store = await this.#makeStore();
  }

  #check(process: Process): void {
    process.pending += 1;
    this.#judge(process, victim, (record) => {
      process.pending -= 1;
      if (record === "unknown") return;
      // As it was before: alive where it was revoked, with the old claims where they changed.
      const isOld = record !== null && record.claims["role"] === undefined;
      const isLate = this.#revokedAt !== null && this.#now > this.#revokedAt + leaseMs;
      if (isOld && isLate) this.#violation ??= `${process.name} accepts at ${this.#now} ms`;
      if (isOld && process.refusedOnce)
        this.#violation ??= `${process.name} accepts what it had refused`;
      const mustLive = this.#revokedAt === null || this.#act === "change";
      if (record === null && mustLive) this.#violation ??= `${process.name} refuses a live session`;
      if (!isOld) process.refusedOnce = true;
    });
    if (!this.#watchesInnocent) return;
    this.#judge(process, innocent, (record) => {
      if (record === null) this.#violation ??= `${process.name} refuses an innocent session`;
    });
  }

  /** Tells the session as the process sees it: null when it has ended, "unknown" when the store cannot be asked. */
  #judge(
    process: Process,
    session: SessionRecord,
    tell: (record: SessionRecord | null | "unknown") => void,
  ): void {
    const { cache, resumer } = process;
    const tokens: PresentedTokens = [cache.get(`t-${session.id}`) ?? presented(session)[0]];
    const told = (verdict: ResumeVerdict): void =>
      tell(verdict.outcome === "resumed" ? verdict.resumed.record : null);
    const known = resumer.resumeKnown(tokens);
    if (known === null) resumer.resume(tokens).then(told, () => tell("unknown"));
    else told(known);
  }

  violation(): string | null {
    return this.#violation;
  }

  key(): string {
    const processes = this.#processes.map(({ clock, log, cache, refusedOnce, pending }) => {
      const follower = log.followers[0];
      const known = cache.get(`t-${victim.id}`);
      return [
        clock.now() - clock.monotonic(),
        Math.min(follower?.lease.ageMs ?? 0, 3 * leaseMs),
        follower?.head,
        follower?.view.entries.length,
        follower?.isSyncing,
        known === undefined
          ? "-"
          : `${known.position}/${known.judgedVersion}/${known.resumed === null}`,
        known === undefined ? 0 : Math.min(clock.monotonic() - known.sent.monotonic, 61_000),
        refusedOnce,
        pending,
      ].join(",");
    });
    const since = this.#revokedAt === null ? "-" : this.#now - this.#revokedAt;
    return [...processes, JSON.stringify(this.#left), since, this.#network.key()].join("|");
  }

  #makeProcess(name: string): Process {
    const { parts } = { parts: this.#parts };
    const clock = new FakeClock();
    const events = parts.createEventHub();
    const time = new parts.StoreTime(clock);
    const config = parts.resolveRevocationOptions({ lease: leaseMs });
    let drawn = 0;
    const random = (length: number): Uint8Array => new Uint8Array(length).fill((drawn += 1));
    const revocation = this.#network.connect(name, () => this.#store.revocation, [
      "sync",
      "restore",
    ]);
    const sessions = this.#network.connect(name, () => this.#store.sessions, ["find"]);
    const log = new parts.RevocationLog({
      store: { ...this.#store.revocation, ...revocation },
      partitions: 1,
      clock,
      time,
      config,
      random,
      events,
    });
    const cache = parts.createSessionCache(10);
    log.onReset(() => cache.clear());
    const resumer = parts.createSessionResumer({
      store: sessions,
      config: parts.resolveSessionOptions({ idle: "400d", absolute: "400d" }),
      revocation: config,
      log,
      cache,
      tagKeys: [] as KeyObject[],
      clock,
      time,
      touches: { note: (session) => session, flush: async () => undefined },
    });
    return { name, clock, log, resumer, cache, refusedOnce: false, pending: 0 };
  }
}

function stamp(entryId: string): Stamp {
  return { entryId, now: victim.createdAt, keepForMs: hour };
}

/** Promises settle between choices, and nothing else does. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 16; turn += 1) await Promise.resolve();
}

function presented(session: SessionRecord): readonly [PresentedSessionToken] {
  const { id: sessionId, secretHash } = session;
  return [{ token: `t-${sessionId}`, sessionId, secretHash }];
}
