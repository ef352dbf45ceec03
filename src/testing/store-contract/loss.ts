import type { LogEntry } from "../../core/revocation/revocation-store.ts";
import { casesOfLoss, type Slices, type StoreContractCase } from "./case.ts";
import { holds, same } from "./expect.ts";
import { aSession, aStamp, aSync, cursorAt, entryOf, newId, now, reason } from "./samples.ts";

async function logged({ revocation }: Slices, id: string = newId()): Promise<LogEntry> {
  return entryOf(await revocation.revoke({ scope: "user", id, reason }, aStamp()));
}

async function synced({ revocation }: Slices, last: LogEntry): Promise<unknown> {
  const { outcome, entries } = await revocation.sync(aSync({ cursor: cursorAt(last) }));
  return { outcome, entries };
}

/** What a log that has lost entries says, as after a failover to a replica that lagged (REVIEW, finding 3). */
export const lossCases: readonly StoreContractCase[] = casesOfLoss({
  "a process whose last entry was lost is told that the log was cut": async (store, lose) => {
    const [first, second] = [await logged(store), await logged(store)];
    await lose(first.seq);
    same(await synced(store, second), { outcome: "cut", entries: [first] }, "at once");
    same(await synced(store, first), { outcome: "next", entries: [] }, "who knew less");
  },
  "it is told so also when others have logged since": async (store, lose) => {
    const [first, second] = [await logged(store), await logged(store)];
    await lose(first.seq);
    const later = { now: now + 5_000 };
    const revocation = { scope: "user", id: newId(), reason } as const;
    const since = entryOf(await store.revocation.revoke(revocation, aStamp(later)));
    same(await synced(store, second), { outcome: "cut", entries: [first, since] });
  },
  "what is logged after its sync is above all that it knew": async (store, lose) => {
    const first = await logged(store);
    const known = [await logged(store), await logged(store)];
    await lose(first.seq);
    const last = known[1];
    holds(last !== undefined, "no entry");
    await synced(store, last);
    same((await logged(store)).seq, last.seq + 1, "the next place");
  },
  "who comes back after another has written the loss back misses nothing of the meantime": async (
    store,
    lose,
  ) => {
    const [first, second] = [await logged(store), await logged(store)];
    await lose(first.seq);
    const since = await logged(store);
    await store.revocation.restore(0, [second], cursorAt(second), now);
    const { outcome, entries } = await store.revocation.sync(aSync({ cursor: cursorAt(second) }));
    same(outcome, "cut", "the outcome");
    same(
      entries.map(({ id }) => id),
      [first.id, since.id, second.id],
      "the entries",
    );
  },
  "who signed in after a revocation that was lost and written back lives": async (store, lose) => {
    const [first, lost] = [await logged(store), await logged(store, "u")];
    const session = aSession({ userId: "u", mark: lost.cut });
    await store.sessions.insert(session, null, aStamp());
    await lose(first.seq);
    await store.revocation.restore(0, [lost], cursorAt(lost), now);
    same(await store.sessions.find(session.id), session);
  },
});
