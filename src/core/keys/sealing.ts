import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { Buffer } from "node:buffer";
import type { RandomSource } from "../ports.ts";

/**
 * What is stored instead of the keys: the keys encrypted under one data key, and that data key encrypted under each secret.
 * So every process that knows any of the secrets can read it, also while a new secret is being rolled out, and whoever
 * adds a secret need not know the others.
 */
interface Sealed {
  readonly v: 1;
  readonly wraps: readonly Wrap[];
  /** Nonce, ciphertext and tag, base64url. */
  readonly data: string;
}

/** The data key, encrypted under one secret. In the order in which the secrets came to be known. */
interface Wrap {
  /** Names the secret, and tells nothing of it. */
  readonly secret: string;
  readonly key: string;
}

/** What a secret is used for here. */
export interface SealingKey {
  readonly name: string;
  readonly key: Uint8Array;
}

/** A sealed text that was opened: what it says, and what it takes to seal it again for those who could read it. */
export interface Opened {
  readonly text: string;
  readonly dataKey: Uint8Array;
  readonly wraps: readonly Wrap[];
}

const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;

/** HKDF-SHA-256 (RFC 5869); the name comes of another branch than the key. */
export function sealingKeyOf(secret: string): SealingKey {
  const derive = (purpose: string, length: number): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", secret, "symbolon", `symbolon ${purpose} v1`, length));
  return {
    name: Buffer.from(derive("secret name", 9)).toString("base64url"),
    key: derive("key ring", keyLength),
  };
}

/** Seals a text for the first time. */
export function seal(text: string, secrets: readonly SealingKey[], random: RandomSource): string {
  return sealAgain({ text, dataKey: random(keyLength), wraps: [] }, secrets, random);
}

/**
 * Seals a text for whoever could open it before, and for the secrets given. AES-256-GCM; a data key seals a few hundred
 * rings in its life, far from the 2^32 that random nonces allow (NIST SP 800-38D, section 8.3).
 */
export function sealAgain(
  { text, dataKey, wraps }: Opened,
  secrets: readonly SealingKey[],
  random: RandomSource,
): string {
  const added = secrets.filter(({ name }) => wraps.every((wrap) => wrap.secret !== name));
  const sealed: Sealed = {
    v: 1,
    wraps: [
      ...wraps,
      ...added.map(({ name, key }) => ({ secret: name, key: encrypt(dataKey, key, random) })),
    ],
    data: encrypt(Buffer.from(text), dataKey, random),
  };
  return JSON.stringify(sealed);
}

/**
 * Opens what was sealed; null when none of the secrets fits.
 * @throws Error when it is not ours or was tampered with
 */
export function open(sealed: string, secrets: readonly SealingKey[]): Opened | null {
  const { v, wraps, data } = JSON.parse(sealed) as Sealed;
  if ((v as number) !== 1) throw new Error("The key ring is of a newer release");
  for (const { name, key } of secrets) {
    const wrap = wraps.find((each) => each.secret === name);
    if (wrap === undefined) continue;
    const dataKey = decrypt(wrap.key, key);
    return { text: decrypt(data, dataKey).toString(), dataKey, wraps };
  }
  return null;
}

/** Whether the sealed text can be opened with each of the secrets. */
export function isSealedFor({ wraps }: Opened, secrets: readonly SealingKey[]): boolean {
  return secrets.every(({ name }) => wraps.some((wrap) => wrap.secret === name));
}

/**
 * Whether there are secrets older than all of these. Newer ones do not count: a process that does not know a secret which is
 * being rolled out must not take it away from the others.
 */
export function hasOlderSecrets({ wraps }: Opened, secrets: readonly SealingKey[]): boolean {
  const oldestOfOurs = wraps.findIndex(({ secret }) => secrets.some(({ name }) => name === secret));
  return oldestOfOurs > 0;
}

function encrypt(plain: Uint8Array, key: Uint8Array, random: RandomSource): string {
  const nonce = random(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const encrypted = [cipher.update(plain), cipher.final()];
  return Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]).toString("base64url");
}

function decrypt(text: string, key: Uint8Array): Buffer {
  const bytes = Buffer.from(text, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceLength), {
    authTagLength: tagLength,
  });
  decipher.setAuthTag(bytes.subarray(-tagLength));
  return Buffer.concat([
    decipher.update(bytes.subarray(nonceLength, -tagLength)),
    decipher.final(),
  ]);
}
