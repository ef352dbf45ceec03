import type { KeyStore, SealedKeyRing } from "../../core/keys/key-store.ts";
import type { RevocationLog } from "./log.ts";

/** The key ring in memory. */
export function memoryKeys(log: RevocationLog): KeyStore {
  let current: SealedKeyRing | null = null;
  return {
    async readRing() {
      return current;
    },

    async writeRing({ version, sealed }, from, { kind, target }, stamp) {
      if ((current?.version ?? 0) !== from) return { outcome: "conflict" };
      current = { version, sealed };
      const told = { scope: "key", target, kind, except: null, reason: "key_ring" } as const;
      return { outcome: "written", entries: [log.append(told, stamp)] };
    },
  };
}
