import type { ExternalKeys } from "../access-tokens/options.ts";
import type { VerificationJwk } from "../access-tokens/jwk.ts";
import { publicJwk, type VerificationKey } from "../access-tokens/node-keys.ts";
import type { SigningKey } from "../access-tokens/node-signer.ts";
import { importSigningPair, type SigningPair } from "./key-material.ts";
import type { KeyRing } from "./key-ring.ts";

/** A key that signs, and from when on. */
interface Turn {
  readonly activeFrom: number;
  readonly key: SigningKey;
}

/**
 * The signing keys of one state of the ring, ready for use: what is asked for each token is a look into a map, and nothing
 * is made. Those of the configuration are among them, once the ring was read: it says which are revoked.
 */
export class SigningKeys {
  readonly ring: KeyRing;
  readonly #pairs = new Map<string, SigningPair>();
  readonly #verifying = new Map<string, VerificationKey>();
  /** In the order of the ring. With an external signer, its key alone. */
  readonly #turns: Turn[] = [];
  readonly #published: VerificationJwk[] = [];

  /** `before` are those of the ring's last state: a key is imported once. @throws Error when one cannot be imported */
  constructor(ring: KeyRing, external: ExternalKeys, before: SigningKeys | null) {
    this.ring = ring;
    if (ring.version === 0) return;
    for (const { key } of external.verifying) this.#add(key);
    const { signer } = external;
    for (const key of ring.keys) {
      if (key.use !== "signing") continue;
      if (key.revokedAt !== null) {
        this.#verifying.delete(key.id);
        continue;
      }
      const pair = before?.pairOf(key.id) ?? importSigningPair(key);
      this.#pairs.set(key.id, pair);
      this.#add(pair.verifying);
      if (signer === null) this.#turns.push({ activeFrom: key.activeFrom, key: pair.signing });
    }
    if (signer !== null && this.#verifying.has(signer.kid)) {
      this.#turns.push({ activeFrom: Number.NEGATIVE_INFINITY, key: signer });
    }
    for (const key of this.#verifying.values()) {
      if (key.algorithm !== "HS256") this.#published.push(Object.freeze(publicJwk(key)));
    }
  }

  /** The key that signs at `now`, by the rule of `activeKey`; null when there is none. */
  keyAt(now: number): SigningKey | null {
    for (let index = this.#turns.length - 1; index >= 0; index -= 1) {
      const turn = this.#turns[index];
      if (turn !== undefined && turn.activeFrom <= now) return turn.key;
    }
    return this.#turns[0]?.key ?? null;
  }

  /** The key of a `kid`, which may be any text; null for one that is unknown or revoked. */
  keyOf(kid: string): VerificationKey | null {
    return this.#verifying.get(kid) ?? null;
  }

  /** The public keys that verify, oldest first; never the secret of HS256. */
  get published(): readonly VerificationJwk[] {
    return this.#published;
  }

  /** The halves of a key of the ring. */
  pairOf(id: string): SigningPair | undefined {
    return this.#pairs.get(id);
  }

  #add(key: VerificationKey): void {
    this.#verifying.set(key.kid, key);
  }
}
