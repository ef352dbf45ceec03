import type { Auth } from "symbolon";
import type { FakeClock } from "symbolon/testing";
import type { Fetch } from "symbolon/tokens";

/** What can go wrong on the way, each as a chance from 0 to 1, and how long a way takes at most. */
export interface NetworkFaults {
  readonly loss: number;
  readonly duplicates: number;
  readonly delayMs: number;
}

const noFaults: NetworkFaults = { loss: 0, duplicates: 0, delayMs: 0 };

/** The same numbers for the same seed, from 0 up to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * The way of one service to its issuers, any of which may answer. Requests and answers are lost, late, in any order, and
 * served twice; all in the time of a fake clock.
 */
export class FakeLink {
  faults: NetworkFaults = noFaults;
  /** While set, nothing arrives on either side, and nobody is told. */
  isCut = false;
  /** While set, nobody listens at the other end. */
  isRefused = false;
  /** Who may answer. */
  issuers: readonly Auth[];
  /** What was asked, as `POST 250`: the method, and how long the answer was to wait. */
  readonly asked: string[] = [];
  readonly #clock: FakeClock;
  readonly #random: () => number;

  constructor(clock: FakeClock, issuers: readonly Auth[], random: () => number = seededRandom(1)) {
    this.#clock = clock;
    this.issuers = issuers;
    this.#random = random;
  }

  readonly fetch: Fetch = (url, init) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const { signal = null, ...request } = init;
    signal?.addEventListener("abort", () => reject(new Error("aborted")));
    const { waitMs = "" } = JSON.parse((init.body as string | undefined) ?? "{}") as {
      readonly waitMs?: number;
    };
    this.asked.push(`${init.method ?? "GET"} ${waitMs}`.trim());
    if (this.isRefused) return Promise.reject(new TypeError("fetch failed"));
    const copies = this.#random() < this.faults.duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#travel(() => {
        void this.#serve(new Request(url, request)).then((response) =>
          this.#travel(() => resolve(response)),
        );
      });
    }
    return promise;
  };

  async #serve(request: Request): Promise<Response> {
    const issuer = this.issuers[Math.floor(this.#random() * this.issuers.length)];
    if (issuer === undefined) throw new Error("there is no issuer");
    return issuer.handler(request);
  }

  #travel(arrive: () => void): void {
    const { loss, delayMs } = this.faults;
    const isLost = this.#random() < loss;
    const arriveUnlessCut = (): void => {
      if (!isLost && !this.isCut) arrive();
    };
    const takesMs = Math.floor(this.#random() * delayMs);
    if (takesMs === 0) arriveUnlessCut();
    else this.#clock.schedule(takesMs, arriveUnlessCut);
  }
}
