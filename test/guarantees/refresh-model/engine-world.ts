import { createSecretKey } from "node:crypto";
import { AuthError } from "../../../src/core/errors.ts";
import { firstLineage, type Lineage } from "../../../src/core/refresh-tokens/lineage.ts";
import { parseLineage } from "../../../src/core/refresh-tokens/lineage-text.ts";
import type { RefreshResult } from "../../../src/core/refresh-tokens/refresher.ts";
import type { IssuedRefreshToken } from "../../../src/core/refresh-tokens/refresh-token.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import type { Step, World } from "../model/explorer.ts";
import { Network } from "../model/network.ts";
import { engineProcess } from "./engine-process.ts";
import { keepSession, mint, sessionId } from "./session-row.ts";
import { hashOf } from "./tokens.ts";

const answerWithinMs = 2_000;
const stranger = { id: "BBBBBA", key: createSecretKey(new Uint8Array(32).fill(2)) };

const currentFacts = { generation: 1, parent: hashOf(7), issuedAt: 0, number: 1 };
export const current: IssuedRefreshToken = mint(currentFacts);
const childFacts = { generation: 2, parent: current.hash, issuedAt: 0 };
/** Two ripe children of the current token, and what nobody has issued, though it says that it is one. */
export const ripe: IssuedRefreshToken = mint({ ...childFacts, number: 2 });
export const sibling: IssuedRefreshToken = mint({ ...childFacts, number: 3 });
export const forged: readonly IssuedRefreshToken[] = [
  mint({ ...childFacts, number: 4 }, stranger),
  mint({ ...childFacts, number: 5 }, { ...stranger, id: "AAAAAA" }),
  mint({ ...childFacts, generation: 9, number: 6 }, stranger),
];

export interface EngineWorldBounds {
  /** What is presented, each to a process of its own, at any time. */
  readonly presented: readonly IssuedRefreshToken[];
  readonly failures: number;
  readonly stalls: number;
  /** A store that does not compare before it promotes, which must be noticed. */
  readonly forgetful?: boolean;
}

interface Presenting {
  readonly token: IssuedRefreshToken;
  presentedAt: number;
  outcome: string;
  /** The lineages that there were while it refreshed. */
  readonly seen: Set<Lineage>;
}

/** The engine's refresher in several processes, over the memory store. The network and the clock are the explorer's. */
export async function makeEngineWorld(bounds: EngineWorldBounds): Promise<World> {
  const memory = memoryStore();
  const { sessions } = memory;
  const promote: typeof sessions.promote = async (id, promotion) => {
    const row = await sessions.find(id);
    return sessions.promote(id, { ...promotion, from: row?.lineage ?? "" });
  };
  const store = bounds.forgetful ? { ...memory, sessions: { ...sessions, promote } } : memory;
  const clock = new FakeClock();
  const first = { ...firstLineage(current.hash, 0), previous: hashOf(7), generation: 1 };
  await keepSession(store, first, clock.now());
  return new EngineWorld(store, clock, first, bounds);
}

class EngineWorld implements World {
  readonly #clock: FakeClock;
  readonly #store: ReturnType<typeof memoryStore>;
  readonly #network: Network;
  readonly #presentings: readonly Presenting[];
  readonly #left: { failures: number; stalls: number };
  #lineage: Lineage | null;
  #writes = 0;
  #violation: string | null = null;

  constructor(
    store: ReturnType<typeof memoryStore>,
    clock: FakeClock,
    first: Lineage,
    { presented, failures, stalls }: EngineWorldBounds,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#lineage = first;
    const failure = (): AuthError => new AuthError("store_unavailable");
    this.#network = new Network({ now: () => clock.now(), failure, promptly: new Set() });
    this.#network.isDirect = false;
    this.#presentings = presented.map((token) => {
      return { token, presentedAt: 0, outcome: "", seen: new Set() };
    });
    this.#left = { failures, stalls };
  }

  steps(): readonly Step[] {
    const names = this.#network.steps(this.#left.failures > 0).map(({ name }) => name);
    for (const [index, { outcome }] of this.#presentings.entries())
      if (outcome === "") names.push(`present ${index}`);
    if (this.#left.stalls > 0) names.push("stall");
    return names.map((name) => ({ name, owner: null, reach: "world" }));
  }

  async take(choice: string): Promise<void> {
    const [act, index] = choice.split(" ");
    const presenting = this.#presentings[Number(index)];
    if (act === "present" && presenting !== undefined) this.#present(presenting, Number(index));
    else if (act === "stall") {
      this.#left.stalls -= 1;
      this.#clock.advance(answerWithinMs + 1);
    } else {
      if (act === "fail") this.#left.failures -= 1;
      await this.#network.take(choice);
    }
    await new Promise((resolve) => setImmediate(resolve));
    await this.#look();
  }

  async #look(): Promise<void> {
    const row = await this.#store.sessions.find(sessionId);
    const text = row?.lineage ?? null;
    const lineage = text === null ? null : parseLineage(text);
    if (JSON.stringify(lineage) !== JSON.stringify(this.#lineage)) {
      this.#lineage = lineage;
      this.#writes += 1;
    }
    for (const { outcome, seen } of this.#presentings)
      if (outcome === "refreshing" && this.#lineage !== null) seen.add(this.#lineage);
    if (row === null) this.#violation = "an honest session has ended";
    else if (this.#writes > 1) this.#violation = "two promotions";
    else if (this.#writes > 0 && this.#presentings.every(({ token }) => forged.includes(token)))
      this.#violation = "what nobody has issued has changed something";
  }

  #present(presenting: Presenting, index: number): void {
    presenting.outcome = "refreshing";
    presenting.presentedAt = this.#clock.now();
    const { sessions, revocation } = this.#store;
    const known = (): string => String(this.#clock.now());
    const connect = <Slice extends object>(
      slice: Slice,
      names: readonly (keyof Slice & string)[],
    ) => ({ ...slice, ...this.#network.connect(`P${index}`, () => slice, names, known) });
    const process = engineProcess(
      {
        sessions: connect(sessions, ["find", "promote"]),
        revocation: connect(revocation, ["revoke"]),
      },
      this.#clock,
      index,
    );
    const client = { address: null, canStore: true };
    process.refresh(presenting.token.refreshToken, client).then(
      (result) => this.#finish(presenting, result),
      (error: unknown) => {
        presenting.outcome = error instanceof AuthError ? error.code : String(error);
        if (presenting.outcome !== "store_unavailable") this.#violation = presenting.outcome;
      },
    );
  }

  #finish(presenting: Presenting, result: RefreshResult): void {
    const { token, seen } = presenting;
    const isForged = forged.includes(token);
    if (result.outcome === "refused") {
      presenting.outcome = result.code;
      if (!isForged || result.code !== "invalid_token") this.#violation = result.code;
      return;
    }
    presenting.outcome = result.refreshToken === null ? "access only" : "child";
    if (isForged) this.#violation = "what nobody has issued was served";
    if (result.refreshToken === null) return;
    const lineages = this.#lineage === null ? [] : [...seen, this.#lineage];
    if (!lineages.some(({ current: each }) => Buffer.compare(each, token.hash) === 0))
      this.#violation = "a child of a token that was never current meanwhile";
  }

  key(): ReturnType<World["key"]> {
    const text = JSON.stringify([
      this.#clock.now(),
      this.#left,
      this.#presentings.map((_, index) => this.#network.keyOf(`P${index}`)),
      this.#lineage,
      this.#presentings.map(({ outcome, presentedAt, seen }) => [
        outcome,
        presentedAt,
        [...seen].map((each) => each.current),
      ]),
    ]);
    return { text, newNames: new Map() };
  }

  violation(): string | null {
    return this.#violation;
  }
}
