import { LruMap } from "./lru.ts";

/** Enough characters of a token to tell it from others: 30 bits of its secret or its signature. */
const placeLength = 6;

/**
 * What is remembered of tokens, bounded as an `LruMap` is. They are found by their last characters, because a map hashes a
 * text from end to end; then the whole token is compared, so that no other one is ever taken for it.
 */
export class TokenCache<Value extends { readonly token: string }> {
  readonly #byPlace: LruMap<number, Value>;

  /** @param size the most tokens that it holds; 0 holds none */
  constructor(size: number) {
    this.#byPlace = new LruMap(size);
  }

  get(token: string): Value | undefined {
    const value = this.#byPlace.get(placeOf(token));
    return value !== undefined && value.token === token ? value : undefined;
  }

  set(value: Value): void {
    this.#byPlace.set(placeOf(value.token), value);
  }

  clear(): void {
    this.#byPlace.clear();
  }

  get size(): number {
    return this.#byPlace.size;
  }
}

/** A small integer, for which a map needs no memory besides. */
function placeOf(token: string): number {
  let place = 0;
  for (let at = token.length - placeLength; at < token.length; at += 1) {
    place = (Math.imul(place, 61) + token.charCodeAt(at)) | 0;
  }
  return place;
}
