import type { Store } from "../../../src/core/ports.ts";
import type { SyncAnswer } from "../../../src/core/revocation/revocation-store.ts";
import type { PresentedTokens } from "../../../src/core/sessions/resume.ts";
import { epoch, hour, settledSessions, type WorldBounds } from "./bounds.ts";
import type { Step, World } from "./explorer.ts";
import { Network, type Arrival } from "./network.ts";
import { Oracle } from "./oracle.ts";
import type { EngineParts } from "./parts.ts";
import { makeProcess, stateOf, type Process } from "./process.ts";
import { beginAct, check, bindConnection, closesInTime, hint, type Scene } from "./deeds.ts";
import { makeWatchedStore } from "./watched-store.ts";

/**
 * Several processes with the real follower, view, lease, cache, resumer, sessions and directory, and a real store in memory.
 * The network and the clocks are the explorer's.
 */
export async function makeWorld(parts: EngineParts, bounds: WorldBounds): Promise<World> {
  const world = new RevocationWorld(parts, bounds);
  await world.begin();
  return world;
}

type Counted = "moves" | "sleeps" | "freezes" | "failures" | "losses" | "purges";

class RevocationWorld implements World {
  readonly #parts: EngineParts;
  readonly #bounds: WorldBounds;
  readonly #scene: Scene;
  readonly #network: Network;
  readonly #processes: readonly Process[] = [];
  readonly #left: Record<Counted, number>;
  /** What the store was told to write, one after another: the same writes make the same store. */
  #written: string[] = [];
  #store: Pick<Store, "sessions" | "revocation"> | null = null;
  #now = 0;

  constructor(parts: EngineParts, bounds: WorldBounds) {
    this.#parts = parts;
    this.#bounds = bounds;
    const { moves, sleeps, freezes, failures, losses, purges } = bounds;
    this.#left = { moves, sleeps, freezes, failures, losses, purges };
    this.#network = new Network({
      now: () => this.#now,
      failure: () => new parts.AuthError("store_unavailable"),
      promptly: new Set(bounds.slowActs ? [] : ["revoke", "replaceClaimsOf"]),
    });
    this.#scene = {
      bounds,
      oracle: new Oracle(),
      now: () => this.#now,
      tokens: new Map(
        Object.entries(settledSessions).map(([name, { id: sessionId, secretHash }]) => [
          name,
          [{ token: `t-${sessionId}`, sessionId, secretHash }] as PresentedTokens,
        ]),
      ),
      acts: new Map(bounds.acts.map((act) => [`${act.does} P${act.by}`, act])),
    };
  }

  async begin(): Promise<void> {
    this.#store = await this.#makeStore();
    const processes = Array.from({ length: this.#bounds.processes }, (_, index) =>
      makeProcess(this.#parts, {
        number: index + 1,
        network: this.#network,
        store: () => this.#connected,
        bounds: this.#bounds,
      }),
    );
    (this.#processes as Process[]).push(...processes);
    this.#network.isDirect = this.#bounds.warm !== false;
    for (const process of processes) process.log.start();
    await settled();
    if (this.#bounds.warm === true) {
      for (const process of processes) {
        for (const name of this.#bounds.watch) check(this.#scene, process, name);
      }
      await settled();
    }
    this.#network.isDirect = false;
  }

  get #connected(): Pick<Store, "sessions" | "revocation"> {
    if (this.#store === null) throw new Error("there is no store yet");
    return this.#store;
  }

  #makeStore(): Promise<Pick<Store, "sessions" | "revocation">> {
    return makeWatchedStore(
      this.#parts,
      this.#scene.oracle,
      () => this.#now,
      (what) => {
        this.#written.push(`${what}@${this.#now}`);
      },
    );
  }

  steps(): readonly Step[] {
    const steps = this.#network.steps(this.#left.failures > 0);
    for (const process of this.#processes) this.#addOwnSteps(process, steps);
    for (const name of this.#scene.acts.keys()) {
      steps.push({ name, owner: name.slice(name.indexOf(" ") + 1), reach: "write" });
    }
    const { moves, sleeps, freezes, losses, purges } = this.#left;
    for (const step of moves > 0 ? this.#bounds.steps : []) {
      steps.push(ofAll(`pass ${step}`));
      for (const { name } of this.#processes) {
        if (sleeps > 0) steps.push(ofAll(`sleep ${step} ${name}`));
        if (freezes > 0) steps.push(ofAll(`freeze ${step} ${name}`));
      }
    }
    if (losses > 0 && this.#knowers.size > 0) steps.push(ofAll("lose"));
    if (purges > 0 && this.#now > hour) steps.push(ofAll("purge"));
    return steps;
  }

  #addOwnSteps({ name: owner, left, clock, connections }: Process, steps: Step[]): void {
    const own = (name: string): void => void steps.push({ name, owner, reach: "process" });
    if (left.checks > 0) {
      for (const watched of this.#bounds.watch) {
        if (this.#scene.tokens.has(watched)) own(`check ${owner} ${watched}`);
      }
    }
    if (left.polls > 0 && clock.has(false)) own(`poll ${owner}`);
    if (clock.has(true) && left.polls > 0) own(`look ${owner}`);
    // Reads that something was written, so that it does not stand for before.
    if (left.hints > 0 && this.#written.length > 0) own(`hint ${owner}`);
    if (left.jumps > 0) for (const way of ["back", "forward"]) own(`${way} ${owner}`);
    if (left.bindings > connections.length) own(`bind ${owner}`);
  }

  async take(step: string): Promise<void> {
    const arrival = await this.#network.take(step);
    const [act = "", ...words] = step.split(" ");
    const owner = /P\d/.exec(step)?.[0];
    const process = this.#processes.find(({ name }) => name === owner);
    const sinceRead = process?.synced;
    if (typeof arrival === "object" && process !== undefined) noteArrival(process, arrival);
    if (arrival === false) await this.#takeOwn(act, words, step, process);
    await settled();
    const isFromSync = typeof arrival === "object" && arrival.name === "sync";
    if (isFromSync && process !== undefined) {
      if (process.synced !== sinceRead && arrival.sentAt >= process.thawedAt)
        process.isFrozen = false;
      closesInTime(this.#scene, process, process.synced.sentAt);
      if (arrival.answered !== null) this.#gaveBack(process, arrival.sentAt);
    }
  }

  /** Who has synced with a store that lost what this process knows, gives it back. */
  #gaveBack({ name, log }: Process, sentAt: number): void {
    const known = log.followers[0]?.view.entries ?? [];
    const isMissing = known.some(({ id }) => this.#scene.oracle.isMissing(id, sentAt));
    if (isMissing && !this.#network.hasSent(name, "restore")) {
      this.#scene.oracle.blame(`${name} keeps to itself what the store has lost`);
    }
  }

  async #takeOwn(
    act: string,
    words: readonly string[],
    step: string,
    process: Process | undefined,
  ): Promise<void> {
    if (act === "pass" || act === "sleep" || act === "freeze") {
      this.#pass(Number(words[0]), act, process);
      return;
    }
    if (act === "lose") {
      this.#left.losses -= 1;
      // A failover takes time, if only a little: places in the log are told by it.
      this.#advance(1, () => true);
      this.#scene.oracle.lost(this.#knowers, this.#now);
      this.#written = [`lost@${this.#now}`];
      this.#store = await this.#makeStore();
      return;
    }
    if (act === "purge") {
      this.#left.purges -= 1;
      await this.#connected.revocation.purge(epoch + this.#now);
      return;
    }
    if (process === undefined) throw new RangeError(`no such step: ${step}`);
    this.#takeOf(process, act, words, step);
  }

  #takeOf(process: Process, act: string, words: readonly string[], step: string): void {
    const { left, clock } = process;
    switch (act) {
      case "check":
        left.checks -= 1;
        return check(this.#scene, process, words[1] as "victim");
      case "poll":
      case "look":
        left.polls -= 1;
        return clock.ring(act === "look");
      case "hint":
        left.hints -= 1;
        return hint(process);
      case "back":
      case "forward":
        left.jumps -= 1;
        return clock.setBy(act === "back" ? -hour : hour);
      case "bind":
        return bindConnection(this.#scene, process);
      default:
        return beginAct(this.#scene, process, step);
    }
  }

  /** Time passes for all, but for the process that sleeps or is frozen. */
  #pass(ms: number, how: "pass" | "sleep" | "freeze", asleep: Process | undefined): void {
    this.#left.moves -= 1;
    if (how === "sleep") this.#left.sleeps -= 1;
    if (how === "freeze") this.#left.freezes -= 1;
    this.#advance(ms, (process) => process !== asleep, how === "sleep");
    if (how !== "freeze" || asleep === undefined) return;
    asleep.isFrozen = true;
    asleep.thawedAt = this.#now;
  }

  #advance(ms: number, isAwake: (process: Process) => boolean, wallRuns = false): void {
    this.#now += ms;
    for (const process of this.#processes) {
      const monotonic = isAwake(process);
      process.clock.pass(ms, { monotonic, wall: monotonic || wallRuns });
    }
  }

  /** Who knows of what would be lost; nobody, if there is nothing that somebody ended. */
  get #knowers(): ReadonlySet<string> {
    const ended = this.#scene.oracle.endings;
    if (ended.length === 0) return new Set();
    const knows = ({ hasRead, log }: Process): boolean =>
      ended.every(
        (id) =>
          hasRead.has(id) ||
          (this.#bounds.losesUnread &&
            log.followers[0]?.view.entries.some((each) => each.id === id)),
      );
    return new Set(this.#processes.filter(knows).map(({ name }) => name));
  }

  violation = (): string | null => this.#scene.oracle.violation;

  key(): ReturnType<World["key"]> {
    const tokens = [...this.#scene.tokens.values()].flat();
    const isActive = (name: string): boolean =>
      this.#bounds.acts.some(({ by }) => name === `P${by}`);
    const told = this.#processes.map((process) => {
      const { name } = process;
      const knew = this.#scene.oracle.knewOfLost(name);
      const text = `${stateOf(process, tokens)} ${knew} ${this.#network.keyOf(name)}`;
      return {
        name,
        isActive: isActive(name),
        text: text.replaceAll(name, "me").replaceAll(process.id, "me"),
      };
    });
    // Processes that only look on differ in their names only, unless somebody waits for each by its id.
    const mayExchange = this.#bounds.acts.every((act) => !("propagated" in act));
    const onlookers = told.filter((each) => mayExchange && !each.isActive);
    onlookers.sort((a, b) => (a.text < b.text ? -1 : 1));
    const order = [...told.filter((each) => !onlookers.includes(each)), ...onlookers];
    const newNames = new Map(order.map(({ name }, index) => [name, `Q${index}`]));
    const text = [
      ...order.map((each) => each.text),
      Object.values(this.#left).join(),
      this.#now,
      [...this.#scene.acts.keys()].join(),
      this.#scene.oracle.key(),
      this.#written.join(),
    ].join("|");
    return { text, newNames };
  }
}

function ofAll(name: string): Step {
  return { name, owner: null, reach: "world" };
}

/** What the process learns of the log by an answer, and what it is in the middle of by any. */
function noteArrival(process: Process, { name, sentAt, answered }: Arrival): void {
  const text = name === "processes" ? answered?.text : answered === null ? "failed" : "";
  for (const operation of process.operations) operation.arrivals += `${name}${text} `;
  if (name !== "sync" || answered === null) return;
  const { outcome, entries, storeNow } = answered.answer as SyncAnswer;
  for (const { id } of entries) process.hasRead.add(id);
  const last = entries.at(-1);
  const kept = outcome === "next" ? process.synced.cursor : "-";
  const cursor = last === undefined ? kept : `${last.seq}${last.id}`;
  process.synced = { sentAt, cursor, text: String(storeNow) };
}

/** Promises settle between steps, and nothing else does. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 24; turn += 1) await Promise.resolve();
}
