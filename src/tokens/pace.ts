import { elapsedSince, instantOf, type Instant } from "../core/revocation/lease.ts";
import type { Clock } from "../util/clock.ts";

/** The longest pause between two attempts while the issuer is away; so soon it is noticed that it is back. */
const longestPauseMs = 800;
const shortestPauseMs = 100;

/** Of the lease: so long ago a question was sent at most that was answered in time. */
const recentShare = 3 / 4;

/**
 * When one log is asked for again, and whether the question may wait at the issuer until there is something new. It waits
 * when nothing is left to be acknowledged; what came is acknowledged at once, for whoever waits until every process knows.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  /** How long a question waits at the issuer. */
  readonly #waitMs: number;
  /** 0 up to 1, so that services do not all come back in the same moment. */
  readonly #random: () => number;
  #sent: Instant | null = null;
  #pauseMs = 0;
  #isCaughtUp = false;
  #hasWaited = false;
  #failures = 0;

  constructor(deps: {
    readonly clock: Clock;
    readonly leaseMs: number;
    readonly waitMs: number;
    readonly random: () => number;
  }) {
    this.#clock = deps.clock;
    this.#leaseMs = deps.leaseMs;
    this.#waitMs = deps.waitMs;
    this.#random = deps.random;
  }

  /** How long to pause before the next question. */
  get delayMs(): number {
    if (this.#sent === null) return 0;
    return Math.max(0, this.#pauseMs - elapsedSince(this.#sent, this.#clock));
  }

  /** A question is sent now. Answers for how long it may wait at the issuer. */
  ask(): number {
    const sinceMs = this.#sent === null ? 0 : elapsedSince(this.#sent, this.#clock);
    // After a pause of this process somebody waits for the answer.
    const isRecent = sinceMs <= this.#leaseMs * recentShare;
    this.#hasWaited = this.#isCaughtUp && isRecent;
    this.#sent = instantOf(this.#clock);
    return this.#hasWaited ? this.#waitMs : 0;
  }

  /** It was answered; `isNews` when with something that was not known yet. */
  answered(isNews: boolean): void {
    this.#failures = 0;
    this.#isCaughtUp = !isNews;
    // An issuer that lets nobody wait any more is asked no more often for it.
    this.#pauseMs = this.#hasWaited && !isNews ? this.#waitMs : 0;
  }

  failed(): void {
    const most = Math.min(longestPauseMs, shortestPauseMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#isCaughtUp = false;
    this.#pauseMs = Math.ceil(most * (0.5 + this.#random() / 2));
  }
}
