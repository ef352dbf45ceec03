import type { KeyStore } from "../../core/keys/key-store.ts";
import type { Connection } from "./connection.ts";
import { loggedIn, packTold, stampArgs } from "./log-entry.ts";
import { writeRingScript } from "./lua/key-scripts.ts";
import type { Reply } from "./port.ts";

/** The key ring over Redis: in the first partition, whose log every process reads. */
export function redisKeys(connection: Connection): KeyStore {
  const { partitions, channel } = connection;
  const keys = partitions.first;
  return {
    async readRing() {
      const reply = await connection.send(keys.keyRing, [
        "hmget",
        keys.keyRing,
        "version",
        "sealed",
      ]);
      const [version, sealed] = reply as readonly Reply[];
      if (typeof version !== "string" || typeof sealed !== "string") return null;
      return { version: Number(version), sealed };
    },

    async writeRing({ version, sealed }, from, { kind, target }, stamp) {
      const told = packTold({ scope: "key", target, kind, except: null, reason: "key_ring" });
      const reply = await connection.runLasting(
        writeRingScript,
        [...keys.common, keys.keyRing],
        [...stampArgs(channel, stamp), String(from), String(version), sealed, told],
      );
      const [outcome, entry] = reply as readonly Reply[];
      if (outcome !== "written") return { outcome: "conflict" };
      return { outcome: "written", entries: [loggedIn(keys.partition, entry)] };
    },
  };
}
