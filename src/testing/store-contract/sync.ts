import type { LogEntry } from "../../core/revocation/revocation-store.ts";
import { casesOf, type Slices, type StoreContractCase } from "./case.ts";
import { holds, same, sixteen } from "./expect.ts";
import {
  aChange,
  anEntry,
  aSession,
  aStamp,
  aSync,
  cursorAt,
  entryOf,
  hour,
  newId,
  now,
  reason,
  seqOf,
} from "./samples.ts";

/** Logs one entry that is kept for so long. */
async function logged({ revocation }: Slices, keepForMs = hour): Promise<LogEntry> {
  const stamp = aStamp({ keepForMs });
  return entryOf(await revocation.revoke({ scope: "user", id: newId(), reason }, stamp));
}

/** What a sync says, without the time. */
async function synced({ revocation }: Slices, last: LogEntry | null): Promise<unknown> {
  const cursor = last === null ? null : cursorAt(last);
  const { outcome, entries } = await revocation.sync(aSync({ cursor }));
  return { outcome, entries };
}

export const syncCases: readonly StoreContractCase[] = casesOf("revocation", {
  "who syncs while 16 revocations commit learns of all, never of one below another that it knew":
    async ({ revocation }) => {
      const revoking = sixteen((index) =>
        revocation.revoke({ scope: "user", id: `u${index}`, reason }, aStamp()),
      );
      const { processId } = aSync();
      const received: LogEntry[] = [];
      for (let round = 0; received.length < 16 && round < 2_000; round += 1) {
        const last = received.at(-1);
        const cursor = last === undefined ? null : cursorAt(last);
        const answer = await revocation.sync(aSync({ processId, cursor }));
        same(answer.outcome, cursor === null ? "afresh" : "next", "the outcome");
        received.push(...answer.entries);
      }
      const seqs = received.map(({ seq }) => seq);
      holds(
        seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] ?? seq)),
        `the places do not grow: ${seqs.join(", ")}`,
      );
      const told = (await revoking).map(seqOf);
      same(
        seqs,
        told.sort((a, b) => a - b),
        "the places, of those told to who revoked",
      );
    },
  "a process that knows nothing starts afresh with all entries, then gets what came after its cursor":
    async (store) => {
      same(await synced(store, null), { outcome: "afresh", entries: [] }, "at first");
      const first = await logged(store);
      const second = await logged(store);
      same(await synced(store, null), { outcome: "afresh", entries: [first, second] }, "afresh");
      same(await synced(store, first), { outcome: "next", entries: [second] }, "after the first");
      same(await synced(store, second), { outcome: "next", entries: [] }, "after the second");
      const third = await logged(store);
      same(await synced(store, second), { outcome: "next", entries: [third] }, "a third");
      same(await synced(store, second), { outcome: "next", entries: [third] }, "asked again");
    },
  "an entry says what was decided, word for word": async (store) => {
    const { sessions, revocation } = store;
    const session = aSession({ userId: "Zoë 🦊", tenantId: "t'" });
    const [guest, login] = [aSession({ userId: null }), aSession()];
    for (const one of [session, guest]) await sessions.insert(one, null, aStamp());
    const except = { sessionId: session.id };
    const acts = [
      () => revocation.revoke({ scope: "user", id: "Zoë 🦊", except, reason }, stamped()),
      () => revocation.revoke({ scope: "tenant", id: "t", reason }, stamped()),
      () => sessions.insert(login, guest.id, stamped()),
      () => sessions.replaceClaims(session.id, aChange({}), stamped()),
      () => sessions.replaceClaimsOf("Zoë 🦊", aChange({}), stamped()),
      () => revocation.revoke({ scope: "session", id: session.id, reason }, stamped()),
      () => revocation.revoke({ scope: "all", reason: "password_changed" }, stamped()),
    ];
    const ids: string[] = [];
    const stamped = () => {
      const stamp = aStamp();
      ids.push(stamp.entryId);
      return stamp;
    };
    const told: LogEntry[] = [];
    for (const act of acts) told.push(entryOf(await act()));
    const revoked = { kind: "revoked", except: null, reason };
    const changed = { kind: "changed", except: null, reason: "claims_changed" };
    const expected = [
      { ...revoked, scope: "user", target: "Zoë 🦊", except: session.id },
      { ...revoked, scope: "tenant", target: "t" },
      { ...revoked, scope: "session", target: guest.id, reason: "replaced" },
      { ...changed, scope: "session", target: session.id },
      { ...changed, scope: "user", target: "Zoë 🦊" },
      { ...revoked, scope: "session", target: session.id },
      { ...revoked, scope: "all", target: "", reason: "password_changed" },
    ].map((entry, index) => {
      const seq = now * 1000 + index;
      return { ...entry, id: ids[index], seq, cut: seq, keepUntil: now + hour };
    });
    same(told, expected, "what was answered");
    same(await synced(store, null), { outcome: "afresh", entries: expected }, "what was read");
  },
  "a cursor that the log does not hold is cut, and all entries are answered": async (store) => {
    const [first, second] = [await logged(store), await logged(store)];
    const all = { outcome: "cut", entries: [first, second] };
    same(await synced(store, { ...first, id: newId() }), all, "another entry at its place");
    same(await synced(store, { ...first, seq: second.seq }), all, "its id at another place");
    same(await synced(store, { ...first, seq: first.seq - 1 }), all, "below the first");
    same(await synced(store, { ...second, seq: second.seq + 5 }), all, "above the last");
    same(await synced(store, second), { outcome: "next", entries: [] }, "the last");
  },
  "the head is raised to the cursor of who syncs, exactly": async ({ revocation }) => {
    for (const seq of [(now + hour) * 1000 + 1, 2 ** 52 + 1]) {
      await revocation.sync(aSync({ cursor: { seq, entryId: newId() } }));
      const verdict = await revocation.revoke({ scope: "all", reason }, aStamp());
      same(seqOf(verdict), seq + 1, "the next place");
    }
    await revocation.sync(aSync({ cursor: { seq: 5, entryId: newId() } }));
    const verdict = await revocation.revoke({ scope: "all", reason }, aStamp());
    same(seqOf(verdict), 2 ** 52 + 3, "after a low cursor");
  },
  "entries are kept until keepUntil and no longer": async (store) => {
    const [short, long] = [await logged(store), await logged(store, 3 * hour)];
    same(short.keepUntil, now + hour, "keepUntil");
    await store.revocation.purge(now + hour - 1);
    same(await synced(store, null), { outcome: "afresh", entries: [short, long] }, "before");
    await store.revocation.purge(now + hour);
    same(await synced(store, null), { outcome: "afresh", entries: [long] }, "afterwards");
  },
  "a cursor below what was pruned starts afresh, also with older entries still there": async (
    store,
  ) => {
    const old = await logged(store, 3 * hour);
    const pruned = await logged(store);
    const kept = await logged(store, 3 * hour);
    await store.revocation.purge(now + hour);
    same(await synced(store, old), { outcome: "afresh", entries: [old, kept] }, "below");
    same(await synced(store, pruned), { outcome: "next", entries: [kept] }, "the pruned one");
    same(await synced(store, kept), { outcome: "next", entries: [] }, "above");
    await store.revocation.purge(now + 3 * hour);
    same(await synced(store, pruned), { outcome: "afresh", entries: [] }, "when all is pruned");
    same(
      await synced(store, kept),
      { outcome: "next", entries: [] },
      "the last when all is pruned",
    );
    const next = await logged(store);
    same(await synced(store, kept), { outcome: "next", entries: [next] }, "after the pruned last");
    holds(next.seq > kept.seq, "a place was given out again");
  },
  "more entries than any batch are pruned": async (store) => {
    const entries = Array.from({ length: 520 }, () => anEntry({ kind: "changed" }));
    await store.revocation.restore(0, entries, cursorAt(anEntry()), now);
    const kept = await logged(store, 3 * hour);
    await store.revocation.purge(now + hour);
    same(await synced(store, null), { outcome: "afresh", entries: [kept] }, "what is left");
  },
  "the store's time is a whole number and does not go back": async ({ revocation }) => {
    const { storeNow: first } = await revocation.sync(aSync());
    const { storeNow: second } = await revocation.sync(aSync());
    holds(Number.isSafeInteger(first) && first > 0, `got ${first}`);
    holds(second >= first, `${second} came after ${first}`);
  },
  "a hint comes soon after something was logged, where the store has hints": async (store) => {
    const { revocation } = store;
    if (revocation.onHint === undefined) return;
    const hint = Promise.withResolvers<string>();
    const stop = await revocation.onHint(() => hint.resolve("a hint"));
    const late = setTimeout(() => hint.resolve("none within two seconds"), 2_000);
    await logged(store);
    same(await hint.promise, "a hint");
    clearTimeout(late);
    await stop();
  },
});
