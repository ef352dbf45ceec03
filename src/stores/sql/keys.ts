import type {
  KeyRingChange,
  KeyStore,
  SealedKeyRing,
  WriteRingVerdict,
} from "../../core/keys/key-store.ts";
import type { Stamp } from "../../core/revocation/revocation-store.ts";
import { append, lockHead } from "./log.ts";
import { toInteger, toText } from "./rows.ts";
import { statement, type Script, type SqlDriver } from "./script.ts";

/** The key ring over SQL: one row, which is there from the first write on. */
export function sqlKeys(driver: SqlDriver): KeyStore {
  return {
    async readRing() {
      const [row] = await driver.read(
        "select version, sealed from symbolon_key_ring where one = 1",
      );
      return row === undefined ? null : { version: toInteger(row[0]), sealed: toText(row[1]) };
    },

    writeRing: (ring, from, change, stamp) =>
      driver.transact(() => writeRing(ring, from, change, stamp)),
  };
}

/** Whoever writes has locked the head of the log, so nobody writes in between. */
function* writeRing(
  { version, sealed }: SealedKeyRing,
  from: number,
  { kind, target }: KeyRingChange,
  stamp: Stamp,
): Script<WriteRingVerdict> {
  const head = yield* lockHead("exclusive");
  const [row] = yield statement("select version from symbolon_key_ring where one = 1");
  if ((row === undefined ? 0 : toInteger(row[0])) !== from) return { outcome: "conflict" };
  yield row === undefined
    ? statement(
        "insert into symbolon_key_ring (version, sealed, one) values (?, ?, 1)",
        version,
        sealed,
      )
    : statement(
        "update symbolon_key_ring set version = ?, sealed = ? where one = 1",
        version,
        sealed,
      );
  const told = { scope: "key", target, kind, except: null, reason: "key_ring" } as const;
  return { outcome: "written", entries: [yield* append(head, told, stamp)] };
}
