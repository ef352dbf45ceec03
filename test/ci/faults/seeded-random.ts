/** Numbers by chance that come again with the same seed (mulberry32). */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least: number, below: number): number {
    return least + this.next() * (below - least);
  }

  /** A whole number below `count`. */
  index(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** @throws RangeError when there is nothing to choose */
  choose<T>(things: readonly T[]): T {
    const chosen = things[this.index(things.length)];
    if (chosen === undefined) throw new RangeError("there is nothing to choose");
    return chosen;
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }
}
