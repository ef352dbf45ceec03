import { createSecretKey, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import { firstLineage } from "../../../src/core/refresh-tokens/lineage.ts";
import {
  issueRefreshToken,
  parseRefreshToken,
  type RefreshKey,
} from "../../../src/core/refresh-tokens/refresh-token.ts";
import { refresh, type Refreshed } from "../../../src/core/refresh-tokens/refresh.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { InMemoryLineages, type LineageRow } from "../../support/in-memory-lineages.ts";

export const raceWindowMs = 30_000;

/** What a request for a refresh is answered. */
export type Answer =
  | { readonly outcome: "refreshed"; readonly refreshToken: string | null }
  | { readonly outcome: "ended"; readonly reused: boolean };

/** A number from 0 to 1 exclusive, from a seed: the same seed, the same numbers (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Several processes with one store of lineages, whose calls take more or less long, and the keys of all. */
export class Fleet {
  readonly clock: FakeClock = new FakeClock();
  readonly store: InMemoryLineages;
  readonly #random: () => number;
  readonly #ring = new Map<string, KeyObject>();
  readonly #processes: readonly FakeClock[];
  #key: RefreshKey;

  constructor(processes: number, random: () => number) {
    this.#random = random;
    this.store = new InMemoryLineages(() => this.#pause());
    // Their clocks differ by as much as store time lets them.
    this.#processes = Array.from(
      { length: processes },
      (_, index) => new FakeClock(this.clock.now() + 50 * index),
    );
    this.#key = this.rotateKey();
  }

  /** From now on another key signs; the old ones stay in the ring. */
  rotateKey(): RefreshKey {
    const id = this.#bytes(4).toString("base64url");
    this.#key = { id, key: createSecretKey(this.#bytes(32)) };
    this.#ring.set(id, this.#key.key);
    return this.#key;
  }

  /** Starts a session; answers its first token. */
  signIn(): string {
    const sessionId = this.#bytes(16).toString("base64url");
    const { refreshToken, hash } = this.#issue(sessionId, 0, null, this.clock.now());
    this.store.insert(sessionId, firstLineage(hash, this.clock.now()));
    return refreshToken;
  }

  /** Refreshes through any of the processes. */
  async refresh(refreshToken: string): Promise<Answer> {
    const process = this.#processes[Math.floor(this.#random() * this.#processes.length)];
    const token = parseRefreshToken(refreshToken, (id) => this.#ring.get(id) ?? null);
    if (process === undefined || token?.authenticity !== "authentic")
      throw new Error("every key is in the ring");
    const deps = { store: this.store, clock: process, time: process };
    const refreshed: Refreshed<LineageRow> = await refresh(token, {
      ...deps,
      raceWindowMs,
      answerWithinMs: 2_000,
    });
    if (refreshed.outcome === "undecidable") throw new Error("every key is in the ring");
    if (refreshed.outcome === "ended") return refreshed;
    const { child } = refreshed;
    if (child === null) return { outcome: "refreshed", refreshToken: null };
    const { sessionId } = token;
    const issued = this.#issue(sessionId, child.generation, child.parent, process.now());
    return { outcome: "refreshed", refreshToken: issued.refreshToken };
  }

  /** Lets time pass, for the store and all processes. */
  advance(ms: number): void {
    for (const clock of [this.clock, ...this.#processes]) clock.advance(ms);
  }

  #issue(
    sessionId: string,
    generation: number,
    parent: Parameters<typeof issueRefreshToken>[0]["parent"],
    issuedAt: number,
  ): ReturnType<typeof issueRefreshToken> {
    const random = (length: number): Uint8Array => this.#bytes(length);
    return issueRefreshToken({ sessionId, generation, parent, issuedAt, key: this.#key, random });
  }

  async #pause(): Promise<void> {
    for (let turns = Math.floor(this.#random() * 6); turns > 0; turns -= 1) await Promise.resolve();
  }

  #bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += 4) bytes.writeUInt32BE(this.#random() * 2 ** 32, at);
    return bytes;
  }
}
