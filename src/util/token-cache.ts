import { LruMap } from "./lru.ts";

/** Enough characters of a token to tell it from others: 132 bits of its secret or its signature. */
const placeLength = 22;

/**
 * What is remembered of tokens, bounded as an `LruMap` is. They are found by their last characters, because a map hashes a
 * text from end to end; then the whole token is compared, so that no other one is ever taken for it.
 */
export class TokenCache<Value extends { readonly token: string }> {
  readonly #byPlace: LruMap<Value>;

  /** @param size the most tokens that it holds; 0 holds none */
  constructor(size: number) {
    this.#byPlace = new LruMap(size);
  }

  get(token: string): Value | undefined {
    const value = this.#byPlace.get(token.slice(-placeLength));
    return value !== undefined && value.token === token ? value : undefined;
  }

  set(value: Value): void {
    this.#byPlace.set(value.token.slice(-placeLength), value);
  }

  clear(): void {
    this.#byPlace.clear();
  }

  get size(): number {
    return this.#byPlace.size;
  }
}
