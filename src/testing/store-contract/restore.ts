import type { LogEntry } from "../../core/revocation/revocation-store.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";
import { casesOf, type Slices, type StoreContractCase } from "./case.ts";
import { holds, same, sixteen } from "./expect.ts";
import {
  aGuest,
  anEntry,
  aSession,
  aStamp,
  aSync,
  cursorAt,
  entryOf,
  hour,
  newId,
  now,
  pastMark,
  reason,
} from "./samples.ts";

const cut = now * 1000;

async function logOf({ revocation }: Slices): Promise<readonly LogEntry[]> {
  return (await revocation.sync(aSync())).entries;
}

async function restored({ revocation }: Slices, ...entries: readonly LogEntry[]): Promise<void> {
  const cursor = { seq: Math.max(...entries.map(({ seq }) => seq)), entryId: newId() };
  await revocation.restore(0, entries, cursor, now);
}

async function started(
  { sessions }: Slices,
  ...fields: readonly Partial<SessionRecord>[]
): Promise<SessionRecord[]> {
  const all = fields.map((some) => aSession(some));
  for (const session of all) await sessions.insert(session, null, aStamp());
  return all;
}

export const restoreCases: readonly StoreContractCase[] = casesOf("revocation", {
  "of 16 concurrent writings back of the same entries, each entry is in the log once": async (
    store,
  ) => {
    const entries = [anEntry(), anEntry({ seq: cut + 1 })];
    await sixteen((index) =>
      restored(store, ...(index % 2 === 0 ? entries : entries.toReversed())),
    );
    const ids = (await logOf(store)).map(({ id }) => id);
    same(ids.sort(), entries.map(({ id }) => id).sort());
  },
  "an entry that is written back keeps all but its place, which is above the cursor": async (
    store,
  ) => {
    const { revocation } = store;
    const entries = [
      anEntry({ seq: cut + 5, cut: 2 ** 50 + 1, except: newId(), target: "Zoë 🦊" }),
      anEntry({ scope: "session", target: newId(), keepUntil: now + 9 * hour, reason: "replaced" }),
      anEntry({ kind: "changed", reason: "claims_changed" }),
      anEntry({ scope: "all", target: "" }),
    ];
    const cursor = { seq: 2 ** 52 + 1, entryId: newId() };
    await revocation.restore(0, entries, cursor, now);
    same(
      await logOf(store),
      entries.map((entry, index) => ({ ...entry, seq: cursor.seq + 1 + index })),
    );
    const next = entryOf(await revocation.revoke({ scope: "user", id: "v", reason }, aStamp()));
    same(next.seq, cursor.seq + 5, "the place after them");
  },
  "an entry that the log has is left alone, also when it is given twice": async (store) => {
    const verdict = await store.revocation.revoke({ scope: "user", id: "u", reason }, aStamp());
    const known = entryOf(verdict);
    const lost = anEntry();
    await restored(store, lost, { ...known, seq: known.seq + 9 }, lost);
    const [first, second, ...rest] = await logOf(store);
    same(first, known, "the known entry");
    same(second?.id, lost.id, "the lost one");
    same(rest, [], "more");
  },
  "what an entry of a session revoked is removed again": async (store) => {
    const [ended, other] = await started(store, { mark: cut - 1 }, { mark: cut - 1 });
    holds(ended !== undefined && other !== undefined, "no sessions");
    await restored(store, anEntry({ scope: "session", target: ended.id }));
    same(await store.sessions.find(ended.id), null, "the session");
    same(await store.sessions.find(other.id), other, "another");
  },
  "what an entry of a user, a tenant or all revoked is removed again, by its cut": async (
    store,
  ) => {
    const { sessions } = store;
    const targets = { user: "u", tenant: "t", all: "" } as const;
    for (const scope of ["user", "tenant", "all"] as const) {
      const [before, after, stranger] = await started(
        store,
        { userId: "u", tenantId: "t", mark: cut - 1 },
        { userId: "u", tenantId: "t", mark: cut },
        { userId: "v", tenantId: "w", mark: scope === "all" ? cut : cut - 1 },
      );
      holds(before !== undefined && after !== undefined && stranger !== undefined, "no sessions");
      await restored(store, anEntry({ scope, target: targets[scope], seq: cut + 9 }));
      same(await sessions.find(before.id), null, `${scope}: signed in before`);
      same(await sessions.find(after.id), after, `${scope}: signed in after`);
      same(await sessions.find(stranger.id), stranger, `${scope}: somebody else`);
      await sessions.purge(now + 2 * hour);
      await store.revocation.purge(now + 2 * hour);
    }
  },
  "a sign-in that raced with a lost revocation is refused after it is written back": async (
    store,
  ) => {
    await restored(store, anEntry({ seq: cut + 9 }));
    const late = aSession({ userId: "u", mark: pastMark });
    same(
      await store.sessions.insert(late, null, aStamp()),
      { outcome: "superseded", by: cut, decidedAt: now },
      "below the cut",
    );
    const later = aSession({ userId: "u", mark: cut });
    same((await store.sessions.insert(later, null, aStamp())).outcome, "inserted", "at the cut");
  },
  "the excepted session goes on, its mark raised to the cut": async (store) => {
    const [kept, other] = await started(store, { userId: "u" }, { userId: "u" });
    holds(kept !== undefined && other !== undefined, "no sessions");
    await restored(store, anEntry({ except: kept.id }));
    same(await store.sessions.find(kept.id), { ...kept, mark: cut }, "the excepted session");
    same(await store.sessions.find(other.id), null, "the other");
    same(await store.sessions.listOf("u"), [{ ...kept, mark: cut }], "the list");
  },
  "an older revocation that is written back does not lower a later one": async (store) => {
    const { sessions, revocation } = store;
    const later = { now: now + 5_000 };
    const verdict = await revocation.revoke({ scope: "user", id: "u", reason }, aStamp(later));
    await restored(store, anEntry());
    const between = aSession({ userId: "u", mark: cut + 1 });
    same(
      await sessions.insert(between, null, aStamp()),
      { outcome: "superseded", by: entryOf(verdict).seq, decidedAt: now + 5_000 },
      "a sign-in between the two",
    );
  },
  "a change that is written back ends nothing": async (store) => {
    const [session] = await started(store, { userId: "u" });
    holds(session !== undefined, "no session");
    const guest = aGuest();
    await store.sessions.insert(guest, null, aStamp());
    const changed = { kind: "changed", reason: "claims_changed" } as const;
    await restored(store, anEntry(changed), anEntry({ ...changed, scope: "all", target: "" }));
    same(await store.sessions.find(session.id), session, "the user's session");
    same(await store.sessions.find(guest.id), guest, "a guest");
    // By its cut: whoever signed in after the first copy was given the new claims, wherever the second one stands.
    const signIn = (mark: number) =>
      store.sessions.insert(aSession({ userId: "u", mark }), null, aStamp());
    same((await signIn(cut)).outcome, "inserted", "a sign-in that came after it");
    same(
      await signIn(cut - 1),
      { outcome: "superseded", by: cut, decidedAt: now },
      "a sign-in with claims from before it",
    );
  },
  "more entries than any batch are written back, in their order": async (store) => {
    const entries = Array.from({ length: 120 }, (_, index) =>
      anEntry({ seq: cut + index, target: `u${index}` }),
    );
    await restored(store, ...entries);
    same(
      (await logOf(store)).map(({ id }) => id),
      entries.map(({ id }) => id),
      "the ids",
    );
  },
  "writing nothing back raises the head all the same": async ({ revocation }) => {
    await revocation.restore(0, [], cursorAt(anEntry({ seq: cut + 70 })), now);
    const verdict = await revocation.revoke({ scope: "all", reason }, aStamp());
    same(entryOf(verdict).seq, cut + 71, "the next place");
  },
});
