import type { Clock } from "../../util/clock.ts";
import { AuthError } from "../errors.ts";
import type { EventHub } from "../events.ts";
import type { RandomSource } from "../ports.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import type { RevocationView } from "../revocation/view.ts";
import { emptyRing, leadMs, type KeyRing, type RingKey } from "./key-ring.ts";
import type { KeyRingChange, KeyStore } from "./key-store.ts";
import {
  hasOlderSecrets,
  isSealedFor,
  open,
  seal,
  sealAgain,
  type Opened,
  type SealingKey,
} from "./sealing.ts";

const maxAttempts = 5;

export interface StoredRingDeps {
  readonly store: KeyStore;
  readonly log: RevocationLog;
  readonly secrets: readonly SealingKey[];
  /** The store's time. */
  readonly time: Clock;
  readonly random: RandomSource;
  readonly events: EventHub;
}

/** How often at most credentials that name no known key make this process ask for newer ones. */
const lookEveryMs = 1_000;

/**
 * The key ring as this process knows it, and the only way to change it. Of processes that change it at once the store's
 * compare-and-swap lets one through; the others see what that one has done, and decide again.
 */
export class StoredRing {
  readonly #deps: StoredRingDeps;
  readonly #completed: (ring: KeyRing) => Promise<KeyRing>;
  readonly #pruned: (ring: KeyRing, now: number) => KeyRing;
  readonly #follower: RevocationLog["followers"][number];
  #ring: KeyRing = emptyRing;
  #opened: Opened | null = null;
  /** What the view had counted when the ring was read. */
  #changesRead = -1;
  #reading: Promise<void> | null = null;
  #looking: Promise<boolean> | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    deps: StoredRingDeps,
    rules: {
      /** The ring with whatever it lacks to be worked with; the same one when it lacks nothing. */
      readonly completed: (ring: KeyRing) => Promise<KeyRing>;
      /** The ring without what nobody needs any more. */
      readonly pruned: (ring: KeyRing, now: number) => KeyRing;
    },
  ) {
    this.#deps = deps;
    this.#completed = rules.completed;
    this.#pruned = rules.pruned;
    const [follower] = deps.log.followers;
    if (follower === undefined) throw new RangeError("a store has at least one partition");
    this.#follower = follower;
  }

  /** All keys that are known; another object after every change. Empty, of version 0, before it was read. */
  get ring(): KeyRing {
    return this.#ring;
  }

  /** What is known of revocations: it hears of a change before the ring was read again. */
  get view(): RevocationView {
    return this.#follower.view;
  }

  /** Whether every key is known that may sign by now. */
  get isCurrent(): boolean {
    const { view, lease } = this.#follower;
    return this.#changesRead === view.keyChanges && lease.ageMs <= leadMs.mac;
  }

  /** See `SharedKeys`: what one look finds, all find who asked for it meanwhile. @throws AuthError `store_unavailable` */
  lookAgain(): Promise<boolean> {
    const now = this.#deps.time.monotonic();
    if (this.#looking === null && now - this.#lookedAt < lookEveryMs) return Promise.resolve(false);
    this.#lookedAt = now;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<boolean> {
    const ring = this.#ring;
    await this.#deps.log.catchUp(0);
    await this.makeCurrent();
    return this.#ring !== ring;
  }

  /** Reads the ring, or makes the first, unless it is current. Callers share it. @throws AuthError `store_unavailable` */
  async makeCurrent(): Promise<void> {
    // Twice: a reading that was under way may have been answered before the change that makes it necessary.
    for (let attempt = 0; attempt < 2 && !this.isCurrent; attempt += 1) {
      this.#reading ??= this.#readOrReport().finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
  }

  /**
   * Applies a change to the newest ring, and again when others were faster. Null changes nothing. Answers whether there was
   * something to change. @throws AuthError `store_unavailable`
   */
  async change(
    said: KeyRingChange,
    change: (ring: KeyRing, now: number) => KeyRing | null,
  ): Promise<boolean> {
    for (let attempt = 1; attempt <= 2 * maxAttempts; attempt += 1) {
      await this.makeCurrent();
      const ring = this.#ring;
      const now = this.#deps.time.now();
      const changed = change(ring, now);
      if (changed === null) return false;
      // The one occasion on which secrets that were taken out of the configuration are shut out.
      if (this.#opened !== null && hasOlderSecrets(this.#opened, this.#deps.secrets))
        this.#opened = null;
      if (await this.#write(this.#pruned(changed, now), ring.version, said)) return true;
      this.#changesRead = -1;
    }
    throw new Error("The key ring was changed by others again and again");
  }

  /** What is no outage is a mistake that an operator must see; for those who ask, there are no keys either way. */
  async #readOrReport(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      if (error instanceof AuthError) throw error;
      this.#deps.events.emit("error", { error });
      throw new AuthError("store_unavailable", { cause: error, retryAfterSeconds: 1 });
    }
  }

  async #read(): Promise<void> {
    const { store, log, secrets } = this.#deps;
    await log.healed(0);
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const changes = this.view.keyChanges;
      const known = this.#ring;
      const stored = await store.readRing();
      if (stored === null) {
        // Nobody has any key yet, or the store has lost them and this process has not.
        if (await this.#write(await this.#completed(known), 0, said)) return;
        continue;
      }
      const opened = open(stored.sealed, secrets);
      if (opened === null) {
        throw new Error(
          "The keys in the store were sealed with a secret that this process does not have. List the old secret after the new one: secret: [new, old]",
        );
      }
      if (stored.version < known.version) {
        // A failover or an old backup: what this process knows is newer.
        this.#opened = { ...opened, text: "" };
        const next = { ...known, version: known.version + 1 };
        if (await this.#write(next, stored.version, said)) return;
        continue;
      }
      const read = { version: stored.version, keys: keysIn(opened.text) };
      const complete = await this.#completed(read);
      if (complete === read) {
        this.#take(read, opened, changes);
        if (isSealedFor(opened, secrets)) return;
      }
      this.#opened = opened;
      const next = { ...complete, version: stored.version + 1 };
      if (await this.#write(next, stored.version, said)) return;
    }
    throw new Error("The key ring was changed by others again and again");
  }

  async #write(ring: KeyRing, from: number, said: KeyRingChange): Promise<boolean> {
    const { store, log, secrets, random } = this.#deps;
    const text = JSON.stringify(ring.keys);
    const sealed =
      this.#opened === null
        ? seal(text, secrets, random)
        : sealAgain({ ...this.#opened, text }, secrets, random);
    const { version } = ring;
    const verdict = await store.writeRing({ version, sealed }, from, said, await log.stamp());
    if (verdict.outcome === "conflict") return false;
    log.learn(verdict.entries);
    this.#take(ring, open(sealed, secrets), this.view.keyChanges);
    return true;
  }

  #take(ring: KeyRing, opened: Opened | null, changes: number): void {
    this.#ring = ring;
    this.#opened = opened;
    this.#changesRead = changes;
  }
}

/** What the log is told where no key is the reason. */
const said: KeyRingChange = { kind: "changed", target: "" };

function keysIn(text: string): readonly RingKey[] {
  return JSON.parse(text) as readonly RingKey[];
}
