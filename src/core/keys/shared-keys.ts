import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import { encodeBase64url } from "../../util/base64url.ts";
import type { Clock } from "../../util/clock.ts";
import { AuthError } from "../errors.ts";
import type { EventHub } from "../events.ts";
import type { RandomSource } from "../ports.ts";
import type { RevocationLog } from "../revocation/revocation-log.ts";
import {
  activeKey,
  emptyRing,
  pruned,
  verifyingKeys,
  withKey,
  withRevoked,
  type KeyRing,
  type KeyUse,
  type RingKey,
} from "./key-ring.ts";
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

/** What MAC keys authenticate; each purpose has keys of its own, derived from the shared ones. */
export type MacPurpose = "session tag" | "csrf" | "refresh";

/** How long a new key is only known before it signs, in milliseconds: longer than any process is cut off unnoticed. */
export const macLeadMs = 60_000;

const maxAttempts = 5;

/**
 * The keys that all processes share, kept in the store under the secrets. A process reads them with the first credential
 * that it is shown, and again when the log says that they have changed.
 */
export class SharedKeys {
  readonly #store: KeyStore;
  readonly #log: RevocationLog;
  readonly #secrets: readonly SealingKey[];
  readonly #longestLifeMs: Readonly<Record<KeyUse, number>>;
  readonly #time: Clock;
  readonly #random: RandomSource;
  readonly #events: EventHub;
  #ring: KeyRing = emptyRing;
  #opened: Opened | null = null;
  /** What the view had counted when the ring was read. */
  #changesRead = -1;
  #reading: Promise<void> | null = null;
  #macs = new Map<MacPurpose, { readonly changes: number; readonly keys: readonly KeyObject[] }>();

  constructor(deps: {
    readonly store: KeyStore;
    readonly log: RevocationLog;
    readonly secrets: readonly SealingKey[];
    /** For how long what a key signs may be presented. */
    readonly longestLifeMs: Readonly<Record<KeyUse, number>>;
    /** The store's time. */
    readonly time: Clock;
    readonly random: RandomSource;
    readonly events: EventHub;
  }) {
    this.#store = deps.store;
    this.#log = deps.log;
    this.#secrets = deps.secrets;
    this.#longestLifeMs = deps.longestLifeMs;
    this.#time = deps.time;
    this.#random = deps.random;
    this.#events = deps.events;
  }

  /**
   * Whether every key is known that may have signed by now. While it is not, what no known key has signed must not be called
   * forged.
   */
  get areCurrent(): boolean {
    const { view, lease } = this.#follower;
    return this.#changesRead === view.keyChanges && lease.ageMs <= macLeadMs;
  }

  /** Reads the ring, or makes the first, unless it is current. Callers share it. @throws AuthError `store_unavailable` */
  async makeCurrent(): Promise<void> {
    // Twice: a reading that was under way may have been answered before the change that makes it necessary.
    for (let attempt = 0; attempt < 2 && !this.areCurrent; attempt += 1) {
      this.#reading ??= this.#readOrReport().finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
  }

  /** What is no outage is a mistake that an operator must see; for those who ask, there are no keys either way. */
  async #readOrReport(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      if (error instanceof AuthError) throw error;
      this.#events.emit("error", { error });
      throw new AuthError("store_unavailable", { cause: error, retryAfterSeconds: 1 });
    }
  }

  /** The keys of a purpose that verify; the first signs. Empty before the ring was read. */
  macs(purpose: MacPurpose): readonly KeyObject[] {
    const { view } = this.#follower;
    let macs = this.#macs.get(purpose);
    if (macs === undefined || macs.changes !== view.keyChanges) {
      const keys = verifyingKeys(this.#ring, "mac", this.#time.now())
        .filter((key) => !view.isKeyRevoked(key.id))
        .map((key) => deriveMac(key, purpose));
      macs = { changes: view.keyChanges, keys };
      this.#macs.set(purpose, macs);
    }
    return macs.keys;
  }

  /** The key of a purpose that signs now. @throws AuthError `store_unavailable` */
  async signingMac(purpose: MacPurpose): Promise<KeyObject> {
    await this.makeCurrent();
    const key = activeKey(this.#ring, "mac", this.#time.now());
    if (key === null) throw new Error("The key ring has no active MAC key");
    return deriveMac(key, purpose);
  }

  /** All keys that are known. */
  get ring(): KeyRing {
    return this.#ring;
  }

  /** Adds a key that takes over after `macLeadMs`. Of processes that do so at once, each adds its own. */
  async rotate(): Promise<RingKey> {
    const key = this.#newMac(this.#time.now() + macLeadMs);
    await this.#change({ kind: "changed", target: key.id }, (ring) => withKey(ring, key));
    return key;
  }

  /**
   * Ends the trust in a key: what it signed is refused everywhere within the lease. Answers whether there was such a key. An
   * active one is replaced at once.
   */
  async revoke(id: string): Promise<boolean> {
    return this.#change({ kind: "revoked", target: id }, (ring, now) => {
      const revoked = withRevoked(ring, id, now);
      // Not the key before it: whoever took the one may have taken the other.
      const wasActive = activeKey(ring, "mac", now)?.id === id;
      return revoked !== null && wasActive ? withKey(revoked, this.#newMac(this.#atOnce)) : revoked;
    });
  }

  get #follower(): RevocationLog["followers"][number] {
    const [follower] = this.#log.followers;
    if (follower === undefined) throw new RangeError("a store has at least one partition");
    return follower;
  }

  async #read(): Promise<void> {
    await this.#log.healed(0);
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const changes = this.#follower.view.keyChanges;
      const known = this.#ring;
      const stored = await this.#store.readRing();
      if (stored === null) {
        // Nobody has any key yet, or the store has lost them and this process has not.
        const first = known.version > 0 ? known : withKey(known, this.#newMac(this.#atOnce));
        if (await this.#write(first, 0, { kind: "changed", target: "" })) return;
        continue;
      }
      const opened = open(stored.sealed, this.#secrets);
      if (opened === null) {
        throw new Error(
          "The keys in the store were sealed with a secret that this process does not have. List the old secret after the new one: secret: [new, old]",
        );
      }
      if (stored.version < known.version) {
        // A failover or an old backup: what this process knows is newer.
        this.#opened = { ...opened, text: "" };
        const next = { ...known, version: known.version + 1 };
        if (await this.#write(next, stored.version, { kind: "changed", target: "" })) return;
        continue;
      }
      this.#take({ version: stored.version, keys: keysIn(opened.text) }, opened, changes);
      if (isSealedFor(opened, this.#secrets)) return;
      const sealedAgain = { ...this.#ring, version: stored.version + 1 };
      if (await this.#write(sealedAgain, stored.version, { kind: "changed", target: "" })) return;
    }
    throw new Error("The key ring was changed by others again and again");
  }

  /** Applies a change to the newest ring, and again when others were faster. Null changes nothing. */
  async #change(
    said: KeyRingChange,
    change: (ring: KeyRing, now: number) => KeyRing | null,
  ): Promise<boolean> {
    for (let attempt = 1; attempt <= 2 * maxAttempts; attempt += 1) {
      await this.makeCurrent();
      const ring = this.#ring;
      const now = this.#time.now();
      const changed = change(ring, now);
      if (changed === null) return false;
      // The one occasion on which secrets that were taken out of the configuration are shut out.
      if (this.#opened !== null && hasOlderSecrets(this.#opened, this.#secrets))
        this.#opened = null;
      const next = pruned(changed, this.#longestLifeMs, now);
      if (await this.#write(next, ring.version, said)) return true;
      this.#changesRead = -1;
    }
    throw new Error("The key ring was changed by others again and again");
  }

  async #write(ring: KeyRing, from: number, said: KeyRingChange): Promise<boolean> {
    const text = JSON.stringify(ring.keys);
    const sealed =
      this.#opened === null
        ? seal(text, this.#secrets, this.#random)
        : sealAgain({ ...this.#opened, text }, this.#secrets, this.#random);
    const { version } = ring;
    const verdict = await this.#store.writeRing({ version, sealed }, from, said, this.#log.stamp());
    if (verdict.outcome === "conflict") return false;
    this.#log.learn(verdict.entries);
    this.#take(ring, open(sealed, this.#secrets), this.#follower.view.keyChanges);
    return true;
  }

  #take(ring: KeyRing, opened: Opened | null, changes: number): void {
    this.#ring = ring;
    this.#opened = opened;
    this.#changesRead = changes;
    this.#macs = new Map();
  }

  /** From when on a key signs that nobody can wait for: in the past of every process, also of those whose clocks are behind. */
  get #atOnce(): number {
    return this.#time.now() - macLeadMs;
  }

  #newMac(activeFrom: number): RingKey {
    return {
      id: encodeBase64url(this.#random(9)),
      use: "mac",
      algorithm: null,
      material: encodeBase64url(this.#random(32)),
      createdAt: this.#time.now(),
      activeFrom,
      revokedAt: null,
    };
  }
}

function keysIn(text: string): readonly RingKey[] {
  return JSON.parse(text) as readonly RingKey[];
}

function deriveMac({ material }: RingKey, purpose: MacPurpose): KeyObject {
  const root = Buffer.from(material, "base64url");
  return createSecretKey(
    Buffer.from(hkdfSync("sha256", root, "symbolon", `symbolon ${purpose} v2`, 32)),
  );
}
