import type { Lineage } from "../../../src/core/refresh-tokens/lineage.ts";
import type {
  PresentedRefreshToken,
  RefreshHash,
} from "../../../src/core/refresh-tokens/refresh-token.ts";

/** A token as the judge sees it, without the cryptography: its hash is a number, its name is for people. */
export interface ModelToken extends PresentedRefreshToken {
  readonly name: string;
}

const hashes: RefreshHash[] = [];

/** The hash that stands for a number; always the same object. */
export function hashOf(number: number): RefreshHash {
  let hash = hashes[number];
  if (hash === undefined) {
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(0, number);
    hash = bytes as RefreshHash;
    hashes[number] = hash;
  }
  return hash;
}

/** A token that says what it is told to; `P`, `C1`, `D4` by its generation and its number. */
export function modelToken(
  number: number,
  generation: number,
  parent: RefreshHash | null,
  issuedAt: number,
): ModelToken {
  const letter = String.fromCharCode(generation === 0 ? 80 : 66 + (generation % 26));
  return {
    name: generation === 0 ? letter : `${letter}${number}`,
    sessionId: "",
    generation,
    issuedAt,
    hash: hashOf(number),
    parent,
    authenticity: "authentic",
  };
}

/**
 * Writes states down so that those with one future read alike: hashes are numbered in the order in which they are
 * met, generations count from the lineage's, times are ages, and what is older than matters is as old as matters.
 */
export class Canon {
  readonly #numbers = new Map<RefreshHash, number>();
  readonly #lineage: Lineage;
  readonly #now: number;
  readonly #oldest: number;

  constructor(lineage: Lineage, now: number, raceWindow: number) {
    this.#lineage = lineage;
    this.#now = now;
    this.#oldest = 3 * raceWindow + 1;
  }

  hash(hash: RefreshHash | null): string {
    if (hash === null) return "-";
    let number = this.#numbers.get(hash);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(hash, number);
    }
    return String(number);
  }

  age(at: number): number {
    return Math.min(this.#now - at, this.#oldest);
  }

  token(token: ModelToken): string {
    return `${this.hash(token.hash)}${this.hash(token.parent)}.${this.facts(token)}`;
  }

  lineage(lineage: Lineage): string {
    const { current, previous, displaced } = lineage;
    return `${this.hash(current)}${this.hash(previous)}${this.hash(displaced)}.${this.#generation(lineage.generation)}.${this.age(lineage.promotedAt)}${lineage.recovered ? "r" : ""}`;
  }

  /** What can be said of a token without numbering it: for an order that does not depend on numbers. */
  kind(token: ModelToken): string {
    const { current, previous, displaced } = this.#lineage;
    const known = [current, previous, displaced];
    return `${known.indexOf(token.hash)}${known.indexOf(token.parent)}.${this.facts(token)}`;
  }

  facts(token: ModelToken): string {
    return `${this.#generation(token.generation)}.${this.age(token.issuedAt)}`;
  }

  /** A failover goes back three generations at most, so what is older stays behind the record whatever happens. */
  #generation(generation: number): number {
    return Math.max(generation - this.#lineage.generation, -3);
  }
}
