import type { KeyObject } from "node:crypto";
import { findAlgorithm } from "../access-tokens/algorithms.ts";
import type { VerificationJwk } from "../access-tokens/jwk.ts";
import type { VerificationKey } from "../access-tokens/node-keys.ts";
import type { SigningKey } from "../access-tokens/node-signer.ts";
import type { AccessTokensConfig, ExternalKey } from "../access-tokens/options.ts";
import { AuthError } from "../errors.ts";
import {
  deriveMac,
  newMacKey,
  newSigningKey,
  type MacPurpose,
  type NewKey,
} from "./key-material.ts";
import {
  activeKey,
  nextKey,
  pruned,
  stateOf,
  verifyingKeys,
  withKey,
  type KeyRing,
  type KeyUse,
  type RingKey,
} from "./key-ring.ts";
import {
  atOnce,
  isRotationDue,
  waiting,
  withForeignRevoked,
  withoutTrustIn,
} from "./ring-changes.ts";
import { SigningKeys } from "./signing-keys.ts";
import { StoredRing, type StoredRingDeps } from "./stored-ring.ts";

/** The MAC keys of a purpose, derived once for each state of the ring and of the log. */
interface DerivedMacs {
  readonly ring: KeyRing;
  readonly changes: number;
  readonly keys: readonly KeyObject[];
}

const noExternalKeys = { signer: null, verifying: [] } as const;

/**
 * The keys that all processes share, kept in the store under the secrets. A process reads them with the first credential
 * that it is shown, and again when the log says that they have changed.
 */
export class SharedKeys {
  readonly #deps: StoredRingDeps;
  readonly #accessTokens: AccessTokensConfig | null;
  readonly #longestLifeMs: Readonly<Record<KeyUse, number>>;
  readonly #stored: StoredRing;
  #signing: SigningKeys;
  readonly #macs = new Map<MacPurpose, DerivedMacs>();

  constructor(
    deps: StoredRingDeps & {
      /** Null where no access tokens are issued: then there are no signing keys. */
      readonly accessTokens: AccessTokensConfig | null;
      /** For how long what a key signs may be presented. */
      readonly longestLifeMs: Readonly<Record<KeyUse, number>>;
    },
  ) {
    this.#deps = deps;
    this.#accessTokens = deps.accessTokens;
    this.#longestLifeMs = deps.longestLifeMs;
    this.#stored = new StoredRing(deps, {
      completed: (ring) => this.#completed(ring),
      pruned: (ring, now) => pruned(ring, this.#longestLifeMs, now),
    });
    this.#signing = new SigningKeys(this.#stored.ring, noExternalKeys, null);
    if (deps.accessTokens !== null) {
      deps.log.onSettled((_partition, entries) => {
        if (entries.some(({ scope }) => scope === "key")) void this.#follow();
      });
    }
  }

  /** Those that are made and replaced in the ring. */
  get uses(): readonly KeyUse[] {
    return this.#accessTokens === null || this.hasExternalSigner ? ["mac"] : ["mac", "signing"];
  }

  /** Whether access tokens are signed elsewhere. */
  get hasExternalSigner(): boolean {
    return this.#external.signer !== null;
  }

  /**
   * Whether every key is known that may have signed by now. While it is not, what no known key has signed must not be called
   * forged.
   */
  get areCurrent(): boolean {
    return this.#stored.isCurrent;
  }

  /** Reads the ring, or makes the first, unless it is current. Callers share it. @throws AuthError `store_unavailable` */
  makeCurrent(): Promise<void> {
    return this.#stored.makeCurrent();
  }

  /**
   * Asks the store whether there are keys that this process does not know, as when a credential names one. At most once a
   * second, for anybody can make such a name up. Answers whether the ring is another one now.
   * @throws AuthError `store_unavailable`
   */
  lookAgain(): Promise<boolean> {
    return this.#stored.lookAgain();
  }

  /** All keys of the ring that are known. */
  get ring(): KeyRing {
    return this.#stored.ring;
  }

  /** The keys that the configuration brings. */
  get externalKeys(): readonly ExternalKey[] {
    return this.#external.verifying;
  }

  /** The keys of a purpose that verify; the first signs. Empty before the ring was read. */
  macs(purpose: MacPurpose): readonly KeyObject[] {
    const { view, ring } = this.#stored;
    const derived = this.#macs.get(purpose);
    if (derived?.ring === ring && derived.changes === view.keyChanges) return derived.keys;
    const keys = verifyingKeys(ring, "mac", this.#deps.time.now())
      .filter((key) => !view.isKeyRevoked(key.id))
      .map((key) => deriveMac(key, purpose));
    this.#macs.set(purpose, { ring, changes: view.keyChanges, keys });
    return keys;
  }

  /** The key of a purpose that signs now. @throws AuthError `store_unavailable` */
  async signingMac(purpose: MacPurpose): Promise<KeyObject> {
    await this.makeCurrent();
    const key = activeKey(this.ring, "mac", this.#deps.time.now());
    if (key === null) throw new Error("The key ring has no active MAC key");
    return deriveMac(key, purpose);
  }

  /**
   * The key that signs access tokens now. Null when the ring is not current (`makeCurrent` mends that), and when there is none: with
   * the strategy `session`, or an external signer whose key was revoked.
   */
  signingKey(): SigningKey | null {
    if (!this.areCurrent) return null;
    const key = this.#signingKeys.keyAt(this.#deps.time.now());
    return key === null || this.#stored.view.isKeyRevoked(key.kid) ? null : key;
  }

  /**
   * The key by which an access token of this `kid` is verified; the same object for as long as the key is there. Null for one that
   * is revoked, and for one that is unknown, which says nothing while the ring is not current.
   */
  verificationKey(kid: string): VerificationKey | null {
    const key = this.#signingKeys.keyOf(kid);
    return key === null || this.#stored.view.isKeyRevoked(kid) ? null : key;
  }

  /** Whether nothing is good any more that the key has signed. */
  isRevoked(keyId: string): boolean {
    return this.#stored.view.isKeyRevoked(keyId);
  }

  /**
   * The public keys that others verify with: next, active and retiring ones; none of HS256. In an outage those that are known.
   * @throws AuthError `store_unavailable` when none are
   */
  async published(): Promise<readonly VerificationJwk[]> {
    try {
      await this.makeCurrent();
    } catch (error) {
      if (!(error instanceof AuthError) || this.ring.version === 0) throw error;
    }
    const { view } = this.#stored;
    return this.#signingKeys.published.filter(({ kid }) => !view.isKeyRevoked(kid));
  }

  /**
   * Adds a key that takes over when whoever verifies must know it. Of processes that add a MAC key at once, each adds its
   * own; a signing key that waits already is answered instead.
   */
  async rotate(use: KeyUse): Promise<RingKey> {
    const made = await this.#make(use);
    let added = waiting(made, this.#deps.time.now());
    await this.#stored.change({ kind: "changed", target: made.id }, (ring, now) => {
      const next = use === "signing" ? nextKey(ring, use, now) : null;
      const suffices = next !== null && next.algorithm === made.algorithm;
      added = suffices ? next : waiting(made, now);
      // Also where nothing is added the ring is written: it shuts out secrets that are not in use any more.
      return suffices ? { ...ring, version: ring.version + 1 } : withKey(ring, added);
    });
    return added;
  }

  /**
   * Ends the trust in a key: what it signed is refused everywhere within the lease. Answers whether there was such a key. An
   * active one is replaced at once, by one made for that; and the one that waited goes with it, for whoever took the one
   * may have taken the other. A key of the configuration cannot be replaced from here.
   */
  async revoke(id: string): Promise<boolean> {
    await this.makeCurrent();
    const known = this.ring.keys.find((key) => key.id === id);
    const replacement =
      known !== undefined && this.#isReplaced(known) ? await this.#make(known.use, known) : null;
    const foreign = this.externalKeys.find(({ key }) => key.kid === id)?.key;
    return this.#stored.change({ kind: "revoked", target: id }, (ring, now) =>
      foreign === undefined
        ? withoutTrustIn(ring, id, replacement, now)
        : withForeignRevoked(ring, foreign, now),
    );
  }

  /**
   * What is done now and then: a signing key that has signed for long enough gets a successor, which is known for a while
   * before it takes over, and keys that nobody needs are forgotten. Of all processes one does it.
   * @throws AuthError `store_unavailable`
   */
  async keepUp(): Promise<void> {
    if (this.#accessTokens === null) return;
    await this.makeCurrent();
    const now = this.#deps.time.now();
    if (this.#isRotationDue(this.ring, now)) {
      const made = await this.#make("signing");
      await this.#stored.change({ kind: "changed", target: made.id }, (ring, at) =>
        this.#isRotationDue(ring, at) ? withKey(ring, waiting(made, at)) : null,
      );
    } else if (this.#hasSpentKeys(this.ring, now)) {
      // What is spent is left out of every ring that is written.
      await this.#stored.change({ kind: "changed", target: "" }, (ring, at) =>
        this.#hasSpentKeys(ring, at) ? { ...ring, version: ring.version + 1 } : null,
      );
    }
  }

  /** Reads a ring that has changed before somebody asks for it: a key may have come, or gone with a revoked one. */
  async #follow(): Promise<void> {
    if (this.ring.version === 0) return;
    try {
      await this.makeCurrent();
    } catch (error) {
      // An outage: whoever needs a key tries again, and says so.
      if (!(error instanceof AuthError)) throw error;
    }
  }

  get #external(): AccessTokensConfig["externalKeys"] {
    return this.#accessTokens?.externalKeys ?? noExternalKeys;
  }

  get #signingKeys(): SigningKeys {
    const { ring } = this.#stored;
    if (this.#signing.ring !== ring) {
      this.#signing = new SigningKeys(ring, this.#external, this.#signing);
    }
    return this.#signing;
  }

  /** The ring with a key to sign with for each use: nobody has anything that an older one signed, so it signs at once. */
  async #completed(ring: KeyRing): Promise<KeyRing> {
    let complete = ring;
    for (const use of this.uses) {
      if (activeKey(complete, use, this.#deps.time.now()) !== null) continue;
      complete = withKey(complete, atOnce(await this.#make(use), this.#deps.time.now()));
    }
    return complete;
  }

  #isRotationDue(ring: KeyRing, now: number): boolean {
    const config = this.#accessTokens;
    return config !== null && !this.hasExternalSigner && isRotationDue(ring, config, now);
  }

  #hasSpentKeys(ring: KeyRing, now: number): boolean {
    return pruned(ring, this.#longestLifeMs, now).keys.length < ring.keys.length;
  }

  /** Whether a key has to be replaced when it is revoked: it signs, or will when the ring is changed. */
  #isReplaced(key: RingKey): boolean {
    if (key.use === "signing" && this.hasExternalSigner) return false;
    return ["active", "next"].includes(stateOf(this.ring, key, this.#deps.time.now()));
  }

  /** Makes a key. It is done before the ring is changed, for an RSA key takes a while. */
  async #make(use: KeyUse, instead: Pick<RingKey, "algorithm"> | null = null): Promise<NewKey> {
    const { random } = this.#deps;
    if (use === "mac") return newMacKey(random);
    const algorithm = findAlgorithm(this.#accessTokens?.algorithm ?? instead?.algorithm)?.name;
    if (algorithm === undefined) throw new TypeError("there are no access tokens to sign");
    return newSigningKey(algorithm, random);
  }
}
