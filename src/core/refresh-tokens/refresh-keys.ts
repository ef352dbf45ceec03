import type { KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import { encodeBase64url } from "../../util/base64url.ts";
import type { Clock } from "../../util/clock.ts";
import { deriveMac } from "../keys/key-material.ts";
import { activeKey, verifyingKeys, type KeyRing, type RingKey } from "../keys/key-ring.ts";
import type { SharedKeys } from "../keys/shared-keys.ts";
import type { RefreshKey } from "./refresh-token.ts";

/** As much of a key's id as a refresh token has room for: enough to tell the few keys of a ring apart. */
const idBytes = 4;

/** The keys of the ring that refresh tokens are authenticated with, as of a ring that has just been made current. */
export class RefreshKeys {
  readonly #keys: Pick<SharedKeys, "lookAgain" | "makeCurrent" | "ring">;
  readonly #time: Pick<Clock, "now">;
  #known: { readonly ring: KeyRing; readonly byId: ReadonlyMap<string, KeyObject> } | null = null;

  constructor(
    keys: Pick<SharedKeys, "lookAgain" | "makeCurrent" | "ring">,
    time: Pick<Clock, "now">,
  ) {
    this.#keys = keys;
    this.#time = time;
  }

  /** The key that signs now. @throws AuthError `store_unavailable` */
  async signing(): Promise<RefreshKey> {
    await this.#keys.makeCurrent();
    const key = activeKey(this.#keys.ring, "mac", this.#time.now());
    if (key === null) throw new Error("The key ring has no active MAC key");
    return { id: shortIdOf(key), key: deriveMac(key, "refresh") };
  }

  /**
   * Asks for keys that this process does not know, as `SharedKeys.lookAgain` does. Answers whether there are others now.
   * @throws AuthError `store_unavailable`
   */
  lookAgain(): Promise<boolean> {
    return this.#keys.lookAgain();
  }

  /** Looks a key up, of all that are not revoked. @throws AuthError `store_unavailable` */
  async lookUp(): Promise<(keyId: string) => KeyObject | null> {
    await this.#keys.makeCurrent();
    const { ring } = this.#keys;
    if (this.#known?.ring !== ring) {
      const keys = verifyingKeys(ring, "mac", this.#time.now());
      // Should two ids begin alike, the newer key wins.
      const byId = new Map(
        keys.toReversed().map((key) => [shortIdOf(key), deriveMac(key, "refresh")]),
      );
      this.#known = { ring, byId };
    }
    const { byId } = this.#known;
    return (keyId) => byId.get(keyId) ?? null;
  }
}

function shortIdOf({ id }: RingKey): string {
  return encodeBase64url(Buffer.from(id, "base64url").subarray(0, idBytes));
}
