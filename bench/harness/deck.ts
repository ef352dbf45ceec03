/** Draws the numbers below `size` in a random order, each once before any comes again. */
export class Deck {
  readonly #cards: Uint32Array;
  #next: number;

  constructor(size: number) {
    this.#cards = Uint32Array.from({ length: size }, (_, index) => index);
    this.#next = size;
  }

  draw(): number {
    if (this.#next === this.#cards.length) this.#shuffle();
    return this.#cards[this.#next++] ?? 0;
  }

  #shuffle(): void {
    shuffle(this.#cards);
    this.#next = 0;
  }
}

/** Shuffles in place (Fisher and Yates). */
export function shuffle(cards: { [index: number]: unknown; readonly length: number }): void {
  for (let last = cards.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    const card = cards[last];
    cards[last] = cards[other];
    cards[other] = card;
  }
}
