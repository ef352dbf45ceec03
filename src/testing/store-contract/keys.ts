import type { KeyRingChange, SealedKeyRing } from "../../core/keys/key-store.ts";
import { casesOf, type StoreContractCase } from "./case.ts";
import { count, holds, same, sixteen } from "./expect.ts";
import { aStamp, aSync, hour, newId, now } from "./samples.ts";

const changed: KeyRingChange = { kind: "changed", target: "k1" };

function aRing(version: number): SealedKeyRing {
  return { version, sealed: `sealed ${newId()}` };
}

export const keyCases: readonly StoreContractCase[] = casesOf("keys", {
  "of 16 concurrent first rings, exactly 1 is written, and it is the one that is read": async ({
    keys,
  }) => {
    const rings = Array.from({ length: 16 }, () => aRing(1));
    const verdicts = await sixteen((index) =>
      keys.writeRing(rings[index] ?? aRing(1), 0, changed, aStamp()),
    );
    same(
      count(verdicts, ({ outcome }) => outcome === "written"),
      1,
    );
    const winner = verdicts.findIndex(({ outcome }) => outcome === "written");
    same(await keys.readRing(), rings[winner], "readRing");
  },
  "of 16 concurrent rotations of one ring, exactly 1 is written and exactly 1 entry is logged":
    async ({ keys, revocation }) => {
      await keys.writeRing(aRing(1), 0, changed, aStamp());
      const { entries } = await revocation.sync(aSync());
      const last = entries.at(-1);
      const cursor = last === undefined ? null : { seq: last.seq, entryId: last.id };
      const rings = Array.from({ length: 16 }, () => aRing(2));
      const verdicts = await sixteen((index) =>
        keys.writeRing(rings[index] ?? aRing(2), 1, changed, aStamp()),
      );
      same(
        count(verdicts, ({ outcome }) => outcome === "written"),
        1,
      );
      const winner = verdicts.findIndex(({ outcome }) => outcome === "written");
      same(await keys.readRing(), rings[winner], "readRing");
      same((await revocation.sync(aSync({ cursor }))).entries.length, 1, "entries logged");
    },
  "without a ring there is none": async ({ keys }) => {
    same(await keys.readRing(), null);
  },
  "a ring is read as it was written, up to 64 KB": async ({ keys }) => {
    const ring = { version: 7, sealed: `{"a":"'\\"%_"}${"x".repeat(65_000)}` };
    same((await keys.writeRing(ring, 0, changed, aStamp())).outcome, "written", "the write");
    same(await keys.readRing(), ring);
  },
  "what is written from another version than there is, is a conflict, and writes and logs nothing":
    async ({ keys, revocation }) => {
      const ring = aRing(5);
      same((await keys.writeRing(aRing(2), 1, changed, aStamp())).outcome, "conflict", "from 1");
      await keys.writeRing(ring, 0, changed, aStamp());
      for (const from of [0, 4, 6]) {
        const { outcome } = await keys.writeRing(aRing(9), from, changed, aStamp());
        same(outcome, "conflict", `from ${from}`);
      }
      same(await keys.readRing(), ring, "readRing");
      same((await revocation.sync(aSync())).entries.length, 1, "entries logged");
    },
  "a change is logged in partition 0 with its key, as it was answered": async ({
    keys,
    revocation,
  }) => {
    const kid = newId();
    const verdict = await keys.writeRing(aRing(1), 0, { kind: "revoked", target: kid }, aStamp());
    holds(verdict.outcome === "written", `got ${verdict.outcome}`);
    const [logged] = verdict.entries;
    same(logged?.partition, 0, "the partition");
    same((await revocation.sync(aSync())).entries, [logged?.entry], "the log");
    same(logged?.entry.scope, "key", "the scope");
    same(logged?.entry.kind, "revoked", "the kind");
    same(logged?.entry.target, kid, "the target");
    holds((logged?.entry.keepUntil ?? 0) >= now + hour, "it is kept for too short a time");
  },
});
