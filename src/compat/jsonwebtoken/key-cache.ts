import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from "node:crypto";
import type { PrivateKeyInput, PublicKeyInput } from "node:crypto";
import { LruMap } from "../../util/lru.ts";

/** A key as it was imported, and what was found out about it: importing and looking cost more than most signatures. */
export interface KnownKey {
  readonly object: KeyObject;
  /** By algorithm, why it must not be used with it; null where it may. */
  readonly misfits: Map<string, string | null>;
  /** Why it makes no HMAC secret; null where it does, undefined where nobody asked yet. */
  secretFault: SecretFault | null | undefined;
}

export type SecretFault = "empty" | "short" | "asymmetric";

/** How many keys of each kind are remembered, and how long they may be; a service with more tenants imports again. */
const rememberedKeys = 256;
const longestRemembered = 16_384;

/**
 * Keys by what they were made of. Texts and bytes are kept apart, since the same characters are different bytes in each;
 * so are signing and verifying, since a private PEM means another key in each. The whole text is compared, so no key is ever
 * taken for another. Bytes are looked up by their content: whoever overwrites a Buffer gets the new key.
 */
class KeyCache {
  readonly #importAsymmetric: (material: Material) => KeyObject;
  readonly #byText = new LruMap<KnownKey>(rememberedKeys);
  readonly #byBytes = new LruMap<KnownKey>(rememberedKeys);

  constructor(importAsymmetric: (material: Material) => KeyObject) {
    this.#importAsymmetric = importAsymmetric;
  }

  /** The key of a text, bytes, an object of Node's `crypto` or a `KeyObject`; null when it is no key material. */
  find(material: unknown): KnownKey | null {
    if (material instanceof KeyObject) return knownObject(material);
    if (typeof material === "string") return this.#remembered(this.#byText, material, material);
    if (Buffer.isBuffer(material)) {
      return this.#remembered(this.#byBytes, material.toString("latin1"), material);
    }
    return this.#import(material as Material);
  }

  #remembered(cache: LruMap<KnownKey>, name: string, material: string | Buffer): KnownKey | null {
    const known = cache.get(name);
    if (known !== undefined) return known;
    const imported = this.#import(material);
    if (imported !== null && name.length <= longestRemembered) cache.set(name, imported);
    return imported;
  }

  /** What is no asymmetric key is a secret, whatever it looks like; `secretFault` looks. */
  #import(material: Material): KnownKey | null {
    try {
      return unlooked(this.#importAsymmetric(material));
    } catch {
      try {
        const bytes = typeof material === "string" ? Buffer.from(material) : material;
        return unlooked(createSecretKey(bytes as Buffer));
      } catch {
        return null;
      }
    }
  }
}

/** Strings, bytes and objects with passphrases or JWKs, which Node's `crypto` takes or throws at. */
type Material = string | Buffer | (PrivateKeyInput & PublicKeyInput);

export const signingKeys: KeyCache = new KeyCache((material) => createPrivateKey(material));
export const verifyingKeys: KeyCache = new KeyCache((material) => createPublicKey(material));

const knownObjects = new WeakMap<KeyObject, KnownKey>();

function knownObject(object: KeyObject): KnownKey {
  let known = knownObjects.get(object);
  if (known === undefined) {
    known = unlooked(object);
    knownObjects.set(object, known);
  }
  return known;
}

function unlooked(object: KeyObject): KnownKey {
  return { object, misfits: new Map(), secretFault: undefined };
}
