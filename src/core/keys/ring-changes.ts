import type { AccessTokensConfig } from "../access-tokens/options.ts";
import type { NewKey } from "./key-material.ts";
import {
  activeKey,
  leadMs,
  nextKey,
  signsFrom,
  withKey,
  withRevoked,
  type KeyRing,
  type RingKey,
} from "./key-ring.ts";

/** A key that takes over when whoever verifies must know it. */
export function waiting(key: NewKey, now: number): RingKey {
  return { ...key, createdAt: now, activeFrom: now + leadMs[key.use], revokedAt: null };
}

/** A key that takes over at once: from a moment in the past of every process, also of those whose clocks are behind. */
export function atOnce(key: NewKey, now: number): RingKey {
  return { ...key, createdAt: now, activeFrom: now - leadMs[key.use], revokedAt: null };
}

/** Whether a signing key has to be made that takes over: for one that has signed for long enough, or is of another algorithm. */
export function isRotationDue(
  ring: KeyRing,
  { algorithm, rotateEveryMs }: Pick<AccessTokensConfig, "algorithm" | "rotateEveryMs">,
  now: number,
): boolean {
  const active = activeKey(ring, "signing", now);
  if (active === null || nextKey(ring, "signing", now) !== null) return false;
  const isOld = signsFrom(active) + rotateEveryMs - leadMs.signing <= now;
  return isOld || active.algorithm !== algorithm;
}

/**
 * The ring without trust in a key; null when it has none of this id, or it was revoked before. An active one gives way to the
 * replacement, and the one that waited is revoked with it: whoever took the one may have taken the other.
 */
export function withoutTrustIn(
  ring: KeyRing,
  id: string,
  replacement: NewKey | null,
  now: number,
): KeyRing | null {
  const revoked = withRevoked(ring, id, now);
  const key = ring.keys.find((each) => each.id === id);
  if (revoked === null || key === undefined || activeKey(ring, key.use, now) !== key) {
    return revoked;
  }
  const next = nextKey(ring, key.use, now);
  const both = next === null ? revoked : (withRevoked(revoked, next.id, now) ?? revoked);
  return replacement === null ? both : withKey(both, atOnce(replacement, now));
}

/** The ring that remembers that a key which is held elsewhere was revoked; null when it does so already. */
export function withForeignRevoked(
  ring: KeyRing,
  { kid, algorithm }: { readonly kid: string; readonly algorithm: string },
  now: number,
): KeyRing | null {
  if (ring.keys.some(({ id }) => id === kid)) return null;
  return withKey(ring, {
    id: kid,
    use: "signing",
    algorithm,
    material: "",
    createdAt: now,
    activeFrom: now,
    revokedAt: now,
  });
}
