import { parseJwkSet, type ParsedJwk } from "../core/access-tokens/jwk.ts";
import type { AlgorithmName } from "../core/access-tokens/algorithms.ts";
import type { Clock } from "../util/clock.ts";
import type { LoadedJwks } from "./jwks-request.ts";
import { importWebKey, materialOf, type WebKey } from "./web-signature.ts";

/** What became of looking for a key: null when the issuer has none of this `kid`. */
export type KeyLookUp = WebKey | null | { readonly unavailable: unknown };

export interface KeySourceConfig {
  readonly load: () => Promise<LoadedJwks>;
  readonly algorithms: readonly AlgorithmName[];
  readonly clock: Clock;
  /** The least time between two fetches; only without any usable keys it is tried again sooner. */
  readonly cooldownMs: number;
  /** How long keys are used after they went stale, when newer ones cannot be had. */
  readonly staleForMs: number;
}

/** What an issuer says about how long its keys may be kept is followed within these bounds. */
export const jwksMaxAgeMs = { least: 60_000, usual: 600_000, most: 86_400_000 } as const;

interface KeySet {
  readonly keys: ReadonlyMap<string, WebKey>;
  /** Why other keys of the set could not be used. */
  readonly faults: readonly unknown[];
  /** When the request for it was sent, on both clocks: a monotonic one may stand still while a machine sleeps. */
  readonly sentAt: Moment;
  readonly maxAgeMs: number;
}

interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * The keys of one issuer, fetched when they are needed and kept for as long as it says. However many ask, at most one request is
 * under way. Before they go stale they are renewed on the side; a `kid` that is not among them makes it look again, but not
 * more often than the cool-down allows, so that made-up ones cannot make it hammer the issuer.
 */
export class KeySource {
  readonly #config: KeySourceConfig;
  #set: KeySet | null = null;
  #attemptAt: Moment | null = null;
  /** Why the last attempt failed; null when it did not. */
  #failure: { readonly cause: unknown } | null = null;
  #underWay: Promise<void> | null = null;

  constructor(config: KeySourceConfig) {
    this.#config = config;
  }

  /** The key of a `kid` if it can be had without waiting; null also when it would have to be fetched. */
  keyAtHand(kid: string): WebKey | null {
    const set = this.#set;
    if (set === null) return null;
    const age = this.#since(set.sentAt);
    const mayTry = this.#underWay === null && this.#mayTry();
    if (age > set.maxAgeMs * renewAfter && mayTry) void this.#refresh();
    // Once it is known that the issuer does not answer, nobody waits for its deadline again.
    const waits = age > set.maxAgeMs && this.#underWay !== null && this.#failure === null;
    return waits ? null : (this.#usableSet()?.keys.get(kid) ?? null);
  }

  /** The key of a `kid`, fetched if need be; `unavailable` when nobody can say whether there is one. It does not reject. */
  async find(kid: string): Promise<KeyLookUp> {
    const atHand = this.keyAtHand(kid);
    if (atHand !== null) return atHand;
    if (this.#underWay !== null || this.#mayTry()) await this.#refresh();
    const key = this.#usableSet()?.keys.get(kid);
    if (key !== undefined) return key;
    if (this.#failure !== null) return { unavailable: this.#failure.cause };
    return null;
  }

  /** Why keys of the set that is in use were left out, for a developer who misses one. */
  get faults(): readonly unknown[] {
    return this.#set?.faults ?? [];
  }

  /** Fetches the keys if there are none. It does not reject: what failed is tried again when a key is needed. */
  async warmUp(): Promise<void> {
    if (this.#set === null) await this.#refresh();
  }

  #usableSet(): KeySet | null {
    const set = this.#set;
    if (set === null) return null;
    return this.#since(set.sentAt) <= set.maxAgeMs + this.#config.staleForMs ? set : null;
  }

  #mayTry(): boolean {
    if (this.#attemptAt === null) return true;
    const cooldownMs = this.#usableSet() === null ? retryMs : this.#config.cooldownMs;
    return this.#since(this.#attemptAt) >= Math.min(cooldownMs, this.#config.cooldownMs);
  }

  #refresh(): Promise<void> {
    this.#underWay ??= this.#load().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  async #load(): Promise<void> {
    const sentAt = this.#now();
    this.#attemptAt = sentAt;
    try {
      const { set, maxAgeMs } = await this.#config.load();
      const { keys, faults } = await this.#import(set);
      const { least, usual, most } = jwksMaxAgeMs;
      const bounded = Math.min(most, Math.max(least, maxAgeMs ?? usual));
      this.#set = { keys, faults, sentAt, maxAgeMs: bounded };
      this.#failure = null;
    } catch (cause) {
      this.#failure = { cause };
    }
  }

  async #import(set: LoadedJwks["set"]): Promise<Pick<KeySet, "keys" | "faults">> {
    const parsed = parseJwkSet(set);
    if (parsed === null) throw new Error("what was loaded is no JWK set");
    const faults: unknown[] = [...parsed.faults];
    const keys = new Map<string, WebKey>();
    for (const jwk of parsed.keys.values()) {
      if (!this.#config.algorithms.includes(jwk.algorithm.name)) {
        faults.push(`${jwk.algorithm.name} is not allowed here`);
        continue;
      }
      try {
        keys.set(jwk.kid, this.#known(jwk) ?? (await importWebKey(jwk)));
      } catch (fault) {
        faults.push(fault);
      }
    }
    return { keys, faults };
  }

  /** A key that was there before stays the same object, by which a token that was verified with it is known again. */
  #known(jwk: ParsedJwk): WebKey | null {
    const known = this.#set?.keys.get(jwk.kid);
    return known !== undefined && known.material === materialOf(jwk) ? known : null;
  }

  #now(): Moment {
    return { wall: this.#config.clock.now(), monotonic: this.#config.clock.monotonic() };
  }

  #since({ wall, monotonic }: Moment): number {
    const now = this.#now();
    return Math.max(now.wall - wall, now.monotonic - monotonic);
  }
}

/** How soon it is tried again when there are no keys: a service may start before its issuer. */
const retryMs = 1_000;

/** How far into their life keys are renewed on the side, so that usually nobody waits for it. */
const renewAfter = 0.8;
