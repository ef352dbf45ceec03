import { AuthError } from "../../../src/core/errors.ts";
import { firstLineage, type Lineage } from "../../../src/core/refresh-tokens/lineage.ts";
import { refresh } from "../../../src/core/refresh-tokens/refresh.ts";
import type { RefreshStore } from "../../../src/core/refresh-tokens/refresh-store.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { InMemoryLineages, type LineageRow } from "../../support/in-memory-lineages.ts";
import type { Step, World } from "../model/explorer.ts";
import { Network } from "../model/network.ts";
import { hashOf, modelToken, type ModelToken } from "./tokens.ts";

export interface RefreshWorldBounds {
  /** What is presented, each to a process of its own, at any time. */
  readonly presented: readonly ModelToken[];
  /** How many store calls fail. */
  readonly failures: number;
  /** How often a process stands still until it is too late to answer. */
  readonly stalls: number;
  /** A store that does not compare before it promotes, which must be noticed. */
  readonly forgetful?: boolean;
}

const raceWindowMs = 30_000;
const answerWithinMs = 2_000;

/** The current token of the lineage, two ripe children of it, and one that is not ripe. */
export const current: ModelToken = modelToken(1, 1, hashOf(0), 0);
export const ripe: ModelToken = modelToken(2, 2, current.hash, 0);
export const sibling: ModelToken = modelToken(3, 2, current.hash, 0);

/** The real orchestrator in several processes, and a real store in memory. The network and the clock are the explorer's. */
export function makeRefreshWorld(bounds: RefreshWorldBounds): Promise<World> {
  return Promise.resolve(new RefreshWorld(bounds));
}

interface Process {
  readonly token: ModelToken;
  outcome: string;
  /** The lineages that there were while it refreshed. */
  readonly seen: Set<Lineage>;
}

class RefreshWorld implements World {
  readonly #clock = new FakeClock();
  readonly #store = new InMemoryLineages();
  readonly #network: Network;
  readonly #processes: readonly Process[];
  readonly #left: { failures: number; stalls: number };
  readonly #forgetful: boolean;
  #violation: string | null = null;

  constructor({ presented, failures, stalls, forgetful = false }: RefreshWorldBounds) {
    const previous = hashOf(0);
    this.#store.insert("", { ...firstLineage(current.hash, 0), previous, generation: 1 });
    this.#network = new Network({
      now: () => this.#clock.now(),
      failure: () => new AuthError("store_unavailable"),
      promptly: new Set(),
    });
    this.#network.isDirect = false;
    this.#processes = presented.map((token) => ({ token, outcome: "", seen: new Set() }));
    this.#left = { failures, stalls };
    this.#forgetful = forgetful;
  }

  /** Each may touch all: the worlds are so small that no order is left out. */
  steps(): readonly Step[] {
    const names = this.#network.steps(this.#left.failures > 0).map(({ name }) => name);
    for (const [index, { outcome }] of this.#processes.entries())
      if (outcome === "") names.push(`present ${index}`);
    if (this.#left.stalls > 0) names.push("stall");
    return names.map((name) => ({ name, owner: null, reach: "world" }));
  }

  async take(choice: string): Promise<void> {
    const [act, index] = choice.split(" ");
    const process = this.#processes[Number(index)];
    if (act === "present" && process !== undefined) this.#present(process, Number(index));
    else if (act === "stall") {
      this.#left.stalls -= 1;
      this.#clock.advance(answerWithinMs + 1);
    } else {
      if (act === "fail") this.#left.failures -= 1;
      await this.#network.take(choice);
    }
    await new Promise((resolve) => setImmediate(resolve));
    const lineage = this.#store.rows.get("")?.lineage;
    for (const { outcome, seen } of this.#processes)
      if (outcome === "refreshing" && lineage !== undefined) seen.add(lineage);
    if (this.#store.writes.length > 1) this.#violation = this.#store.writes.join(", then ");
  }

  #present(process: Process, index: number): void {
    process.outcome = "refreshing";
    const names = ["find", "promote", "revokeReused"] as const;
    const store = this.#network.connect<Slice>(
      `P${index}`,
      () => this.#slice(),
      names,
      () => String(this.#clock.now()),
    );
    const deps = { store, clock: this.#clock, time: this.#clock, raceWindowMs, answerWithinMs };
    void refresh(process.token, deps).then(
      (refreshed) => this.#finish(process, refreshed),
      (error: unknown) => {
        process.outcome = error instanceof AuthError ? error.code : String(error);
        if (process.outcome !== "store_unavailable") this.#violation = process.outcome;
      },
    );
  }

  #finish(process: Process, refreshed: Awaited<ReturnType<typeof refresh>>): void {
    process.outcome = refreshed.outcome;
    if (refreshed.outcome !== "refreshed") this.#violation = refreshed.outcome;
    else if (refreshed.child !== null) {
      const { hash } = process.token;
      process.outcome = `child of ${refreshed.child.generation}`;
      const lineage = this.#store.rows.get("")?.lineage;
      const seen = lineage === undefined ? [] : [...process.seen, lineage];
      if (!seen.some((each) => each.current === hash))
        this.#violation = "a child of a token that was never current meanwhile";
    }
  }

  #slice(): Slice {
    if (!this.#forgetful) return this.#store;
    const { rows, writes } = this.#store;
    const promote: RefreshStore["promote"] = (id, _expected, lineage) => {
      rows.set(id, { id, lineage });
      writes.push("promote, whatever there is");
      return Promise.resolve("promoted");
    };
    return {
      find: (id) => this.#store.find(id),
      promote,
      revokeReused: (id, expected) => this.#store.revokeReused(id, expected),
    };
  }

  key(): ReturnType<World["key"]> {
    const text = JSON.stringify([
      this.#clock.now(),
      this.#left,
      this.#processes.map((_, index) => this.#network.keyOf(`P${index}`)),
      [...this.#store.rows.values()],
      this.#processes.map(({ outcome, seen }) => [outcome, [...seen].map((each) => each.current)]),
    ]);
    return { text, newNames: new Map() };
  }

  violation(): string | null {
    return this.#violation;
  }
}

type Slice = RefreshStore & { find(sessionId: string): Promise<LineageRow | null> };
