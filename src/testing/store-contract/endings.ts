import type { Revocation } from "../../core/revocation/revocation-store.ts";
import type { SessionRecord } from "../../core/sessions/session-store.ts";
import { casesOf, type Slices, type StoreContractCase } from "./case.ts";
import { same } from "./expect.ts";
import {
  aChange,
  aGuest,
  aLineage,
  aSession,
  aStamp,
  hour,
  now,
  pastMark,
  reason,
  watermarkUntil,
} from "./samples.ts";

const scopes: Readonly<Record<"user" | "tenant" | "all", Revocation>> = {
  user: { scope: "user", id: "u", reason },
  tenant: { scope: "tenant", id: "t", reason },
  all: { scope: "all", reason },
};
const seq = now * 1000;
const seen = { lastSeenAt: now + 1, purgeAt: now + 99 * hour };
const promotion = { to: aLineage(), ...seen };

/** A session that each of `scopes` ends, with data. */
async function withSession({ sessions }: Pick<Slices, "sessions">): Promise<SessionRecord> {
  const session = aSession({ userId: "u", tenantId: "t", lineage: aLineage() });
  await sessions.insert(session, null, aStamp());
  await sessions.writeData(session.id, { key: "k", to: "1", maxBytes: 99 });
  return session;
}

async function isAbsent({ sessions, revocation }: Slices, session: SessionRecord) {
  const { id } = session;
  same(await sessions.find(id), null, "find");
  same(await sessions.listOf("u"), [], "listOf");
  same(await sessions.readData(id), null, "readData");
  same(await sessions.writeData(id, { key: "k", to: "2", maxBytes: 99 }), "ended", "writeData");
  for (const from of [String(session.lineage), aLineage()]) {
    same(await sessions.promote(id, { ...promotion, from }), "ended", "promote");
  }
  const change = aChange({ role: "admin" });
  same(await sessions.replaceClaims(id, change, aStamp()), { outcome: "ended" }, "replaceClaims");
  const replaced = await sessions.replaceClaimsOf("u", change, aStamp());
  same(
    { ...replaced, entries: 1 },
    { outcome: "replaced", sessions: 0, entries: 1 },
    "replaceClaimsOf",
  );
  same(
    await revocation.revoke({ scope: "session", id, reason }, aStamp()),
    { outcome: "absent" },
    "revoke",
  );
}

/** What a watermark means: the same for each scope. */
export const endingCases: readonly StoreContractCase[] = casesOf(
  "revocation",
  Object.fromEntries(
    Object.entries(scopes).flatMap(([scope, by]) => [
      [
        `what a revocation of scope ${scope} ended is absent for every method`,
        async (store: Slices) => {
          const session = await withSession(store);
          await store.revocation.revoke(by, aStamp());
          await isAbsent(store, session);
        },
      ],
      [
        `neither a touch nor a promotion brings back what a revocation of scope ${scope} ended`,
        async (store: Slices) => {
          const session = await withSession(store);
          await store.revocation.revoke(by, aStamp());
          await store.sessions.touch([{ id: session.id, ...seen }]);
          await isAbsent(store, session);
          const from = String(session.lineage);
          same(await store.sessions.promote(session.id, { ...promotion, from }), "ended");
          await isAbsent(store, session);
          await store.sessions.purge(now + 2 * hour);
          await isAbsent(store, session);
        },
      ],
      [
        `a guest that a revocation of scope ${scope} ended leaves its data to nobody`,
        async ({ sessions, revocation }: Slices) => {
          const guest = aGuest({ tenantId: "t" });
          await sessions.insert(guest, null, aStamp());
          await sessions.writeData(guest.id, { key: "cart", to: "[1]", maxBytes: 99 });
          await revocation.revoke(by, aStamp());
          const login = aSession({ userId: "u", tenantId: "t", mark: seq });
          await sessions.insert(login, guest.id, aStamp());
          // A user's revocation does not reach a guest, whose data then moves.
          const moved: [string, string][] = scope === "user" ? [["cart", "[1]"]] : [];
          same(await sessions.readData(login.id), new Map(moved), "the data of the login");
          same(await sessions.find(guest.id), null, "the guest");
        },
      ],
      [
        `a sign-in with a mark below a revocation of scope ${scope} is superseded, and nothing is written`,
        async ({ sessions, revocation }: Slices) => {
          await revocation.revoke(by, aStamp());
          const guest = aGuest({ mark: seq });
          await sessions.insert(guest, null, aStamp());
          for (const mark of [0, pastMark, seq - 1]) {
            const late = aSession({ userId: "u", tenantId: "t", mark });
            same(
              await sessions.insert(late, guest.id, aStamp()),
              { outcome: "superseded", by: seq, decidedAt: now },
              `with mark ${mark}`,
            );
            same(await sessions.find(late.id), null, "find");
          }
          same(await sessions.find(guest.id), guest, "the session to replace");
        },
      ],
      [
        `a sign-in with a mark at or above a revocation of scope ${scope} is inserted`,
        async ({ sessions, revocation }: Slices) => {
          await revocation.revoke(by, aStamp());
          for (const mark of [seq, seq + 1]) {
            const later = aSession({ userId: "u", tenantId: "t", mark });
            same(
              await sessions.insert(later, null, aStamp()),
              { outcome: "inserted", entries: [] },
              `with mark ${mark}`,
            );
            same(await sessions.find(later.id), later, "find");
          }
        },
      ],
      [
        `a revocation of scope ${scope} holds until watermarkUntil and no longer`,
        async ({ sessions, revocation }: Slices) => {
          const session = aSession({ userId: "u", tenantId: "t", purgeAt: now + 99 * hour });
          await sessions.insert(session, null, aStamp());
          await revocation.revoke(by, aStamp());
          await revocation.purge(watermarkUntil - 1);
          const late = aSession({ userId: "u", tenantId: "t" });
          same(
            (await sessions.insert(late, null, aStamp())).outcome,
            "superseded",
            "a late sign-in a millisecond before watermarkUntil",
          );
          same(await sessions.find(session.id), null, "the ended session before watermarkUntil");
          await revocation.purge(watermarkUntil);
          same(await sessions.find(session.id), null, "the ended session after watermarkUntil");
          same(await sessions.readData(session.id), null, "its data after watermarkUntil");
          same(
            await sessions.insert(late, null, aStamp()),
            { outcome: "inserted", entries: [] },
            "a sign-in after watermarkUntil",
          );
        },
      ],
      [
        `a later revocation of scope ${scope} does not shorten an earlier one's watermarkUntil`,
        async ({ sessions, revocation }: Slices) => {
          await revocation.revoke(by, aStamp());
          await revocation.revoke(by, aStamp({ now: now + 1, watermarkUntil: now + 2 }));
          await revocation.purge(now + hour);
          const late = aSession({ userId: "u", tenantId: "t" });
          same(
            await sessions.insert(late, null, aStamp()),
            { outcome: "superseded", by: seq + 1000, decidedAt: now + 1 },
            "a late sign-in",
          );
        },
      ],
      [
        `a purge counts no session that a revocation of scope ${scope} ended before`,
        async (store: Slices) => {
          await withSession(store);
          await store.revocation.revoke(by, aStamp());
          const live = aSession({ userId: "u", tenantId: "t", mark: seq });
          await store.sessions.insert(live, null, aStamp());
          same(await store.sessions.purge(now + hour), 1);
        },
      ],
    ]),
  ),
);
