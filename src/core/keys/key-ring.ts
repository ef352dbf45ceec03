/** What a key is for. `mac` keys authenticate our own opaque tokens; `signing` keys sign access tokens. */
export type KeyUse = "mac" | "signing";

/** A key that all processes share. Times are milliseconds since the epoch, by the store's clock. */
export interface RingKey {
  /** `kid` of the tokens that it signs. */
  readonly id: string;
  readonly use: KeyUse;
  /** The JWS algorithm of a signing key; null for a MAC key. */
  readonly algorithm: string | null;
  /**
   * A MAC key's 32 bytes as base64url; a signing key's private JWK as JSON. Empty for a key that is held elsewhere: of that
   * only the revocation is known here.
   */
  readonly material: string;
  readonly createdAt: number;
  /** From when on it may sign: until then others only get to know it. */
  readonly activeFrom: number;
  readonly revokedAt: number | null;
}

/**
 * How long a new key is only known before it signs, in milliseconds. Of MAC keys every process of ours must know: longer
 * than any is cut off unnoticed. Signing keys must reach whoever verifies elsewhere: they are published with the leave to
 * keep the set for `jwksMaxAgeMs`; some verifiers keep it for ten minutes whatever is said, and look again no sooner than
 * half a minute after the last time.
 */
export const leadMs: Readonly<Record<KeyUse, number>> = { mac: 60_000, signing: 900_000 };

/** For how long the published keys may be kept. */
export const jwksMaxAgeMs = 300_000;

/** What a key is good for at a moment. */
export type KeyState =
  /** Known, so that whoever verifies has it before anything is signed with it. */
  | "next"
  /** Signs. One of each use. */
  | "active"
  /** Only verifies: what it signed may still be around. */
  | "retiring"
  /** Neither: nothing that it signed is good. */
  | "revoked";

/** All keys, oldest first. */
export interface KeyRing {
  readonly version: number;
  readonly keys: readonly RingKey[];
}

export const emptyRing: KeyRing = { version: 0, keys: [] };

/**
 * The key that signs at `now`: the newest that may. Where the clock of this process is behind that of who made the keys, none
 * may yet: then it is the oldest. Null when there is none at all.
 */
export function activeKey(ring: KeyRing, use: KeyUse, now: number): RingKey | null {
  const usable = ring.keys.filter((key) => key.use === use && key.revokedAt === null);
  return usable.findLast(({ activeFrom }) => activeFrom <= now) ?? usable[0] ?? null;
}

export function stateOf(ring: KeyRing, key: RingKey, now: number): KeyState {
  if (key.revokedAt !== null) return "revoked";
  if (activeKey(ring, key.use, now) === key) return "active";
  return key.activeFrom > now ? "next" : "retiring";
}

/** The keys that verify at `now`, the active one first, for it is the likeliest. */
export function verifyingKeys(ring: KeyRing, use: KeyUse, now: number): readonly RingKey[] {
  const active = activeKey(ring, use, now);
  const others = ring.keys.filter(
    (key) => key.use === use && key.revokedAt === null && key !== active,
  );
  return active === null ? others : [active, ...others.toReversed()];
}

/** The key that waits to take over; null when there is none. */
export function nextKey(ring: KeyRing, use: KeyUse, now: number): RingKey | null {
  const found = ring.keys.findLast((key) => key.use === use && stateOf(ring, key, now) === "next");
  return found ?? null;
}

/** From when on a key has signed, if it was its turn: one that took over at once says a time before it was made. */
export function signsFrom({ createdAt, activeFrom }: RingKey): number {
  return Math.max(createdAt, activeFrom);
}

/** The ring with one key more. */
export function withKey(ring: KeyRing, key: RingKey): KeyRing {
  return { version: ring.version + 1, keys: [...ring.keys, key] };
}

/** The ring in which the key is revoked; null when it has no such key, or it was revoked before. */
export function withRevoked(ring: KeyRing, id: string, now: number): KeyRing | null {
  if (!ring.keys.some((key) => key.id === id && key.revokedAt === null)) return null;
  const keys = ring.keys.map((key) => (key.id === id ? { ...key, revokedAt: now } : key));
  return { version: ring.version + 1, keys };
}

/**
 * The keys without those that nobody can need: retired for longer than anything that they signed lives. A revoked one is kept
 * for as long, so that its id is not taken for an unknown one; one that is held elsewhere for ever, since it may be configured
 * for ever.
 */
export function pruned(
  ring: KeyRing,
  longestLifeMs: Readonly<Record<KeyUse, number>>,
  now: number,
): KeyRing {
  const keys = ring.keys.filter((key, index) => {
    if (key.material === "") return true;
    const successors = ring.keys
      .slice(index + 1)
      .filter(({ use, revokedAt }) => use === key.use && revokedAt === null);
    const retiredAt = key.revokedAt ?? Math.min(...successors.map(signsFrom));
    return retiredAt + longestLifeMs[key.use] > now;
  });
  return { ...ring, keys };
}
