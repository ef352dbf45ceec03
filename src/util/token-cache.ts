interface Entry {
  readonly token: string;
}

/** Characters enough to tell tokens apart: they end in random bits of a secret, or in a signature. */
const placeLength = 6;

/**
 * What is remembered of tokens, bounded: two generations, of which the older is dropped whole when the younger is full, so that
 * what was not used for longest goes first, roughly. A token is looked up among those with the same last characters, because
 * a `Map` would hash it from end to end, and look at two places more in memory. Then it is compared as a whole, so that
 * no other one is ever taken for it.
 */
export class TokenCache<Value extends Entry> {
  readonly #half: number;
  /** Secret, so that nobody can collect tokens that crowd one corner. Drawn when needed: some platforms have no chance before. */
  #seed = 0;
  #young = new Generation<Value>(this.#seed);
  #old = new Generation<Value>(this.#seed);

  /** @param size the most tokens that it holds; 0 holds none */
  constructor(size: number) {
    this.#half = Math.ceil(size / 2);
  }

  get(token: string): Value | undefined {
    const place = placeOf(token, this.#seed);
    const value = this.#young.get(token, place);
    if (value !== undefined) return value;
    const old = this.#old.get(token, place);
    if (old !== undefined) this.set(old);
    return old;
  }

  set(value: Value): void {
    if (this.#half === 0) return;
    if (this.#seed === 0) this.#plant();
    const place = placeOf(value.token, this.#seed);
    if (this.#young.size >= this.#half && this.#young.get(value.token, place) === undefined) {
      this.#old = this.#young;
      this.#young = new Generation(this.#seed);
    }
    this.#young.set(value, place);
  }

  clear(): void {
    this.#young = new Generation(this.#seed);
    this.#old = new Generation(this.#seed);
  }

  #plant(): void {
    const [drawn = 0] = crypto.getRandomValues(new Int32Array(1));
    this.#seed = drawn | 1;
    this.clear();
  }

  /** How many it holds. One that has come back from the older generation counts twice, until that goes. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}

/** The last characters as a number of 32 bits. */
function placeOf(token: string, seed: number): number {
  let place = seed;
  for (let at = token.length - placeLength; at < token.length; at += 1) {
    place = Math.imul(place ^ token.charCodeAt(at), 0x01000193);
  }
  return place ^ (place >>> 15);
}

const leastSlots = 64;
/** So many slots for each value that hardly any is not at its place. */
const slotsPerValue = 4;

/** A hash table with linear probing, from which nothing is taken out. */
class Generation<Value extends Entry> {
  readonly #seed: number;
  #slots: (Value | undefined)[] = emptySlots(leastSlots);
  #size = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  get(token: string, place: number): Value | undefined {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = place & mask;
    let value = slots[at];
    while (value !== undefined && value.token !== token) {
      at = (at + 1) & mask;
      value = slots[at];
    }
    return value;
  }

  /** Adds the value, or puts it in the place of the one with its token. */
  set(value: Value, place: number): void {
    if (this.#size * slotsPerValue >= this.#slots.length) this.#grow();
    if (this.#put(value, place)) this.#size += 1;
  }

  /** Answers whether its token was new. */
  #put(value: Value, place: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = place & mask;
    for (let there = slots[at]; there !== undefined; there = slots[at]) {
      if (there.token === value.token) break;
      at = (at + 1) & mask;
    }
    const isNew = slots[at] === undefined;
    slots[at] = value;
    return isNew;
  }

  #grow(): void {
    const values = this.#slots;
    this.#slots = emptySlots(2 * values.length);
    for (const value of values) {
      if (value !== undefined) this.#put(value, placeOf(value.token, this.#seed));
    }
  }
}

function emptySlots(count: number): undefined[] {
  return Array.from({ length: count }, () => undefined);
}
