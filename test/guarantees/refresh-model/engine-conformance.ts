import assert from "node:assert/strict";
import type { Lineage } from "../../../src/core/refresh-tokens/lineage.ts";
import { lineageText, parseLineage } from "../../../src/core/refresh-tokens/lineage-text.ts";
import {
  parseRefreshToken,
  type RefreshHash,
} from "../../../src/core/refresh-tokens/refresh-token.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { engineProcess } from "./engine-process.ts";
import type { Rules } from "./rules.ts";
import { keepSession, mint, sessionId } from "./session-row.ts";
import { Canon, type ModelToken } from "./tokens.ts";

/** A question that was put to rules, and how many milliseconds a tick of it is. */
interface Judgement {
  readonly lineage: Lineage;
  readonly token: ModelToken;
  readonly now: number;
  readonly raceWindow: number;
}

const raceWindowMs = 30_000;
/** Before it, no tick of any world lies. */
const epoch = Date.UTC(2026, 0, 1);

/** Rules that note, once for each that are alike, the questions that they are asked. */
export class Questions {
  readonly #asked = new Map<string, Judgement>();

  noting(rules: Rules): Rules {
    return (lineage, token, now, raceWindow) => {
      const canon = new Canon(lineage, now, raceWindow);
      const key = `${raceWindow} ${canon.lineage(lineage)} ${canon.token(token)}`;
      if (!this.#asked.has(key)) this.#asked.set(key, { lineage, token, now, raceWindow });
      return rules(lineage, token, now, raceWindow);
    };
  }

  get size(): number {
    return this.#asked.size;
  }

  /** Puts each to the engine's refresher over a memory store: it must do what the rules say, to the row too. */
  async putToEngine(rules: Rules): Promise<void> {
    for (const judgement of this.#asked.values()) await putToEngine(judgement, rules);
  }
}

async function putToEngine(judgement: Judgement, rules: Rules): Promise<void> {
  const { lineage, token, now, raceWindow } = judgement;
  const msOf = (tick: number): number => epoch + (tick * raceWindowMs) / raceWindow;
  const { generation } = token;
  const hashes = new Map<RefreshHash, RefreshHash>();
  const hashOf = (hash: RefreshHash | null): RefreshHash | null =>
    hash === null ? null : (hashes.get(hash) ?? standIn(hash));
  const facts = { generation, parent: hashOf(token.parent), issuedAt: msOf(token.issuedAt) };
  const presented = mint({ ...facts, number: 1 });
  hashes.set(token.hash, presented.hash);
  const rowOf = (each: Lineage): Lineage => ({
    ...each,
    current: hashOf(each.current) ?? each.current,
    previous: hashOf(each.previous),
    displaced: hashOf(each.displaced),
    promotedAt: msOf(each.promotedAt),
  });
  const store = memoryStore();
  const clock = new FakeClock(msOf(now));
  await keepSession(store, rowOf(lineage), clock.now());
  const client = { address: null, canStore: true };
  const result = await engineProcess(store, clock).refresh(presented.refreshToken, client);
  const row = await store.sessions.find(sessionId);

  const ruling = rules(lineage, token, now, raceWindow);
  const told = JSON.stringify([ruling.outcome, token.name, lineage, now]);
  if (ruling.outcome === "reuse") {
    assert.deepEqual(result, { outcome: "refused", code: "refresh_token_reused" }, told);
    assert.equal(row, null, told);
    return;
  }
  const expected = ruling.next ?? lineage;
  assert.equal(row?.lineage, lineageText(rowOf(expected)), told);
  assert.ok(result.outcome === "refreshed", told);
  if (ruling.childOf === null) return assert.equal(result.refreshToken, null, told);
  const child = parseRefreshToken(result.refreshToken ?? "", () => null);
  assert.deepEqual(child?.parent, presented.hash, told);
  assert.equal(child.generation, parseLineage(row?.lineage ?? "").generation + 1, told);
}

/** None of these is zeros, which stand for "no parent". */
function standIn(hash: RefreshHash): RefreshHash {
  return hash.map((byte, index) => (index === 15 ? 1 : byte)) as RefreshHash;
}
