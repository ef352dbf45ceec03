import type { ExternalKey } from "../access-tokens/options.ts";
import { stateOf, type KeyState, type KeyUse, type RingKey } from "./key-ring.ts";
import type { SharedKeys } from "./shared-keys.ts";

/**
 * What may be shown of a key: everything but the key. Times are milliseconds since the epoch; null for a key of the
 * configuration (`accessTokens.signer`, `next`, `previous`), about which nothing of the kind is known.
 */
export interface KeyView {
  /** Of a signing key, the `kid` of its tokens. */
  readonly id: string;
  readonly use: KeyUse;
  readonly state: KeyState;
  /** The JWS algorithm of a signing key; null for a MAC key. */
  readonly algorithm: string | null;
  readonly createdAt: number | null;
  readonly activeFrom: number | null;
  readonly revokedAt: number | null;
}

/** `auth.keys`: the keys that all processes share. */
export interface KeyDirectory {
  /** All keys, oldest first; those of the configuration last. @throws AuthError `store_unavailable` */
  list(): Promise<readonly KeyView[]>;
  /**
   * Adds a key that takes over as soon as whoever verifies must know it, and answers it; what the old one made stays good. Of
   * each use, unless one is named; of signing keys only where there are any. A signing key that waits to take over is answered
   * instead of a second one. Also shuts out the secrets that were taken out of the configuration: with one of those, the
   * stored keys can no longer be read.
   * @throws AuthError `store_unavailable`
   * @throws TypeError for `signing` where the store holds no signing keys
   */
  rotate(use?: KeyUse): Promise<readonly KeyView[]>;
  /**
   * Ends the trust in a key, as after a leak: what it made is refused everywhere within the lease. When a MAC key made it,
   * everybody signs in again; when a signing key did, clients get new access tokens. An active key is replaced at once,
   * and the one that waited is revoked with it. Answers whether there was such a key. @throws AuthError `store_unavailable`
   */
  revoke(id: string): Promise<boolean>;
}

export function createKeyDirectory(keys: SharedKeys, now: () => number): KeyDirectory {
  const viewOf = (key: RingKey): KeyView => ({
    id: key.id,
    use: key.use,
    state: ringStateOf(keys, key, now()),
    algorithm: key.algorithm,
    createdAt: key.createdAt,
    activeFrom: key.activeFrom,
    revokedAt: key.revokedAt,
  });
  return {
    async list() {
      await keys.makeCurrent();
      const stored = keys.ring.keys.map(viewOf);
      const configured = keys.externalKeys
        .filter(({ key }) => stored.every(({ id }) => id !== key.kid))
        .map(viewOfExternal);
      return [...stored, ...configured];
    },
    async rotate(use) {
      if (use !== undefined && !keys.uses.includes(use)) {
        throw new TypeError(
          `keys.rotate: there are no keys of the use ${JSON.stringify(use)} to rotate`,
        );
      }
      const rotated: KeyView[] = [];
      for (const each of use === undefined ? keys.uses : [use]) {
        rotated.push(viewOf(await keys.rotate(each)));
      }
      return rotated;
    },
    revoke: (id) => keys.revoke(id),
  };
}

/** Where another signer has taken over, the ring's signing keys only verify. */
function ringStateOf(keys: SharedKeys, key: RingKey, now: number): KeyState {
  const state = stateOf(keys.ring, key, now);
  const signs = state === "active" || state === "next";
  return signs && key.use === "signing" && keys.hasExternalSigner ? "retiring" : state;
}

function viewOfExternal({ state, key }: ExternalKey): KeyView {
  const unknown = { createdAt: null, activeFrom: null, revokedAt: null } as const;
  return { id: key.kid, use: "signing", state, algorithm: key.algorithm, ...unknown };
}
