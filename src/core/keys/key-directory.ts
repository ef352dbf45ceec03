import { stateOf, type KeyState, type KeyUse, type RingKey } from "./key-ring.ts";
import type { SharedKeys } from "./shared-keys.ts";

/** What may be shown of a key: everything but the key. Times are milliseconds since the epoch. */
export interface KeyView {
  readonly id: string;
  readonly use: KeyUse;
  readonly state: KeyState;
  /** The JWS algorithm of a signing key; null for a MAC key. */
  readonly algorithm: string | null;
  readonly createdAt: number;
  readonly activeFrom: number;
  readonly revokedAt: number | null;
}

/** `auth.keys`: the keys that all processes share. */
export interface KeyDirectory {
  /** All keys, oldest first. @throws AuthError `store_unavailable` */
  list(): Promise<readonly KeyView[]>;
  /**
   * Adds a key that takes over as soon as every process knows it; what the old one made stays good. Also shuts out the
   * secrets that were taken out of the configuration: with one of those, the stored keys can no longer be read.
   * @throws AuthError `store_unavailable`
   */
  rotate(): Promise<KeyView>;
  /**
   * Ends the trust in a key, as after a leak: what it made is refused everywhere within the lease, so everybody signs in
   * again. Answers whether there was such a key. @throws AuthError `store_unavailable`
   */
  revoke(id: string): Promise<boolean>;
}

export function createKeyDirectory(keys: SharedKeys, now: () => number): KeyDirectory {
  const viewOf = (key: RingKey): KeyView => ({
    id: key.id,
    use: key.use,
    state: stateOf(keys.ring, key, now()),
    algorithm: key.algorithm,
    createdAt: key.createdAt,
    activeFrom: key.activeFrom,
    revokedAt: key.revokedAt,
  });
  return {
    async list() {
      await keys.makeCurrent();
      return keys.ring.keys.map(viewOf);
    },
    async rotate() {
      return viewOf(await keys.rotate());
    },
    revoke: (id) => keys.revoke(id),
  };
}
