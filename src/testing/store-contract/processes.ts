import type { SyncingProcess } from "../../core/revocation/revocation-store.ts";
import { casesOf, type Slices, type StoreContractCase } from "./case.ts";
import { holds, same, sixteen } from "./expect.ts";
import { aStamp, aSync, cursorAt, entryOf, hour, newId, now, reason } from "./samples.ts";

async function listed({ revocation }: Slices, at = now): Promise<readonly SyncingProcess[]> {
  const all = [...(await revocation.processes(0, at))];
  return all.sort((a, b) => (a.processId < b.processId ? -1 : 1));
}

async function keepUntil({ revocation }: Slices, at = now): Promise<number> {
  const stamp = aStamp({ now: at });
  return entryOf(await revocation.revoke({ scope: "user", id: newId(), reason }, stamp)).keepUntil;
}

export const processCases: readonly StoreContractCase[] = casesOf("revocation", {
  "16 concurrent first syncs of 16 processes list 16, of one process 1": async (store) => {
    await sixteen((index) => store.revocation.sync(aSync({ processId: `p${index}` })));
    same((await listed(store)).length, 16, "16 processes");
    await sixteen(() => store.revocation.sync(aSync({ processId: "one" })));
    same((await listed(store)).length, 17, "and one more");
  },
  "a process that syncs for the first time learns of a revocation or is found by it": async (
    store,
  ) => {
    const { revocation } = store;
    for (let round = 0; round < 10; round += 1) {
      const syncing = (part: string) =>
        Array.from({ length: 6 }, async (_, index) => {
          const processId = `${round} ${part} ${index}`;
          return { processId, answer: await revocation.sync(aSync({ processId })) };
        });
      const early = syncing("early");
      const revoking = revocation
        .revoke({ scope: "user", id: newId(), reason }, aStamp())
        .then(async (verdict) => ({ entry: entryOf(verdict), found: await listed(store) }));
      const processes = await Promise.all([...early, ...syncing("late")]);
      const { entry, found } = await revoking;
      for (const { processId, answer } of processes) {
        const knows = answer.entries.some(({ id }) => id === entry.id);
        const isFound = found.some((process) => process.processId === processId);
        holds(knows || isFound, "one was not told and is not listed");
      }
    }
  },
  "a process is listed with what it acknowledged, until its time is over": async (store) => {
    const { revocation } = store;
    const entry = entryOf(await revocation.revoke({ scope: "all", reason }, aStamp()));
    const processId = newId();
    await revocation.sync(aSync({ processId, liveForMs: 2_000 }));
    const first = { processId, acknowledged: 0, liveUntil: now + 2_000 };
    same(await listed(store), [first], "at first");
    same(await listed(store, now + 1_999), [first], "a millisecond before its end");
    same(await listed(store, now + 2_000), [], "at its end");
    const cursor = cursorAt(entry);
    await revocation.sync(aSync({ processId, cursor, liveForMs: 32_000, now: now + 5_000 }));
    same(
      await listed(store, now + 5_000),
      [{ processId, acknowledged: entry.seq, liveUntil: now + 37_000 }],
      "after its second sync",
    );
  },
  "places above 2^50 are acknowledged exactly": async (store) => {
    const { revocation } = store;
    for (const seq of [2 ** 51 + 1, 2 ** 53 - 3]) {
      const processId = newId();
      // Raises the head to just below.
      await revocation.sync(aSync({ processId, cursor: { seq: seq - 1, entryId: newId() } }));
      const entry = entryOf(await revocation.revoke({ scope: "all", reason }, aStamp()));
      same(entry.seq, seq, "the place");
      await revocation.sync(aSync({ processId, cursor: cursorAt(entry) }));
      const found = (await listed(store)).find((process) => process.processId === processId);
      same(found?.acknowledged, seq, "acknowledged");
    }
  },
  "a process whose log was cut acknowledges nothing until it has read what there is": async (
    store,
  ) => {
    const { revocation } = store;
    const entry = entryOf(await revocation.revoke({ scope: "all", reason }, aStamp()));
    const processId = newId();
    const cursor = { seq: entry.seq + 1_000, entryId: newId() };
    for (const lost of [cursor, { seq: entry.seq, entryId: newId() }]) {
      await revocation.sync(aSync({ processId, cursor: cursorAt(entry) }));
      const { outcome } = await revocation.sync(aSync({ processId, cursor: lost }));
      same(outcome, "cut", "its sync");
      const [process] = await listed(store);
      same(process?.acknowledged, 0, "acknowledged");
    }
  },
  "a process that left is not listed, and another is; it may come back": async (store) => {
    const { revocation } = store;
    for (const processId of ["p1", "p2"]) await revocation.sync(aSync({ processId }));
    await revocation.leave("p1");
    await revocation.leave("p1");
    await revocation.leave(newId());
    const ids = async () => (await listed(store)).map(({ processId }) => processId);
    same(await ids(), ["p2"], "after it left");
    await revocation.sync(aSync({ processId: "p1" }));
    same(await ids(), ["p1", "p2"], "after it came back");
  },
  "an entry is kept as long as the process needs it that issues for the longest": async (store) => {
    same(await keepUntil(store), now + hour, "without processes");
    for (const hours of [2, 5, 3]) {
      await store.revocation.sync(aSync({ processId: `p${hours}`, keepForMs: hours * hour }));
    }
    same(await keepUntil(store), now + 5 * hour, "with 2, 5 and 3 hours");
    same(await keepUntil(store, now + 4 * hour), now + 9 * hour, "while its last credentials live");
    same(await keepUntil(store, now + 5 * hour), now + 6 * hour, "when those are over too");
  },
  "a process that left or is over counts as long as its credentials, also after a purge": async (
    store,
  ) => {
    const { revocation } = store;
    await revocation.sync(aSync({ processId: "left", keepForMs: 5 * hour }));
    await revocation.leave("left");
    await revocation.purge(now + 4 * hour);
    same(await keepUntil(store, now + 4 * hour), now + 9 * hour, "before");
    await revocation.purge(now + 5 * hour);
    same(await keepUntil(store, now + 4 * hour), now + 5 * hour, "when it is forgotten");
  },
});
